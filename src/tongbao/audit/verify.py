r"""The audit of an export, line by line, in memory that grows with accounts and ids alone.

>>> Audit().line(b"no export\n")
Traceback (most recent call last):
...
tongbao.audit.problems.Unusable: first_line
"""

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import UNSET

from tongbao.audit.books import Books, Broken, Step, broken_account, broken_figures, broken_sums
from tongbao.audit.chain import Chain
from tongbao.audit.clock import Clock
from tongbao.audit.entries import (
    Entry,
    Genesis,
    NoEntry,
    is_canonical,
    is_moment,
    read_entry,
    read_genesis,
    split_line,
)
from tongbao.audit.opening import first_line_reason
from tongbao.audit.problems import Fault, Problem, Unusable
from tongbao.audit.story import check_story
from tongbao.audit.verdict import Claim, Replayer, Verdict
from tongbao.audit.vocabulary import MARK
from tongbao.engine import commands

KEPT: Final = 1000
"""So many problems are kept, the others only counted."""


class Audit:
    """Takes an export's lines one after the other, then gives its verdict.

    A line that is wrong is noted and the audit goes on with what the line says, so that one
    fault is not told again at every line after it.
    """

    def __init__(self, claims: Iterable[Claim] = (), replayer: Replayer | None = None) -> None:
        """Begin; the chain is held against the claims on the way."""
        self._books, self._chain, self._replayer = Books(), Chain(), replayer
        self._claims: dict[int, list[Claim]] = {}
        for claim in claims:
            self._claims.setdefault(claim.number, []).append(claim)
        self._held: list[Claim] = []
        self._genesis: Genesis | None = None
        self._ids: dict[str, int | None] = {}  # with what may still be refunded of a purchase
        self._problems: list[Problem] = []
        self._count = self._line = self._entries = 0
        self._number: int | None = None
        self._broken: dict[tuple[Fault, str], None] = {}
        self._pool = self._off = (0, 0)  # as written, and how far that is from what is found
        self._max_supply = 0
        self._last_at, self._clock = "", Clock()

    def line(self, line: bytes) -> None:
        """Take the next line, with its end.

        Raises:
            Unusable: the first line shows that this is no export, or not one from its beginning.
        """
        self._line += 1
        self._number = None
        parts = split_line(line)
        if self._genesis is None:
            if parts is None:
                raise Unusable(first_line_reason(line))
            self._begin(*parts)
        elif parts is None:
            self._note(Fault.LINE_FORM if line.endswith(b"\n") else Fault.CUT_OFF, {})
            self._chain.lose(line)
        else:
            self._entry(*parts)

    def finish(self) -> Verdict:
        """Sum everything up anew and give the verdict.

        Raises:
            Unusable: there was no line at all.
        """
        genesis, books = self._genesis, self._books
        if genesis is None:
            raise Unusable("empty")
        self._number = None
        self._line = 0
        for fault, values in broken_sums(books):
            self._note(fault, values)
        last = self._chain.expected - 1
        for claim in (claim for claims in self._claims.values() for claim in claims):
            values = {"source": claim.source, "number": claim.number, "last": last}
            self._note(Fault.CHECKPOINT_MISSING, values)
        kinds = list(books.kinds.values())
        return Verdict(
            program=genesis.program,
            currency=genesis.currency,
            entries=self._entries,
            members=kinds.count("member"),
            merchants=kinds.count("merchant"),
            days=books.closes,
            first_at=genesis.recorded_at,
            last_at=self._last_at,
            hash=self._chain.hash,
            figures=books.figures(),
            problems=tuple(self._problems),
            problem_count=self._count,
            held=tuple(self._held),
            replayed=None if self._replayer is None else self._replayer.repeated,
            notes=self._clock.notes(),
        )

    def _begin(self, body: bytes, claimed: str) -> None:
        """Take the genesis."""
        try:
            genesis = read_genesis(body)
        except NoEntry as error:
            try:
                number = read_entry(body).number
            except NoEntry:
                raise Unusable("first_line", str(error)) from None
            raise Unusable("no_genesis", str(number)) from None
        self._genesis = genesis
        self._entries, self._last_at = 1, genesis.recorded_at
        self._place(genesis.number, body, claimed)
        if self._form(genesis, body):
            self._clock.begin(genesis.recorded_at)
        self._plan(genesis.plan)
        self._own(genesis.program)
        if self._replayer is not None:
            self._answer(self._replayer.begin(genesis))
        self._hold(genesis.number, claimed)

    def _entry(self, body: bytes, claimed: str) -> None:
        """Take an entry that is not the genesis."""
        try:
            entry = read_entry(body)
        except NoEntry as error:
            self._place(self._chain.expected, body, claimed)
            self._note(Fault.NOT_AN_ENTRY, {"why": str(error)})
            return
        self._entries += 1
        self._last_at = entry.recorded_at
        self._place(entry.number, body, claimed)
        if self._form(entry, body):
            self._clock.take(entry.number, self._line, entry.recorded_at)
        self._once(entry)
        opened = self._open(entry.command)
        step = Step(self._books, self._note)
        step.post(entry.postings)
        closes, index = self._books.closes, self._books.index
        step.change(entry.deltas)
        step.close()
        if opened is not None and (mark := self._books.accounts[opened][MARK]) != self._books.index:
            self._note(Fault.DELTA, {"delta": (opened, "mark", mark)})
        self._proceed(entry, self._books.closes - closes, self._books.index - index)
        self._promises(entry, step)
        check_story(step, entry, self._books, self._note)
        if self._replayer is not None:
            self._answer(self._replayer.differs(entry, body))
        if self._claims:
            self._hold(entry.number, claimed)

    def _place(self, number: int, body: bytes, claimed: str) -> None:
        """Check the entry's place in the chain."""
        self._number = number
        expected = self._chain.count(number)
        if expected is not None:
            self._note(Fault.NUMBER, {"expected": expected, "found": number})
        if not self._chain.follow(body, claimed):
            self._note(Fault.HASH, {"hash": claimed})

    def _form(self, entry: Genesis | Entry, body: bytes) -> bool:
        """Check how the entry is written; say whether its time is one."""
        if not is_canonical(body, entry):
            self._note(Fault.NOT_CANONICAL, {})
        timed = is_moment(entry.recorded_at)
        if not timed:
            self._note(Fault.RECORDED_AT, {"found": entry.recorded_at})
        return timed

    def _once(self, entry: Entry) -> None:
        """Check that the id is new; keep of a purchase what may be refunded of it."""
        command, ids = entry.command, self._ids
        if command.id in ids:
            self._note(Fault.ID_TWICE, {"id": command.id})
        ids[command.id] = None
        bought = type(command) is commands.Purchase
        if bought is (entry.purchase is UNSET):
            self._note(
                Fault.PURCHASE, {"what": "purchase", "expected": bought, "found": not bought}
            )
        if isinstance(command, commands.Purchase):
            ids[command.id] = command.paid
        elif isinstance(command, commands.Refund):
            left = ids.get(command.purchase)
            if left is None or left < command.amount:
                values = {"purchase": command.purchase, "left": left, "amount": command.amount}
                self._note(Fault.REFUND, values)
            else:
                ids[command.purchase] = left - command.amount

    def _open(self, command: commands.Command) -> str | None:
        """Open the account that the command brings into being; return its name."""
        books = self._books
        if isinstance(command, commands.Purchase):
            name, kind = command.member, "member"
            if books.kinds.get(name, kind) == kind:
                return self._opened(name, kind)
        elif isinstance(command, commands.Enroll):
            name, kind, referrer = command.member, "member", command.referrer
            if isinstance(referrer, str) and name not in books.accounts:
                books.referrers[name] = referrer
                if books.kinds.get(referrer) != "member":
                    self._note(Fault.UNKNOWN_ACCOUNT, {"account": referrer})
        elif isinstance(command, commands.OpenMerchant):
            name, kind = command.merchant, "merchant"
        else:
            return None
        if name in books.accounts:
            self._note(Fault.ACCOUNT_TWICE, {"account": name})
        return self._opened(name, kind)

    def _opened(self, name: str, kind: str) -> str | None:
        if name in self._books.accounts:
            return None
        self._books.open(name, kind)
        return name

    def _proceed(self, entry: Entry, closed: int, risen: int) -> None:
        """Take in a day or a plan; nothing else counts a close or moves the dividend index."""
        command, books = entry.command, self._books
        closing = isinstance(command, commands.CloseDay)
        if closed != int(closing):
            self._note(Fault.DELTA, {"delta": ("", "closes", closed)})
        if risen and not closing:
            self._note(Fault.DELTA, {"delta": ("", "dividend_index", risen)})
        if isinstance(command, commands.CloseDay):
            if command.day <= books.last_day:
                values = {"day": command.day, "last_day": books.last_day}
                self._note(Fault.DAY, values)
            books.last_day = command.day
        elif isinstance(command, commands.ChangePlan):
            self._plan(command.plan)

    def _plan(self, plan: Mapping[str, object]) -> None:
        most = plan.get("max_supply")
        if type(most) is int and most > 0:
            self._max_supply = most
        else:
            self._note(Fault.PLAN, {"found": most})

    def _promises(self, entry: Entry, step: Step) -> None:
        """Check what always holds; note what did not break before."""
        books = self._books
        places, touched = books.places, step.touched
        pool = (places["reserve"], places["points"] + places["treasury"])
        broken = broken_figures(books, self._pool, self._max_supply)
        for name, row in touched.items():
            broken += broken_account(name, row, books.index)
        self._pool = pool
        off = (entry.pool[0] - pool[0], entry.pool[1] - pool[1])
        if off != self._off:
            self._note(Fault.POOL, {"expected": pool, "found": entry.pool})
            self._off = off
        if broken or self._broken:
            self._tell(broken, touched)

    def _tell(self, broken: list[Broken], touched: Mapping[str, object]) -> None:
        """Note what was not broken before; forget what holds again."""
        now = {(fault, _whose(values)): values for fault, values in broken}
        for key in [key for key in self._broken if key not in now]:
            owner = key[1].partition(":")[2]
            if not owner or owner in touched:
                del self._broken[key]
        for key, values in now.items():
            if key not in self._broken:
                self._note(key[0], values)
                if key[0] is not Fault.PRICE:
                    self._broken[key] = None

    def _answer(self, difference: Mapping[str, object] | None) -> None:
        """Note in what the engine differs; its later answers would only repeat it."""
        if difference is not None:
            self._note(Fault.REPLAY, difference)

    def _own(self, program: str) -> None:
        """Keep the checkpoints of this program; that there is none but others' is noted."""
        everyone = [claim for claims in self._claims.values() for claim in claims]
        own = [claim for claim in everyone if claim.program == program]
        self._claims = {}
        for claim in own:
            self._claims.setdefault(claim.number, []).append(claim)
        for claim in () if own else everyone[:1]:
            values = {"source": claim.source, "other": claim.program}
            self._note(Fault.CHECKPOINT_PROGRAM, values)

    def _hold(self, number: int, claimed: str) -> None:
        """Hold the chain against the checkpoints of this entry."""
        for claim in self._claims.pop(number, ()):
            self._held.append(claim)
            if claim.hash != claimed:
                self._note(Fault.CHECKPOINT_HASH, {"source": claim.source, "hash": claim.hash})
            found = self._books.figures()
            if claim.totals != found:
                names = sorted({*claim.totals, *found})
                differing = [n for n in names if claim.totals.get(n) != found.get(n)]
                self._note(Fault.CHECKPOINT_TOTALS, {"source": claim.source, "what": differing})

    def _note(self, fault: Fault, values: Mapping[str, object]) -> None:
        self._count += 1
        if len(self._problems) < KEPT:
            self._problems.append(Problem(fault, self._number, self._line or None, values))


def _whose(values: Mapping[str, object]) -> str:
    """Return what of the books a broken promise is about; an account's after a colon."""
    account = values.get("account")
    return str(values.get("what", "")) if account is None else f":{account}"
