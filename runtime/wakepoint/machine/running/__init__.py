"""What lowered machines run on: rustc and CPython have it in their own runtime."""
