"""Does an entry tell one story? Its command, its receipt and its exits against its postings.

Plain bookkeeping, command by command: what the receipt says was moved must have been moved, and
nothing else. How much a rule would grant is the engine's affair (`tongbao audit --replay`).
"""

from collections.abc import Callable, Mapping
from operator import attrgetter
from types import MappingProxyType
from typing import Final, Literal

from msgspec import UNSET, UnsetType

from tongbao.audit.books import Books, Note, Route, Step
from tongbao.audit.entries import Entry, ReceiptLine
from tongbao.audit.problems import Fault
from tongbao.audit.vocabulary import COLUMNS, FORFEITED, GAINED, LOST, OWED, TAKEN
from tongbao.engine import commands

_FIGURES: Final = ReceiptLine.__struct_fields__[3:]
_figures_of: Final = attrgetter(*_FIGURES)
_LEVELS: Final = 2
_TAKING: Final = frozenset({"dividend", "rest"})  # causes that use up the receiver's quota

# What any command may bring with it, besides exits: dividends settled, a pool wound up.
_ALWAYS: Final = frozenset(
    {
        ("dividend", "dividend_payable", "wallet"),
        ("wind_up", "treasury", "burned"),
        ("wind_up", "reserve", "dividend_fund"),
    }
)


class Story:
    """What an entry's own words lead one to expect of its postings and its quota's history.

    ``said`` are the receipt's figures, ``routes`` amounts by route, ``totals`` by cause and the
    place they went to, ``taken`` what each account took out of its quota.
    """

    __slots__ = ("books", "entry", "note", "routes", "said", "step", "taken", "totals")

    def __init__(
        self, step: Step, entry: Entry, said: Mapping[str, int], books: Books, note: Note
    ) -> None:
        """Begin with the exits, which any command may bring about."""
        self.step, self.entry, self.said, self.books, self.note = step, entry, said, books, note
        self.routes: dict[Route, int] = {}
        self.totals: dict[tuple[str, str], int] = {}
        self.taken: dict[str, int] = {}
        for e in entry.receipt.exits:
            name = e.account
            self.takes(name, e.gross)
            if isinstance(e.credit, UnsetType):
                self.moves("exit", f"points:{name}", "burned", e.points)
                self.moves("exit", "reserve", f"wallet:{name}", e.net)
            else:
                self.moves("wind_up", f"points:{name}", "burned", e.points)
                self.moves("wind_up", "reserve", f"wallet:{name}", e.net + e.credit)
                self.moves("wind_up", f"credit:{name}", "credit_issued", e.credit)

    def moves(self, cause: str, source: str, target: str, amount: int) -> None:
        """Expect this amount to have moved on this route."""
        route = (cause, source, target)
        self.routes[route] = self.routes.get(route, 0) + amount

    def parts_with(
        self, cause: str, account: str, target: str, points: int | Literal["all"]
    ) -> None:
        """Expect these points to have left the account; where it said «all», what there was."""
        source = f"points:{account}"
        if isinstance(points, str):
            points = self.step.moved.get((cause, source, target), 0)
        self.moves(cause, source, target, points)

    def takes(self, name: str, amount: int) -> None:
        """Expect this account to have taken out that much of its quota."""
        self.taken[name] = self.taken.get(name, 0) + amount


def check_story(step: Step, entry: Entry, books: Books, note: Note) -> None:
    """Note where the entry contradicts itself."""
    names, tell, free = _TOLD[type(entry.command)]
    receipt = entry.receipt
    said = {
        name: value
        for name, value in zip(_FIGURES, _figures_of(receipt), strict=True)
        if value is not UNSET
    }
    if tuple(said) != names:
        note(Fault.RECEIPT, {"what": "figures", "expected": names, "found": tuple(said)})
        return
    if receipt.id != entry.command.id:
        note(Fault.RECEIPT, {"what": "id", "expected": receipt.id, "found": entry.command.id})
    story = Story(step, entry, said, books, note)
    if tell is not None:
        tell(story, entry.command)
    _check_movements(story, free)
    _check_history(story)


