"""The second opinion: verifies an exported journal by its own arithmetic, without the engine.

It shares the engine's vocabulary (commands and the names of receipts' figures), never a formula.
"""
