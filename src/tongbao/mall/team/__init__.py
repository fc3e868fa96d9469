"""Whom a member invited, and what their orders earned."""
