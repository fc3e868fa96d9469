"""The tags that templates load as «mall»."""
