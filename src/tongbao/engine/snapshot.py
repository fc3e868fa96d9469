"""The state of a program as JSON, in the format of the conformance streams."""

from collections.abc import Iterator
from json.encoder import encode_basestring_ascii
from typing import Final

from tongbao.engine.program import Program

_FIGURES: Final = (
    "reserve",
    "supply",
    "treasury",
    "issued",
    "burned",
    "dividend_fund",
    "dividend_payable",
    "dividend_index",
    "paid_out",
    "refunded",
)


def encode_state(program: Program) -> Iterator[str]:
    r"""Yield the state as JSON text, piece by piece: money in minor units, points in atoms.

    >>> from tongbao.engine.plan import plan_from_fields
    >>> from tongbao.engine.example import FOUNDING_EXAMPLE
    >>> "".join(encode_state(Program(plan_from_fields(FOUNDING_EXAMPLE))))[:28]
    '{\n "reserve": 0,\n "supply": '
    """
    figures = program.figures
    yield "{\n"
    for name in _FIGURES:
        yield f' "{name}": {getattr(figures, name)},\n'
    yield ' "accounts": {'
    separator = "\n"
    for a in program.accounts.values():
        yield (
            f"{separator}  {encode_basestring_ascii(a.name)}: {{\n"
            f'   "kind": "{a.kind}",\n   "points": {a.points},\n   "quota": {a.quota},\n'
            f'   "owed": {a.owed},\n   "wallet": {a.wallet},\n   "credit": {a.credit},\n'
            f'   "mark": {a.mark},\n   "fraction": {a.fraction}\n  }}'
        )
        separator = ",\n"
    yield "}\n}" if separator == "\n" else "\n }\n}"
