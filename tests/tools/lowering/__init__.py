"""Drives a coroutine and its lowered form through the same faults, and compares what they do."""