def _check_movements(story: Story, free: frozenset[Route]) -> None:
    """Hold what moved against what was expected; what nothing explains is noted, too."""
    note, moved, totals = story.note, dict(story.step.moved), story.totals
    for route, amount in story.routes.items():
        found = moved.pop(route, 0)
        if found != amount:
            note(Fault.RECEIPT, {"what": " ".join(route), "expected": amount, "found": found})
    arrived = dict.fromkeys(totals, 0)
    for (cause, source, target), amount in moved.items():
        taking, _, taker = target.partition(":")
        route = (cause, source.partition(":")[0], taking)
        if route not in _ALWAYS and route not in free:
            note(Fault.UNEXPLAINED, {"posting": (cause, source, target, amount)})
        elif cause in _TAKING and taker:
            story.takes(taker, amount)
        if (cause, taking) in arrived:
            arrived[cause, taking] += amount
    for (cause, place), amount in totals.items():
        found = arrived[cause, place]
        if found != amount:
            note(Fault.RECEIPT, {"what": f"{cause} {place}", "expected": amount, "found": found})


def _check_history(story: Story) -> None:
    """Hold the quota's history against what was taken out, gained, lost and forfeited."""
    note, command = story.note, story.entry.command
    late = isinstance(command, commands.Refund)
    gainer = getattr(command, _GAINERS.get(type(command), ""), None)
    exited = {e.account for e in story.entry.receipt.exits}
    taken = {name: amount for name, amount in story.taken.items() if amount}
    for (name, column), amount in story.step.grown.items():
        if column == TAKEN:
            expected = taken.pop(name, 0)
            if amount != expected:
                note(Fault.TAKEN, {"account": name, "expected": expected, "found": amount})
        elif not (
            (column == GAINED and name == gainer)
            or (column == FORFEITED and name in exited)
            or (column == LOST and late)
            or (column == OWED and (late or amount < 0))
        ):
            note(Fault.GAINED, {"account": name, "what": COLUMNS[column]})
    for name, amount in taken.items():
        note(Fault.TAKEN, {"account": name, "expected": amount, "found": 0})


def _purchase(story: Story, command: commands.Purchase) -> None:
    record, said, books = story.entry.purchase, story.said, story.books
    if isinstance(record, UnsetType):
        return
    buyer, moved = command.member, story.step.moved
    story.moves("grant", "issuance", f"points:{buyer}", said["points"])
    story.moves("dividend_share", "sales", "dividend_fund", said["dividend"])
    shared = ("contribution", "sales", "dividend_fund") in moved
    into = "dividend_fund" if shared else "reserve"
    story.moves("contribution", "sales", into, said["contribution"])
    spent = said["contribution"] + said["dividend"]
    above: str | None = buyer
    for name, granted, commission in record.chain:
        story.moves("referral_grant", "issuance", f"points:{name}", granted)
        story.moves("commission", "sales", f"wallet:{name}", commission)
        spent += commission
        above = books.referrers.get(above) if above is not None else None
        if name != above:
            story.note(Fault.PURCHASE, {"what": "chain", "expected": above, "found": name})
    if spent > command.paid or len(record.chain) > _LEVELS:
        story.note(Fault.PURCHASE, {"what": "paid", "expected": command.paid, "found": spent})
    expected = {
        "buyer": buyer,
        "paid": command.paid,
        "contribution": said["contribution"],
        "dividend": said["dividend"],
        "gained": story.step.grown.get((buyer, GAINED), 0),
        "granted": said["points"],
        "index": books.index,
        "closes": books.closes,
    }
    for what, value in expected.items():
        if (found := getattr(record, what)) != value:
            story.note(Fault.PURCHASE, {"what": what, "expected": value, "found": found})


def _refund(story: Story, command: commands.Refund) -> None:
    del command
    said = story.said
    story.totals["refund", "issuance"] = said["points"]
    story.totals["refund", "refunded"] = said["recovered"]
    if said["shortfall"] < 0:
        values = {"what": "shortfall", "expected": 0, "found": said["shortfall"]}
        story.note(Fault.RECEIPT, values)


def _redeem(story: Story, command: commands.Redeem) -> None:
    said = story.said
    story.parts_with("redemption", command.account, "burned", command.points)
    story.moves("redemption", "reserve", f"wallet:{command.account}", said["net"])
    story.takes(command.account, said["gross"])
    if said["fee"] < 0 or said["gross"] - said["fee"] != said["net"]:
        values = {"what": "net", "expected": said["gross"] - said["fee"], "found": said["net"]}
        story.note(Fault.RECEIPT, values)


