"""The rules of the points engine: integers, no I/O, no clock, no framework.

Start with `tongbao.engine.program.Program`; the rules themselves are in
`rules`, `purchase`, `refund`, `decide`. Their source is docs/rules.md.
"""
