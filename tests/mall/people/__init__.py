"""Tests of people: registering, logging in, addresses, leaving."""
