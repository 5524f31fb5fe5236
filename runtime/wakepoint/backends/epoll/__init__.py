"""Linux' epoll."""
