"""The error of everything in this package."""


class MachineError(ValueError):
    """A function that cannot be analysed or lowered; the message names it and says why.

    Attributes:
        line: Where in its source that is which cannot be lowered, if that is known.
    """

    line: int | None = None
