"""What every page stands on: the shop's own settings, look, catalogue and search."""
