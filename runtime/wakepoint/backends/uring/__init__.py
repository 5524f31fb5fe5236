"""Linux' io_uring."""
