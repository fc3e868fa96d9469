"""The chain: which number comes next, and which hashes the next entry may follow."""

import re
from hashlib import sha256
from typing import Final

BEFORE_GENESIS: Final = b"\0" * 32
_CLAIM: Final = re.compile(rb'"hash":"([0-9a-f]{64})"\}\n?\Z')


class Chain:
    """Follows the entries' numbers and hashes.

    Where an entry and its hash disagree one cannot tell which of the two was changed. The next
    entry may then follow either, so that one change is told once.
    """

    __slots__ = ("_before", "expected", "hash")

    def __init__(self) -> None:
        """Begin before the genesis."""
        self.expected = 0
        self.hash = BEFORE_GENESIS.hex()
        self._before: tuple[bytes, ...] = (BEFORE_GENESIS,)

    def follow(self, body: bytes, claimed: str) -> bool:
        """Take the next entry's body and hash (hex); say whether they go together."""
        for before in self._before:
            found = sha256(before + body).digest()
            if found.hex() == claimed:
                self._before, self.hash = (found,), claimed
                return True
        known = bool(self._before)
        computed = [sha256(before + body).digest() for before in self._before]
        self._before, self.hash = (bytes.fromhex(claimed), *computed), claimed
        return not known

    def count(self, number: int) -> int | None:
        """Take the next entry's number; return the one expected if it is another."""
        expected, self.expected = self.expected, number + 1
        return None if number == expected else expected

    def lose(self, line: bytes) -> None:
        """Pass over a line that is no entry; its hash counts if it can still be read."""
        self.expected += 1
        claim = _CLAIM.search(line)
        self._before = () if claim is None else (bytes.fromhex(claim[1].decode()),)
