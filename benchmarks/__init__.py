"""Benchmarks: commands that print a ratio against a named peer measured in the same run."""
