"""A kernel that is a program: virtual sockets, pipes and time.

It runs anywhere, a browser included, and the same in every run. `SimulatedKernel` takes the place
of `wakepoint.kernel.Kernel`; what it simulates is Linux' behaviour where systems differ.
"""

from wakepoint.simulation.kernel import SimulatedKernel
from wakepoint.simulation.world import World

__all__ = ["SimulatedKernel", "World"]
