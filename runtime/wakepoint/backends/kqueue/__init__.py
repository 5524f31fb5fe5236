"""kqueue of macOS and the BSDs, and what imitates it."""
