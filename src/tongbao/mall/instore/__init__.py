"""Paying in person, by a merchant's QR code."""
