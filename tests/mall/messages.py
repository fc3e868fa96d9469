"""The mall's Chinese: what is to be translated, and whether it is.

`python -m tests.mall.messages` brings each app's zh_Hans catalogue up to date with its sources,
keeps what is translated, and compiles; with names of apps, only those. `--tidy` drops what no
source has any more. `--check` changes nothing and prints what is missing.
"""

import io
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from tests.mall import dashboard_words

MALL: Final = Path(__file__).resolve().parents[2] / "src/tongbao/mall"
_WHERE: Final = "locale/zh_Hans/LC_MESSAGES/django.po"
_ENGLISH: Final = "locale/en/LC_MESSAGES/django.po"
_CALLS: Final = (
    ("gettext", None),
    ("ngettext", (1, 2)),
    ("pgettext", ((1, "c"), 2)),
    ("npgettext", ((1, "c"), 2, 3)),
)
_KEYWORDS: Final = {
    f"{name}{ending}": spec for name, spec in _CALLS for ending in ("", "_lazy", "_noop")
} | {"_": None, "N_": None}
_HEADER: Final = "# Updated by `python -m tests.mall.messages`."

Key = tuple[str | tuple[str, ...], str | None]
"""A message's text (or texts by number) and its context."""


def apps() -> list[Path]:
    """Return the folders of the mall's apps that have something to translate."""
    return sorted(
        folder for folder in MALL.iterdir() if (folder / "apps.py").exists() and _wanted(folder)
    )


def disagreeing(folders: Iterable[Path]) -> list[str]:
    """Return the texts that apps translate differently: Django knows one translation of a text."""
    said: dict[tuple[str, str | None], dict[str, str]] = {}
    for folder in folders:
        for message in _read(folder / _WHERE):
            if message.id:
                key = (str(message.id), message.context)
                said.setdefault(key, {})[folder.name] = str(message.string)
    return [f"{text!r}: {by}" for (text, _), by in said.items() if len(set(by.values())) > 1]


def problems(folder: Path) -> list[str]:
    """Return what is wrong with an app's Chinese, a line each."""
    path = folder / _WHERE
    if not path.exists():
        return [f"{folder.name}: there is no {_WHERE}"]
    catalog = _read(path)
    found = []
    for key in _wanted(folder):
        message = catalog.get(*key)
        if message is None:
            found.append(f"missing: {key[0]!r}")
        elif message.fuzzy:
            found.append(f"fuzzy: {key[0]!r}")
        elif not _translated(message):
            found.append(f"empty: {key[0]!r}")
        else:
            found += [f"wrong: {key[0]!r}: {error}" for error in message.check(catalog)]
    compiled = path.with_suffix(".mo")
    if not compiled.exists() or compiled.read_bytes() != _compiled(catalog):
        found.append("the .mo is not that of the .po")
    if folder.name == "shop" and _texts(_read(folder / _ENGLISH, "en")) != _texts(english()):
        found.append(f"{_ENGLISH} is not that of the libraries")
    return [f"{folder.name}: {one}" for one in found]


def english() -> Catalog:
    """Return what Oscar says otherwise in American English, as it is in its source or as it is here.

    Python takes a library's en_US for plain English, and Oscar's calls a basket a cart, which is
    then one thing under two names, even in our own texts.
    """
    import oscar  # noqa: PLC0415  # heavy; only for this

    catalog = _fresh("en")
    path = Path(oscar.__file__).parent / "locale/en_US/LC_MESSAGES/django.mo"
    with path.open("rb") as file:
        theirs = read_mo(file)
    said = {text: dashboard_words.in_english(text) for text, _ in dashboard()}
    for message in theirs:
        text = _text(message.id)
        if message.id and message.string != message.id and text not in said:
            catalog.add(text, text, context=message.context)
    for text, ours in said.items():
        catalog.add(text, ours)
    return catalog


def update(folder: Path, *, tidy: bool = False) -> None:
    """Bring an app's catalogue up to date with its sources, and compile it."""
    path = folder / _WHERE
    catalog = _read(path)
    template = _fresh()
    for (text, context), files in _wanted(folder).items():
        template.add(text, locations=[(file, 0) for file in files], context=context)
    catalog.update(template, no_fuzzy_matching=True)
    if folder.name == "shop":
        for message in catalog:
            if (_text(message.id), message.context) in dashboard():
                message.string = dashboard_words.in_chinese(
                    _text(message.id), _text(message.string or "")
                )
    catalog.header_comment = _HEADER
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=100, ignore_obsolete=tidy, include_lineno=False)
    path.with_suffix(".mo").write_bytes(_compiled(_read(path)))
    if folder.name == "shop":
        path = folder / _ENGLISH
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, english(), width=100, sort_output=True)
        path.with_suffix(".mo").write_bytes(_compiled(_read(path, "en"), "en"))


def _wanted(folder: Path) -> dict[Key, list[str]]:
    """Return what an app's sources want translated, with the files that do."""
    found: dict[Key, list[str]] = {}
    for path in [*sorted(folder.rglob("*.py")), *sorted((folder / "templates").rglob("*"))]:
        if not path.is_file() or "migrations" in path.parts:
            continue
        for key in _keys(path):
            files = found.setdefault(key, [])
            name = path.relative_to(folder).as_posix()
            if name not in files:
                files.append(name)
    if folder.name == "shop":  # the look has everything that a library left in English
        for key in gaps():
            found.setdefault(key, ["libraries"])
        for key in dashboard():
            found.setdefault(key, ["dashboard"])
    return found