def _pay_points(story: Story, command: commands.PayPoints) -> None:
    said = story.said
    paid = command.amount - said["fee"]
    story.moves("goods", f"points:{command.member}", "burned", said["points"])
    story.moves("goods", "reserve", f"wallet:{command.merchant}", paid)
    story.takes(command.member, command.amount)
    if said["fee"] < 0:
        story.note(Fault.RECEIPT, {"what": "fee", "expected": 0, "found": said["fee"]})


def _pay_wallet(story: Story, command: commands.PayWallet) -> None:
    payer, payee = f"wallet:{command.payer}", f"wallet:{command.payee}"
    story.moves("payment", payer, payee, command.amount)


def _convert(story: Story, command: commands.Convert) -> None:
    member, credit = command.member, story.said["credit"]
    story.parts_with("conversion", member, "treasury", command.points)
    story.moves("conversion", "credit_issued", f"credit:{member}", credit)
    story.takes(member, credit)


def _pay_credit(story: Story, command: commands.PayCredit) -> None:
    payer, payee = f"credit:{command.payer}", f"credit:{command.payee}"
    story.moves("payment", payer, payee, command.amount)


def _redeem_credit(story: Story, command: commands.RedeemCredit) -> None:
    merchant = command.merchant
    story.moves("credit_redemption", "treasury", f"points:{merchant}", story.said["points"])
    story.moves("credit_redemption", f"credit:{merchant}", "credit_issued", command.amount)


def _withdraw(story: Story, command: commands.Withdraw) -> None:
    story.moves("withdrawal", f"wallet:{command.account}", "paid_out", command.amount)


def _deposit(story: Story, command: commands.Deposit) -> None:
    story.moves("deposit", "deposits", f"wallet:{command.account}", command.amount)


def _close_day(story: Story, command: commands.CloseDay) -> None:
    del command
    story.moves("surplus", "treasury", "burned", story.said["burned"])
    fund, payable = "dividend_fund", "dividend_payable"
    story.moves("distribution", fund, payable, story.said["distributed"])


_NOTHING: Final[frozenset[Route]] = frozenset()
_SURPLUS: Final = frozenset({("surplus", "treasury", "burned")})
_REFUND: Final = frozenset(
    {
        ("refund", "points", "issuance"),
        ("refund", "reserve", "refunded"),
        ("refund", "dividend_fund", "refunded"),
        ("refund", "wallet", "refunded"),
        ("rest", "points", "burned"),
        ("rest", "reserve", "wallet"),
    }
)
_GAINERS: Final[Mapping[type, str]] = MappingProxyType(
    {commands.Purchase: "member", commands.RedeemCredit: "merchant"}
)
_Told = tuple[tuple[str, ...], Callable[..., None] | None, frozenset[Route]]
# The figures of its receipt in the order of ReceiptLine, what it tells, what else may move.
_TOLD: Final[Mapping[type, _Told]] = MappingProxyType(
    {
        commands.Enroll: ((), None, _NOTHING),
        commands.OpenMerchant: ((), None, _NOTHING),
        commands.Purchase: (("points", "contribution", "dividend"), _purchase, _NOTHING),
        commands.Refund: (("points", "recovered", "shortfall"), _refund, _REFUND),
        commands.Redeem: (("gross", "fee", "net"), _redeem, _NOTHING),
        commands.PayPoints: (("points", "fee"), _pay_points, _NOTHING),
        commands.PayWallet: ((), _pay_wallet, _NOTHING),
        commands.Convert: (("credit",), _convert, _NOTHING),
        commands.PayCredit: ((), _pay_credit, _NOTHING),
        commands.RedeemCredit: (("points",), _redeem_credit, _SURPLUS),
        commands.Withdraw: ((), _withdraw, _NOTHING),
        commands.Deposit: ((), _deposit, _NOTHING),
        commands.ChangePlan: ((), None, _NOTHING),
        commands.CloseDay: (("distributed", "burned"), _close_day, _NOTHING),
    }
)
