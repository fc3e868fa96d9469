"""The desk: where merchants' staff and operators work."""
