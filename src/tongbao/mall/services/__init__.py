"""Vouchers and top-ups: what is sold and not shipped."""
