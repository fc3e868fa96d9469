"""The books of a program, kept from postings and plain changes alone.

Money in minor units, points in atoms, index, marks and fractions scaled (spec/engine.md, «State»).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeAlias

from tongbao.audit.problems import Fault
from tongbao.audit.vocabulary import (
    CAUSES,
    COLUMNS,
    DELTA_COLUMNS,
    FRACTION,
    GAINED,
    MARK,
    OUTSIDE,
    OWED,
    OWNED,
    POINTS,
    ROUTES,
    SCALE,
    STORE_CREDIT,
    UNITS,
    WALLET,
)

Row: TypeAlias = list[int]
"""One account's figures, in the order of `COLUMNS`."""

Note: TypeAlias = Callable[[Fault, Mapping[str, object]], None]
"""Takes down what is wrong in the entry at hand."""

Route: TypeAlias = tuple[str, str, str]
"""Cause, source, target, with the owners after a colon."""

Broken: TypeAlias = tuple[Fault, dict[str, object]]
"""A promise that does not hold, and the figures."""

_NOTHING: Final = (0,) * len(COLUMNS)
_INSIDE: Final = tuple(place for place in UNITS if place not in OUTSIDE)


class Books:
    """Every place's balance and every account's figures after the entries so far.

    ``marked`` and ``fractions`` are the sums over accounts of points x mark and of fractions.
    """

    __slots__ = (
        *("accounts", "closes", "fractions", "index", "kinds", "last_day"),
        *("marked", "places", "referrers"),
    )

    def __init__(self) -> None:
        """Begin with nothing in any place."""
        self.places: dict[str, int] = dict.fromkeys(UNITS, 0)
        self.accounts: dict[str, Row] = {}
        self.kinds: dict[str, str] = {}
        self.referrers: dict[str, str] = {}
        self.index = self.closes = self.marked = self.fractions = 0
        self.last_day = ""

    def open(self, name: str, kind: str) -> None:
        """Open an account with nothing in it."""
        self.accounts[name] = list(_NOTHING)
        self.kinds[name] = kind

    def figures(self) -> dict[str, int | str]:
        """Return the program's figures by the names that checkpoints use."""
        places = self.places
        return {
            "reserve": places["reserve"],
            "supply": places["points"] + places["treasury"],
            "treasury": places["treasury"],
            "issued": -places["issuance"],
            "burned": places["burned"],
            "dividend_fund": places["dividend_fund"],
            "dividend_payable": places["dividend_payable"],
            "dividend_index": self.index,
            "paid_out": places["paid_out"],
            "refunded": places["refunded"],
            "last_day": self.last_day,
            "closes": self.closes,
            "opened": len(self.accounts),
            "money_in": -places["sales"] - places["deposits"],
            "points": places["points"],
            "wallets": places["wallet"],
            "credit": places["credit"],
            "marked": self.marked,
            "fractions": self.fractions,
        }


class Step:
    """One entry being written into the books.

    ``touched`` are the rows of the accounts in it, ``moved`` the sums by route, ``grown`` what
    became of the quota's history and debt, by account and column.
    """

    __slots__ = ("_books", "_note", "grown", "moved", "touched")

    def __init__(self, books: Books, note: Note) -> None:
        """Begin an entry; what is wrong in it goes to ``note``."""
        self._books, self._note = books, note
        self.touched: dict[str, Row] = {}
        self.moved: dict[Route, int] = {}
        self.grown: dict[tuple[str, int], int] = {}

    def post(self, postings: Iterable[tuple[str, str, str, str, int]]) -> None:
        """Carry out the movements; a wrong one is noted and, where it can be, carried out."""
        places, moved = self._books.places, self.moved
        for posting in postings:
            cause, unit, source, target, amount = posting
            giving, _, giver = source.partition(":")
            taking, _, taker = target.partition(":")
            sound = amount > 0 and ROUTES.get((cause, giving, taking)) == unit
            if not sound and not self._diagnose(posting, giving, taking):
                continue
            places[giving] -= amount
            places[taking] += amount
            if (column := OWNED.get(giving)) is not None:
                self._row(giver)[column] -= amount
            elif giver:
                self._note(Fault.POSTING, {"posting": posting})
            if (column := OWNED.get(taking)) is not None:
                self._row(taker)[column] += amount
            elif taker:
                self._note(Fault.POSTING, {"posting": posting})
            route = (cause, source, target)
            moved[route] = moved.get(route, 0) + amount

    def change(self, deltas: Iterable[tuple[str, str, int]]) -> None:
        """Carry out the plain changes."""
        books, grown = self._books, self.grown
        for delta in deltas:
            account, field, amount = delta
            column = DELTA_COLUMNS.get(field)
            if account and column is not None and amount:
                row = self._row(account)
                row[column] += amount
                if column >= GAINED or column == OWED:
                    grown[account, column] = grown.get((account, column), 0) + amount
                elif column == FRACTION:
                    books.fractions += amount
                if amount < 0 and (column >= GAINED or column == MARK):
                    self._note(Fault.DELTA, {"delta": delta})
            elif not account and field == "dividend_index" and amount > 0:
                books.index += amount
            elif not account and field == "closes" and amount == 1:
                books.closes += 1
            else:
                self._note(Fault.DELTA, {"delta": delta})

    def close(self) -> None:
        """Bring the sum of points x mark up to date."""
        self._books.marked += sum([row[POINTS] * row[MARK] for row in self.touched.values()])

    def _row(self, name: str) -> Row:
        """Return the account's row, from here on a touched one."""
        row = self.touched.get(name)
        if row is None:
            books = self._books
            if name not in books.accounts:
                self._note(Fault.UNKNOWN_ACCOUNT, {"account": name})
                books.open(name, "")
            row = self.touched[name] = books.accounts[name]
            books.marked -= row[POINTS] * row[MARK]
        return row

    def _diagnose(self, posting: tuple[str, str, str, str, int], giving: str, taking: str) -> bool:
        """Note what is wrong with a posting; say whether it can be carried out all the same."""
        cause, unit, _, _, amount = posting
        known = giving in UNITS and taking in UNITS
        if amount <= 0:
            self._note(Fault.AMOUNT, {"posting": posting})
        elif not known or cause not in CAUSES:
            self._note(Fault.POSTING, {"posting": posting})
        elif not UNITS[giving] == UNITS[taking] == unit:
            self._note(Fault.UNIT, {"posting": posting})
        else:
            self._note(Fault.POSTING, {"posting": posting})
        return known


