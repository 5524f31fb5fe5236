"""Coroutines made at random, run in a world that answers at random, and watched."""
