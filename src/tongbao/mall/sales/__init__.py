"""Sales: paid, received, settled into the program, returned."""
