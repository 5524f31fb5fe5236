from wakepoint.machine.interim import Analysis, MachineError, analyze, analyze_source
