"""The times in a journal: that they run backwards is worth a note, but no fault.

A clock may be set back, and a journal moved to a machine whose clock is slow: the order of the
entries is their numbers', and only the chain of hashes vouches for it.
"""

from tongbao.audit.problems import Note, Remark


class Clock:
    """Follows the times at which entries were recorded."""

    __slots__ = ("_before", "_began", "_notes")

    def __init__(self) -> None:
        """Begin before the genesis."""
        self._began = self._before = ""
        self._notes: dict[Remark, Note] = {}

    def begin(self, moment: str) -> None:
        """Take the genesis's time."""
        self._began = self._before = moment

    def take(self, number: int, line: int, moment: str) -> None:
        """Take an entry's time, in the journal's form: such texts are in order as the times are."""
        if moment < self._before:
            self._note(Remark.CLOCK_BACK, number, line, moment, self._before)
        if moment < self._began:
            self._note(Remark.BEFORE_GENESIS, number, line, moment, self._began)
        self._before = moment

    def notes(self) -> tuple[Note, ...]:
        """Return what is worth a note, of each kind the first one with their count."""
        return tuple(self._notes[remark] for remark in Remark if remark in self._notes)

    def _note(self, remark: Remark, number: int, line: int, found: str, before: str) -> None:
        known = self._notes.get(remark)
        if known is None:
            known = Note(remark, number, line, 0, {"found": found, "before": before})
        self._notes[remark] = Note(remark, known.entry, known.line, known.count + 1, known.values)
