"""Windows' completion ports."""
