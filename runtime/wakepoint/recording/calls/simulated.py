"""How the simulated kernel's own calls are told."""

WAITS = frozenset({"sim_wait"})
