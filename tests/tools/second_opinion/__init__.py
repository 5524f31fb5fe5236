"""Machines worked out a second time in another way, to hold the first to.

Nothing in here imports what it is compared with. States come from a walk of the syntax tree;
variables and transitions from following every single value and path through the instructions that
the standard library's ``dis`` lists, where `wakepoint.machine` solves equations over blocks.
"""
