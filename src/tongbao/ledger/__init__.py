"""Durable programs: every command written down before it counts, every balance derivable.

`tongbao.ledger.door` is the way in: open a program, submit commands, preview, read accounts.
"""
