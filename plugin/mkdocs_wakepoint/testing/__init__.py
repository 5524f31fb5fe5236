"""Tests: the snippets of pages as tests of pytest, and recordings of coroutines within a test."""
