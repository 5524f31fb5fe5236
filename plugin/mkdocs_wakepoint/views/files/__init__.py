"""What a reader can take along of a run: files for other programs."""
