"""No tracked file knows one machine: no path on it, no host of a registry or mirror.

Links for readers go to a few public places that stay: licences, datasets, standards, law.
"""

import re

import pytest

from tests.tidy.tree import texts

PUBLIC_HOSTS = frozenset(
    {
        *("www.apache.org", "creativecommons.org", "doi.org", "archive.ics.uci.edu"),
        *("www.w3.org", "semver.org", "keepachangelog.com", "json.schemastore.org"),
        *("example.com", "example.org", "localhost", "127.0.0.1"),
        *("host", "主机"),  # what a form of address calls it
    }
)
PUBLIC_ENDINGS = (
    ".example",
    ".example.com",
    ".gov.cn",
    ".gov.uk",
    ".gov",
    ".europa.eu",
    ".court.gov.cn",
    ".iso.org",
)
LINK = re.compile(r"\b[a-z][a-z0-9+.-]*://(?:[^\s/@]*@)?([^\s/:\"'<>)\]}`,;]*)", re.IGNORECASE)
# Written with brackets, so that this file does not find itself.
MACHINE = re.compile(
    r"(?<![\w.~$})])/(?:w[o]rk|f[a]rm|h[o]me|r[o]ot|U[s]ers|o[p]t|m[n]t|p[r]ivate|v[a]r/folders)/[\w.-]"
    r"|(?<![\w.])/t[m]p/[\w.-]"
    r"|\b[A-Z]:\\{1,2}(?:U[s]ers|Pr[o]gram|W[i]ndows)"
    r"|\.\./sh[a]red\b"
)
PRIVATE_NETWORK = re.compile(
    r"\b(?:10\.\d{1,3}|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d{1,3}\.\d{1,3}\b"
)
INDEX = re.compile(
    r"--(?:index|extra-index|find-links|trusted-host|default-index)(?:-url)?[= ][^\s-]"
)
REGISTRY = re.compile(r"p[y]pi\.org|pyth[o]nhosted|registry\.n[p]mjs|d[e]b\.debian\.org")


def addresses(path: str, text: str) -> list[str]:
    """Return the addresses in a text that have no business in a tracked file."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        strangers = [host for host in LINK.findall(line) if not is_public(host, path)]
        patterns = (MACHINE, PRIVATE_NETWORK, INDEX, REGISTRY)
        hits = [hit.group() for pattern in patterns for hit in pattern.finditer(line)]
        found += [f"{path}:{number}: {what}" for what in (*strangers, *hits)]
    return found


def is_public(host: str, path: str) -> bool:
    if path.startswith("requirements/"):
        return False  # a lock file has no link at all
    if host.startswith("{"):
        return True  # filled in when the program runs
    host = host.lower()
    return not host or host in PUBLIC_HOSTS or f".{host}".endswith(PUBLIC_ENDINGS)


def test_no_tracked_file_knows_one_machine() -> None:
    found = [line for path, text in texts() for line in addresses(path, text)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "sin",
    [
        "see https" + "://mirror.example.net/simple",
        "index = http" + "://localhost.evil/",
        "postgresql" + "://user:password@db7.internal/name",
        'data = "/ho' + 'me/ann/orders.csv"',
        "cd /wo" + "rk/main",
        "open('/tm" + "p/x')",
        "C:" + "\\Users\\ann",
        "read ../sha" + "red/spec",
        "host 192.168." + "1.20",
        "--find-links" + " wheels",
        "from p" + "ypi.org",
    ],
)
def test_a_canary_with_an_address_is_found(sin: str) -> None:
    assert len(addresses("docs/a.md", sin)) == 1


def test_a_lock_file_may_hold_no_link_at_all() -> None:
    link = "https" + "://doi.org/10.24432/C5BW33"
    assert addresses("docs/a.md", link) == []
    assert addresses("requirements/run.txt", link) == ["requirements/run.txt:1: doi.org"]


@pytest.mark.parametrize(
    "fine",
    [
        "build/online-retail/report.html",
        "price 10.50, version 10.20.3",
        "value / work / supply",
        '<svg xmlns="http://www.w3.org/2000/svg">',
        "and/or home/away",
        "postgresql://user:password@host/name",
        'f"postgresql://{user}@{host}/{name}"',
    ],
)
def test_what_is_no_address_is_left_alone(fine: str) -> None:
    assert addresses("docs/a.md", fine) == []
