"""The parts of a comparison, which a fence names and `mkdocs_wakepoint.views.comparison` draws."""

SECTIONS = ("figures", "bytes", "operations", "calls")