def broken_figures(books: Books, before: tuple[int, int], max_supply: int) -> list[Broken]:
    """Return which promises the program's figures break; ``before``: reserve, supply then.

    The numbers are those of spec/engine.md, «What always holds».
    """
    places = books.places
    broken: list[Broken] = []
    reserve, treasury, points = places["reserve"], places["treasury"], places["points"]
    supply, issued, burned = points + treasury, -places["issuance"], places["burned"]
    if supply > 0 and before[1] > 0 and reserve * before[1] < before[0] * supply:
        values = {"reserve": reserve, "supply": supply, "was": before}
        broken.append((Fault.PRICE, values))
    if not supply == issued - burned <= issued <= max_supply:
        values = {"supply": supply, "issued": issued, "burned": burned, "max_supply": max_supply}
        broken.append((Fault.SUPPLY, values))
    paid_in = -places["sales"] - places["deposits"]
    held = reserve + places["dividend_fund"] + places["dividend_payable"] + places["wallet"]
    held += places["paid_out"] + places["refunded"]
    if paid_in != held:
        broken.append((Fault.MONEY, {"paid_in": paid_in, "held": held}))
    credit = places["credit"]
    if treasury * reserve < credit * supply:
        broken.append((Fault.CREDIT, {"treasury": treasury, "credit": credit}))
    accrued = points * books.index - books.marked + books.fractions
    if accrued > places["dividend_payable"] * SCALE:
        values = {"accrued": accrued // SCALE, "payable": places["dividend_payable"]}
        broken.append((Fault.ACCRUED, values))
    if (reserve > 0) != (supply > 0):
        broken.append((Fault.BACKING, {"reserve": reserve, "supply": supply}))
    broken += [
        (Fault.NEGATIVE, {"what": place, "amount": places[place]})
        for place in _INSIDE
        if places[place] < 0
    ]
    return broken


def broken_account(name: str, row: Row, index: int) -> list[Broken]:
    """Return which promises an account's figures break."""
    points, wallet, credit, quota, owed, mark, fraction, gained, lost, taken, forfeited = row
    broken: list[Broken] = []
    if quota - owed != gained - lost - taken - forfeited or taken > gained:
        broken.append((Fault.QUOTA, {"account": name, **dict(zip(COLUMNS, row, strict=True))}))
    if points < 0 or wallet < 0 or credit < 0 or quota < 0 or owed < 0 or mark < 0 or fraction < 0:
        least = min(range(MARK + 2), key=row.__getitem__)
        values = {"what": f"{COLUMNS[least]}:{name}", "amount": row[least]}
        broken.append((Fault.NEGATIVE, values))
    if mark > index or fraction >= SCALE:
        values = {"account": name, "mark": mark, "fraction": fraction, "index": index}
        broken.append((Fault.DELTA, values))
    return broken


def broken_sums(books: Books) -> list[Broken]:
    """Sum everything up anew over all accounts; return what differs from the running figures.

    Also: everybody redeeming at once is paid in full from the reserve (promise 6).
    """
    points = wallets = credit = marked = fractions = worth = 0
    places = books.places
    reserve, supply = places["reserve"], places["points"] + places["treasury"]
    for row in books.accounts.values():
        points += row[POINTS]
        wallets += row[WALLET]
        credit += row[STORE_CREDIT]
        marked += row[POINTS] * row[MARK]
        fractions += row[FRACTION]
        worth += row[POINTS] * reserve // supply if supply > 0 else 0
    kept = books.figures()
    anew = {
        "points": points,
        "wallets": wallets,
        "credit": credit,
        "marked": marked,
        "fractions": fractions,
        "money_in": sum(places[place] for place in _INSIDE if UNITS[place] == "money"),
        "issued": points + places["treasury"] + places["burned"],
    }
    broken: list[Broken] = [
        (Fault.SUMS, {"what": name, "anew": value, "kept": kept[name]})
        for name, value in anew.items()
        if value != kept[name]
    ]
    if worth + credit > reserve:
        broken.append(
            (Fault.BACKING, {"reserve": reserve, "supply": supply, "owed": worth + credit})
        )
    return broken
