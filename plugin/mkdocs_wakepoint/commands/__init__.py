"""What ``mkdocs-wakepoint`` does, one file for each command; `mkdocs_wakepoint.cli` calls them."""
