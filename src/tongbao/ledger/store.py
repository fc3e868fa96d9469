"""A program's rows as the engine reads them: what a batch touches, and the least exit keys."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Final

import msgspec

from tongbao.engine.commands import Command, Refund
from tongbao.engine.plan import plan_from_fields
from tongbao.engine.state import Account, Candidate, PurchaseRecord
from tongbao.ledger.journal import read_purchase
from tongbao.ledger.storage.face import Accepted, HeadRow, Storage

_NAMING: Final = ("member", "account", "payer", "payee", "merchant", "referrer")
_PAGES: Final = (16, 128, 1024)


class DatabaseStore:
    """See `tongbao.engine.state.Store`. Nothing is read twice, and nothing changes meanwhile.

    Beside it: entries by command id, and who is frozen.
    """

    def __init__(self, storage: Storage, head: HeadRow) -> None:
        """Begin with the program's row; all else is read when it is asked for."""
        self._storage = storage
        self.plan = plan_from_fields(msgspec.json.decode(head.plan))
        self.figures = head.figures
        self._accounts: dict[str, Account | None] = {}
        self._frozen: set[str] = set()
        self._entries: dict[str, Accepted | None] = {}
        self._purchases: dict[str, PurchaseRecord | None] = {}
        self._front: list[Candidate] = []
        self._pages = 0
        self._whole_front = False

    def prefetch(self, commands: Iterable[Command]) -> None:
        """Read what these commands touch, as far as can be told beforehand."""
        batch = list(commands)
        ids = {c.id for c in batch} - self._entries.keys()
        purchases = {c.purchase for c in batch if isinstance(c, Refund)} - self._purchases.keys()
        names = set(chain.from_iterable(map(_names, batch))) - self._accounts.keys()
        found = self._storage.find(sorted(names), sorted(ids), sorted(purchases))
        self._entries.update(dict.fromkeys(ids | purchases))
        self._entries.update(found.entries)
        self._take(names, found.accounts, found.frozen)
        if not self._front:
            self._front = list(found.least)
        for purchase in sorted(purchases):
            self._purchases[purchase] = self._record(purchase, found.refunded.get(purchase, 0))
        self._prefetch_parties(batch)

    def account(self, name: str) -> Account | None:
        """Return the account of that name."""
        if name not in self._accounts:
            self._load({name})
        return self._accounts[name]

    def purchase(self, purchase: str) -> PurchaseRecord | None:
        """Return the record of the purchase with that command id."""
        if purchase not in self._purchases:
            found = self._storage.find((), (), [purchase])
            self._entries[purchase] = found.entries.get(purchase)
            self._purchases[purchase] = self._record(purchase, found.refunded.get(purchase, 0))
        return self._purchases[purchase]

    def entry(self, command_id: str) -> Accepted | None:
        """Return the journal's entry for that command id."""
        if command_id not in self._entries:
            self._entries[command_id] = self._storage.find((), [command_id], ()).entries.get(
                command_id
            )
        return self._entries[command_id]

    def is_frozen(self, name: str) -> bool:
        """Say whether that account is frozen."""
        self.account(name)
        return name in self._frozen

    def least_bound(self) -> int | None:
        """Return a number that no holder's key is below, None if there are no holders."""
        first = next(self.ascending(), None)
        return None if first is None else first.key

    def ascending(self) -> Iterator[Candidate]:
        """Yield the holders by (key, opening), read page by page."""
        place = 0
        while True:
            if place == len(self._front) and not self._read_more():
                return
            yield self._front[place]
            place += 1

    def holders(self) -> Iterator[Account]:
        """Yield the accounts with points or credit, by opening number."""
        everyone = list(self._storage.holders())
        self._accounts.update({account.name: account for account in everyone})
        return iter(everyone)

    def _read_more(self) -> bool:
        if self._whole_front:
            return False
        size = _PAGES[min(self._pages, len(_PAGES) - 1)]
        self._pages += 1
        after = self._front[-1] if self._front else None
        page, accounts = self._storage.least(after, size)
        self._front += page
        self._accounts.update(accounts)
        self._whole_front = len(page) < size
        return bool(page)

    def _prefetch_parties(self, batch: list[Command]) -> None:
        """Read the referrers that purchases pay, and the parties of refunded purchases."""
        records = [self._purchases.get(c.purchase) for c in batch if isinstance(c, Refund)]
        self._load({p.name for record in records if record is not None for p in record.parties})
        levels = max(len(self.plan.referral_points_bps), len(self.plan.referral_cash_bps))
        for _ in range(levels):
            accounts = self._accounts.values()
            self._load({a.referrer for a in accounts if a is not None and a.referrer is not None})

    def _load(self, names: set[str]) -> None:
        missing = names - self._accounts.keys()
        if missing:
            self._take(missing, *self._storage.accounts(sorted(missing)))

    def _take(self, asked: set[str], found: Mapping[str, Account], frozen: frozenset[str]) -> None:
        self._accounts.update(dict.fromkeys(asked))
        self._accounts.update(found)
        self._frozen |= frozen

    def _record(self, purchase: str, refunded: int) -> PurchaseRecord | None:
        entry = self._entries.get(purchase)
        if entry is None:
            return None
        body = msgspec.json.decode(entry.body)
        return read_purchase(body["purchase"], refunded) if "purchase" in body else None


def _names(command: Command) -> Iterator[str]:
    for field in _NAMING:
        name = getattr(command, field, None)
        if isinstance(name, str):
            yield name
