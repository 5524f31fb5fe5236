"""What an author writes: where fences stand, what their headers say, and what is wrong."""