@cache
def dashboard() -> dict[Key, None]:
    """Return what the dashboard says otherwise than Oscar, in one of the languages."""
    root = dashboard_words.oscar_root()
    found: dict[Key, None] = {(text, None): None for text in dashboard_words.TREES}
    for part in dashboard_words.PARTS:
        for path in _sources(root / part):
            for text, context in _keys(path):
                is_other = dashboard_words.in_english(text) != text
                if context is None and (is_other or dashboard_words.is_otherwise(text)):
                    found[text, context] = None
    return found


@cache
def gaps() -> tuple[Key, ...]:
    """Return what Oscar and allauth say and their own Chinese does not translate."""
    import allauth  # noqa: PLC0415  # heavy; only for this
    import oscar  # noqa: PLC0415  # likewise

    missing: dict[Key, None] = {}
    for library, parts in (
        (Path(oscar.__file__).parent, (".",)),
        (Path(allauth.__file__).parent, ("account", "core", "templates/account", "utils.py")),
    ):
        known = _known(library)
        for part in parts:
            for path in _sources(library / part):
                for key in _keys(path):
                    if key not in known:
                        missing[key] = None
    return tuple(missing)


def _sources(where: Path) -> Iterable[Path]:
    if where.is_file():
        return [where]
    kinds = (".py", ".html", ".txt")
    return sorted(
        path
        for path in where.rglob("*")
        if path.suffix in kinds and not {"migrations", "tests", "test"} & set(path.parts)
    )


def _known(library: Path) -> set[Key]:
    """Return what a library's own Chinese translates."""
    found = set()
    for folder in library.rglob("zh_Hans/LC_MESSAGES"):
        with (folder / "django.mo").open("rb") as file:
            catalog = read_mo(file)
        for message in catalog:
            if message.id and _translated(message):
                found.add((_text(message.id), message.context))
    return found


def _keys(path: Path) -> Iterator[Key]:
    source = path.read_text("utf-8")
    if path.suffix != ".py":
        if not re.search(r"\{%-?\s*(trans|translate|blocktrans|blocktranslate)\b|_\(", source):
            return
        # Django writes the template as calls between blanks; blanks at a line's start would be
        # indentation to Python.
        source = "\n".join(line.lstrip() for line in templatize(source).splitlines())
    calls = extract_python(
        io.BytesIO(source.encode()), dict.fromkeys(_KEYWORDS), [], {"encoding": "utf-8"}
    )
    for _line, function, given, _comments in calls:
        key = _key(str(function), given)
        if key is not None:
            yield key


def _key(function: str, given: object) -> Key | None:
    spec = _KEYWORDS[function]
    texts = given if isinstance(given, tuple) else (given,)
    if spec is None:
        text = texts[0]
        return (text, None) if isinstance(text, str) and text else None
    places = [place for place in spec if isinstance(place, int)]
    context = texts[0] if len(places) < len(spec) else None
    if max(places) > len(texts):
        return None
    words = tuple(texts[place - 1] for place in places)
    if not all(isinstance(word, str) and word for word in words):
        return None
    return (words if len(words) > 1 else words[0], context)


def _text(text: object) -> str | tuple[str, ...]:
    return tuple(text) if isinstance(text, list | tuple) else str(text)


def _translated(message: Message) -> bool:
    texts = message.string if isinstance(message.string, tuple | list) else [message.string]
    return bool(texts) and all(texts)


def _texts(catalog: Catalog) -> set[Key]:
    return {(_text(message.id), message.context) for message in catalog if message.id}


def _fresh(locale: str = "zh_Hans") -> Catalog:
    still = datetime(2026, 1, 1, tzinfo=UTC)
    return Catalog(
        locale=locale,
        domain="django",
        header_comment=_HEADER,
        project="Tongbao",
        version="1",
        charset="utf-8",
        creation_date=still,
        revision_date=still,
        fuzzy=False,
    )


def _read(path: Path, locale: str = "zh_Hans") -> Catalog:
    if not path.exists():
        return _fresh(locale)
    with path.open("rb") as file:
        return read_po(file, locale=locale, domain="django")


def _compiled(catalog: Catalog, locale: str = "zh_Hans") -> bytes:
    # The head would tell when and by whom; the file is to depend on the messages alone.
    plain = _fresh(locale)
    for message in catalog:
        if message.id and not message.fuzzy and _translated(message):
            plain.add(message.id, message.string, flags=message.flags, context=message.context)
    file = io.BytesIO()
    write_mo(file, plain)
    return file.getvalue()


def _main(arguments: list[str]) -> int:
    names = [one for one in arguments if not one.startswith("--")]
    chosen = [folder for folder in apps() if not names or folder.name in names]
    if "--check" not in arguments:
        for folder in chosen:
            update(folder, tidy="--tidy" in arguments)
    left = [one for folder in chosen for one in problems(folder)]
    sys.stdout.write("".join(f"{one}\n" for one in left) or "Everything is translated.\n")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
