"""A program's rows as the engine reads them: what a batch touches, and the least exit keys."""

from collections.abc import Iterable, Iterator, Sequence
from heapq import heappop, heappush
from itertools import chain
from typing import Final

import msgspec

from tongbao.engine.commands import Command, Refund
from tongbao.engine.plan import plan_from_fields
from tongbao.engine.state import Account, Candidate, PurchaseRecord, exit_key
from tongbao.ledger.journal import read, read_purchase
from tongbao.ledger.storage.face import FIRST_LOOK, Accepted, AccountRow, HeadRow, Storage

_NAMING: Final = ("member", "account", "payer", "payee", "merchant", "referrer")
_PAGES: Final = (16, 128, 1024)
_PATIENCE: Final = 1  # pages; who looks further brings up all bounds on the way, not only those
# that their keys have outgrown
_SLACK: Final = 12  # a new bound is 1/4096 below the key


class DatabaseStore:
    """See `tongbao.engine.state.Store`. Nothing is read twice, and nothing changes meanwhile.

    Beside it: entries by command id, and who is frozen. Holders come from the database by their
    bounds, each no higher than the key, and are put in order by their keys here.
    """

    def __init__(self, storage: Storage, head: HeadRow) -> None:
        """Begin with the program's row; all else is read when it is asked for."""
        self._storage = storage
        self.plan = plan_from_fields(msgspec.json.decode(head.plan))
        self.figures = head.figures
        self._accounts: dict[str, Account | None] = {}
        self._bounds: dict[str, int | None] = {}
        self._frozen: set[str] = set()
        self._entries: dict[str, Accepted | None] = {}
        self._purchases: dict[str, PurchaseRecord | None] = {}
        self._in_order: list[Candidate] = []
        self._seen: list[tuple[int, int, str]] = []  # a heap of keys, not yet in order
        self._last_seen: AccountRow | None = None
        self._looked = False
        self._pages = 0
        self._seen_all = False
        self._came_by: list[AccountRow] = []
        self._raised: dict[str, int] = {}
        self._written: set[str] = set()

    def prefetch(self, commands: Iterable[Command]) -> None:
        """Read what these commands touch, as far as can be told beforehand."""
        batch = list(commands)
        ids = {c.id for c in batch} - self._entries.keys()
        purchases = {c.purchase for c in batch if isinstance(c, Refund)} - self._purchases.keys()
        names = set(chain.from_iterable(map(_names, batch))) - self._accounts.keys()
        found = self._storage.find(sorted(names), sorted(ids), sorted(purchases))
        self._entries.update(dict.fromkeys(ids | purchases))
        self._entries.update(found.entries)
        self._accounts.update(dict.fromkeys(names))
        self._take(found.accounts)
        if not self._looked:
            self._look(found.least, FIRST_LOOK)
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
        if not self._looked:
            self._look_further()
        if self._in_order:
            return self._in_order[0].key
        unseen = None if self._seen_all or self._last_seen is None else self._last_seen.bound
        if not self._seen:
            return unseen
        return self._seen[0][0] if unseen is None else min(self._seen[0][0], unseen)

    def ascending(self) -> Iterator[Candidate]:
        """Yield the holders by (key, opening), read page by page."""
        place = 0
        while True:
            if place == len(self._in_order) and not self._put_in_order():
                return
            yield self._in_order[place]
            place += 1

    def holders(self) -> Iterator[Account]:
        """Yield the accounts with points or credit, by opening number."""
        everyone = self._storage.holders()
        self._take(everyone)
        return (row.account for row in everyone)

    def rows(self, changed: Iterable[Account]) -> dict[str, AccountRow]:
        """Return accounts that commands changed as they are to be stored.

        A bound that is still no higher than the key stays, so that most writes leave the index of
        bounds alone; a new one keeps a little below the key, which may fall by rounding.
        """
        rows = {}
        for account in changed:
            name = account.name
            bound = self._bounds.get(name)
            if not account.points:
                bound = None
            else:
                key = exit_key(account)
                if bound is None or bound > key:
                    bound = key - (key >> _SLACK)
            rows[name] = AccountRow(account, name in self._frozen, bound)
            self._bounds[name] = bound
            self._written.add(name)
        return rows

    def raised(self) -> dict[str, int]:
        """Return the bounds to bring up: of holders on the way whom no command changed."""
        raised = {n: key for n, key in self._raised.items() if n not in self._written}
        self._bounds.update(raised)
        self._raised.clear()
        return raised

    def _put_in_order(self) -> bool:
        """Find the holder next after those in order; say whether there is one."""
        if not self._looked:
            self._look_further()
        while not self._seen_all and (not self._seen or not self._is_next(self._seen[0][0])):
            self._look_further()
        if not self._seen:
            return False
        self._in_order.append(Candidate(*heappop(self._seen)))
        return True

    def _is_next(self, key: int) -> bool:
        """Say whether everybody whose key is not above this one was seen."""
        last = self._last_seen
        return last is not None and last.bound is not None and key < last.bound

    def _look_further(self) -> None:
        size = _PAGES[min(self._pages, len(_PAGES) - 1)]
        self._pages += 1
        self._look(self._storage.least(self._last_seen, size), size)
        for row in self._came_by:
            key = exit_key(row.account)
            outgrown = row.bound is not None and key - row.bound > 2 * (key >> _SLACK)
            if outgrown or self._pages > _PATIENCE:
                self._raised[row.account.name] = key
        self._came_by.clear()

    def _look(self, page: Sequence[AccountRow], size: int) -> None:
        self._looked = True
        self._take(page)
        for row in page:
            key = exit_key(row.account)
            heappush(self._seen, (key, row.account.opening, row.account.name))
            if row.bound != key:
                self._came_by.append(row)
        self._seen_all = len(page) < size
        if page:
            self._last_seen = page[-1]

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
            self._accounts.update(dict.fromkeys(missing))
            self._take(self._storage.accounts(sorted(missing)))

    def _take(self, rows: Iterable[AccountRow]) -> None:
        for row in rows:
            name = row.account.name
            self._accounts[name] = row.account
            self._bounds[name] = row.bound
            if row.frozen:
                self._frozen.add(name)

    def _record(self, purchase: str, refunded: int) -> PurchaseRecord | None:
        entry = self._entries.get(purchase)
        if entry is None:
            return None
        body = read(entry.body)
        return read_purchase(body["purchase"], refunded) if "purchase" in body else None


def _names(command: Command) -> Iterator[str]:
    for field in _NAMING:
        name = getattr(command, field, None)
        if isinstance(name, str):
            yield name
