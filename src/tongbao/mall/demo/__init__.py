"""The demo malls: a real catalogue, and a lived-in program."""
