"""How far the building of the demo is, as bars; a line a stage where nobody looks on."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from tongbao.cli import mall_words as words
from tongbao.plans.words import Lang


class Bars:
    """Bars of several malls' stages, shown while it is entered."""

    def __init__(self, lang: Lang) -> None:
        self._lang = lang
        self._console = Console(stderr=True)
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._tasks: dict[tuple[str, str], TaskID] = {}
        self._ended: set[tuple[str, str]] = set()

    def __enter__(self) -> Self:
        self._console.print(words.BUILDING.say(self._lang), highlight=False)
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def show(self, name: str, stage: str, done: int, total: int) -> None:
        """Show how far a mall's stage is."""
        key = (name, stage)
        if key not in self._tasks:
            self._tasks[key] = self._bars.add_task(self._told(name, stage), total=total)
        self._bars.update(self._tasks[key], completed=done, total=total)
        if done >= total and key not in self._ended:
            self._ended.add(key)
            if not self._console.is_terminal:
                self._console.print(f"{self._told(name, stage)}: {total}", highlight=False)

    def _told(self, name: str, stage: str) -> str:
        if stage not in words.STAGES:
            return words.TABLES.say(self._lang)
        return f"{words.MALLS[name].say(self._lang)}: {words.STAGES[stage].say(self._lang)}"
