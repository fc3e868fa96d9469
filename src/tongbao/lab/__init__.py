"""The lab: backtests of a plan on real order histories, and their reports."""
