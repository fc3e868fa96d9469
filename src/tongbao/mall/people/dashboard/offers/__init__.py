"""The dashboard's offers."""
