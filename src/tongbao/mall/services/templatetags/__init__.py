"""Tags of vouchers and top-ups."""
