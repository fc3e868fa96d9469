"""One true history of a small shop, and the many dresses in which files write it.

The truth is a list of sales with whole minor units; a dress says how a file is
laid out and spelt. `content` writes the truth in a dress, `mapping` says what a
user would give for it. Nothing here asks the reader anything.
"""

import csv
import gzip
import io
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal

import msgspec
from hypothesis import strategies as st

DIGITS = {"CNY": 2, "EUR": 2, "USD": 2, "INR": 2, "JPY": 0, "KWD": 3}
SIGNS = {"CNY": "¥", "EUR": "€", "USD": "$", "INR": "₹", "JPY": "¥", "KWD": "KD"}
NBSP, THIN = "\u00a0", "\u202f"

PAID_WORDS = {
    "en": "paid", "en caps": "Completed", "zh": "交易成功", "zh long": "买家已付款，等待卖家发货",
    "zh trad": "已出貨", "de": "bezahlt", "fr": "payée", "es": "Pagado", "ja": "支払済み", "wc": "wc-processing",
}  # fmt: skip
UNPAID_WORDS = {
    "en": "pending", "en caps": "Cancelled", "zh": "交易关闭", "zh long": "等待买家付款",
    "zh trad": "已取消", "de": "storniert", "fr": "annulée", "es": "Cancelado", "ja": "キャンセル", "wc": "wc-on-hold",
}  # fmt: skip
TITLES = {
    "en": {"order": "Order ID", "customer": "Buyer", "time": "Date", "amount": "Total",
           "line_amount": "Line total", "quantity": "Qty", "unit_price": "Price", "status": "State",
           "currency": "Currency", "refunded": "Refunded", "refund": "Is refund", "refund_of": "Refund of"},
    "zh": {"order": "订单编号", "customer": "客户", "time": "付款时间", "amount": "金额",
           "line_amount": "小计", "quantity": "数量", "unit_price": "单价", "status": "状态",
           "currency": "币种", "refunded": "退款金额", "refund": "是否退款", "refund_of": "原单"},
    "odd": {"order": "No., here", "customer": "Who; e-mail", "time": "When", "amount": "Total, gross",
            "line_amount": "Sum|line", "quantity": "Pieces", "unit_price": "Each\n(net)", "status": 'The "state"',
            "currency": "Money", "refunded": "Back, of it", "refund": "Back?", "refund_of": "Of"},
}  # fmt: skip
SHOPIFY = {
    "order": "Name", "customer": "Email", "time": "Paid at", "amount": "Total", "status": "Financial Status",
    "currency": "Currency", "refunded": "Refunded Amount",
}  # fmt: skip
WOO = {
    "order": "Order Number", "customer": "Billing Email", "time": "Order Date", "amount": "Order Total",
    "status": "Order Status", "currency": "Order Currency", "refunded": "Order Refund Amount",
}  # fmt: skip
PEOPLE = (
    ("Ann@Shop.example", "ann@shop.example", " ANN@SHOP.EXAMPLE "),
    ("René", unicodedata.normalize("NFD", "René"), "Re\u200bné"),
    ("13800138000", "１３８００１３８０００", "13800138000\u00a0"),
    ("张三", "张三 ", "\ufeff张三"),
)
REFUNDS = (
    *(
        "column",
        "amounts in refund",
        "marked rows",
        "same id rows",
        "negative rows",
        "own rows",
        "net",
    ),
)
_GAPS = {
    "": (),
    "time": ("time",),
    "amount": ("amount", "line_amount", "unit_price"),
    "both": ("time", "amount", "line_amount", "unit_price"),
}
"""What an order that was never paid may leave blank."""
GUESTS = ("", "NULL", "\\N", "guest", "游客", "0", "N/A", "-")


class Sale(msgspec.Struct, frozen=True):
    """One order: its lines as (pieces, price of one), what came back, who bought it (None: nobody)."""

    person: int | None
    day: int
    lines: tuple[tuple[int, int], ...]
    back: int
    paid: bool

    @property
    def total(self) -> int:
        """What was paid."""
        return sum(n * price for n, price in self.lines)


class Dress(msgspec.Struct, frozen=True):
    """How a file is written."""

    grain: str
    titles: str
    delimiter: str
    encoding: str
    currency: str
    decimal: str
    group: str
    strip_zeros: bool
    sign: str
    minus: str
    refunds: str
    state_words: str
    spelling: int
    guest: str
    ids: str
    times: str
    preamble: str
    ending: str
    quoting: Literal[0, 1]
    named: str
    packed: bool
    blank_rows: bool
    gaps: Literal["", "time", "amount", "both"]
    order: int


sales = st.lists(
    st.builds(
        Sale,
        person=st.sampled_from([0, 0, 1, 1, 2, 3, None]),
        day=st.integers(1, 28),
        lines=st.lists(
            st.tuples(st.integers(1, 12), st.integers(1, 2_000_000)), min_size=1, max_size=3
        ).map(tuple),
        back=st.integers(0, 3),
        paid=st.sampled_from([True, True, True, False]),
    ),
    min_size=1,
    max_size=7,
).filter(lambda made: any(sale.paid and sale.person is not None for sale in made))

dresses = st.builds(
    Dress,
    grain=st.sampled_from(["orders", "folded", "repeated", "lines", "lines, folded", "prices"]),
    titles=st.sampled_from(["en", "zh", "odd", "shopify", "woo"]),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]),
    currency=st.sampled_from(sorted(DIGITS)),
    decimal=st.sampled_from([".", ".", ","]),
    group=st.sampled_from(["", "", ",", ".", " ", "'", "’", NBSP, THIN, "indian"]),
    strip_zeros=st.booleans(),
    sign=st.sampled_from(["", "", "before", "before, blank", "behind", "code before", "code behind", "wide"]),
    minus=st.sampled_from(["-{}", "\u2212{}", "({})", "{}-", "'-{}", "- {}", "\uff0d{}"]),
    refunds=st.sampled_from(REFUNDS),
    state_words=st.sampled_from(sorted(PAID_WORDS)),
    spelling=st.integers(0, 2),
    guest=st.sampled_from(GUESTS),
    ids=st.sampled_from(["{}", "#{}", "0{}", '="{}"', "2026112900{}88881", "A-{}", "{}.0"]),
    times=st.sampled_from(["iso", "slash", "T", "zh", "offset", "pg", "utc", "dmy", "mdy am"]),
    preamble=st.sampled_from(["", "", "sep", "title", "title and blank", "many"]),
    ending=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from((0, 1)),  # only where needed, everywhere
    named=st.sampled_from(["", "column", "header", "chinese header", "other column"]),
    packed=st.booleans(),
    blank_rows=st.booleans(),
    gaps=st.sampled_from(["", "time", "amount", "both"]),
    order=st.integers(0, 5),
)  # fmt: skip


class File(msgspec.Struct, frozen=True):
    """A file's bytes, and what its user gives on the command line."""

    content: bytes
    mapping: str | None
    time_format: str | None
    amounts: tuple[str, ...]


def write_file(truth: Sequence[Sale], dress: Dress) -> File:
    """Write the truth in a dress."""
    writer = _Writer(dress)
    roles = writer.roles()
    rows = [writer.cells(row, roles) for row in writer.rows(truth)]
    header = [writer.title(role) for role in roles]
    text = io.StringIO()
    text.write(writer.preamble(len(roles)))
    out = csv.writer(
        text, delimiter=dress.delimiter, quoting=dress.quoting, lineterminator=dress.ending
    )
    out.writerows([header, *rows])
    if dress.blank_rows:
        text.write(dress.ending + dress.delimiter * (len(roles) - 1) + dress.ending)
    content = text.getvalue().encode(dress.encoding)
    return File(
        gzip.compress(content) if dress.packed else content,
        writer.mapping(roles),
        {"dmy": "%d.%m.%Y %H:%M", "mdy am": "%m/%d/%Y %I:%M %p"}.get(dress.times),
        tuple(writer.written),
    )


class _Writer:
    """Spells cells as a dress says; a row is a mapping from roles to what is meant."""

    def __init__(self, dress: Dress) -> None:
        self.dress = dress
        self.digits = DIGITS[dress.currency]
        self.known = {"shopify": SHOPIFY, "woo": WOO}.get(dress.titles)
        self.by_lines = dress.grain.startswith(("lines", "prices"))
        self.refunds = dress.refunds
        self.grain = dress.grain
        self.folded = "folded" in dress.grain or (dress.titles == "shopify" and not self.by_lines)
        if self.known is not None and self.by_lines:
            self.known = None
        if self.known is not None and self.refunds not in {"column", "net"}:
            self.refunds = "column"
        if dress.grain == "prices" and self.refunds == "net":
            self.refunds = "column"  # a price is never net of what came back
        if self.by_lines and self.refunds == "negative rows":
            self.refunds = "own rows"  # a negative line of an order is a discount
        self.written: list[str] = []

    def roles(self) -> list[str]:
        money = {"lines": ["line_amount"], "prices": ["quantity", "unit_price"]}
        grain = self.dress.grain.partition(",")[0]
        roles = ["order", "customer", "time", *money.get(grain, ["amount"]), "status"]
        if self.dress.named in {"column", "other column"} or self.known is not None:
            roles.append("currency")
        if self.refunds in {"column", "net"}:
            roles.append("refunded")
        elif self.refunds == "amounts in refund":
            roles.append("refund")
        elif self.refunds in {"marked rows", "same id rows"}:
            roles += ["refund", "refund_of"][: 2 if self.refunds == "marked rows" else 1]
        elif self.refunds in {"negative rows", "own rows"}:
            roles.append("refund_of")
        turn = self.dress.order % len(roles)
        return [*roles[turn:], *roles[:turn], "note"]

    def title(self, role: str) -> str:
        if role == "note":
            return "Note"
        names = self.known or TITLES.get(self.dress.titles, TITLES["en"])
        name = names[role]
        if self.dress.ending == "\r":
            name = name.replace("\n", " ")  # csv does not quote it there
        if self.known is None and role in {"amount", "line_amount", "unit_price"}:
            if self.dress.named == "header":
                return f"{name} ({self.dress.currency})"
            if self.dress.named == "chinese header":
                return f"{name}（{SIGNS[self.dress.currency]}）"
        if role == "currency" and self.known is None and self.dress.named == "other column":
            return "Currency code"
        return name

    def mapping(self, roles: Sequence[str]) -> str | None:
        if self.known is not None:
            return "taken_off=" + self.known["refunded"] if self.refunds == "net" else None
        parts = []
        for role in roles:
            if role == "note" or (role == "currency" and self.dress.named == "other column"):
                continue
            told = "taken_off" if role == "refunded" and self.refunds == "net" else role
            pair = f"{told}={self.title(role)}"
            parts.append('"' + pair.replace('"', '""') + '"')
        return ",".join(parts)

    def rows(self, truth: Sequence[Sale]) -> Iterator[Mapping[str, object]]:
        """Yield what each row means, refunds in rows of their own last."""
        for number, sale in enumerate(truth, 1):
            yield from self.rows_of(number, sale)
        if "rows" in self.refunds:
            for number, sale in enumerate(truth, 1):
                if back := self.back_of(sale):
                    yield self.refund_row(number, sale, back)

    def back_of(self, sale: Sale) -> int:
        return sale.total * sale.back // 3 if sale.paid and sale.person is not None else 0

    def rows_of(self, number: int, sale: Sale) -> Iterator[Mapping[str, object]]:
        back = self.back_of(sale)
        off = back if self.refunds == "net" else 0
        base: dict[str, object] = {
            "order": number,
            "time": datetime(2026, 3, sale.day, 9 + number % 9, 5, 7),
            "status": sale.paid,
            "currency": self.dress.currency,
            "amount": sale.total - off,
        }
        if self.refunds in {"column", "net", "amounts in refund"}:
            base["refund" if self.refunds == "amounts in refund" else "refunded"] = back
        elif "rows" in self.refunds:
            base["refund"] = False
        for place, (pieces, price) in enumerate(
            sale.lines[: 1 if self.grain == "orders" else None]
        ):
            row = {**base, "customer": self.who(sale, number + place)}
            row |= {"quantity": pieces, "unit_price": price, "line_amount": pieces * price}
            row["note"] = 'a cup, "blue"; large' if number % 2 else f"line {place}"
            if self.by_lines and self.refunds == "net":
                part = min(off, pieces * price)
                off -= part
                row |= {"line_amount": pieces * price - part, "refunded": part}
            elif self.by_lines and place:
                row |= {role: None for role in ("refunded", "refund") if row.get(role)}
            if place and self.folded:
                kept = {"order", "quantity", "unit_price", "line_amount", "note"}
                kept |= {"refunded"} if self.by_lines and self.refunds == "net" else set()
                row = {role: row[role] for role in row if role in kept}
            if not sale.paid:
                row |= dict.fromkeys(_GAPS[self.dress.gaps], None)
            yield row

    def refund_row(self, number: int, sale: Sale, back: int) -> Mapping[str, object]:
        marked = self.refunds in {"marked rows", "same id rows"}
        amount = back if marked else -back
        return {
            "order": number if self.refunds in {"negative rows", "same id rows"} else 500 + number,
            "refund_of": number,
            "customer": self.who(sale, number),
            "time": datetime(2026, 3, sale.day, 23, 5, 7),
            "status": True,
            "currency": self.dress.currency,
            "refund": True,
            **dict.fromkeys(("amount", "line_amount", "unit_price"), amount),
            "quantity": 1,
            "note": "back",
        }

    def who(self, sale: Sale, turn: int) -> str:
        if sale.person is None:
            return self.dress.guest
        ways = PEOPLE[sale.person]
        return ways[(turn * self.dress.spelling) % len(ways)]

    def cells(self, row: Mapping[str, object], roles: Sequence[str]) -> list[str]:
        return [self.cell(role, row.get(role)) for role in roles]

    def cell(self, role: str, value: object) -> str:
        if value is None:
            return ""
        if role in {"order", "refund_of"}:
            return self.dress.ids.format(1000 + int(str(value)))
        if role == "status":
            return self.state(paid=bool(value))
        if role == "time":
            assert isinstance(value, datetime)
            return self.time(value)
        if role == "refund" and isinstance(value, bool):
            return "yes" if value else "no"
        if role == "quantity":
            return str(value)
        if isinstance(value, int):
            return self.amount(value)
        return str(value)

    def state(self, *, paid: bool) -> str:
        if self.known is SHOPIFY:
            return "paid" if paid else "voided"
        words = self.dress.state_words if self.known is None else "wc"
        return (PAID_WORDS if paid else UNPAID_WORDS)[words]

    def time(self, when: datetime) -> str:
        forms = {
            "iso": "%Y-%m-%d %H:%M:%S", "slash": f"%Y/{when.month}/{when.day} %H:%M", "T": "%Y-%m-%dT%H:%M:%S.000",
            "zh": "%Y年%m月%d日 %H:%M:%S", "offset": "%Y-%m-%d %H:%M:%S +0800", "pg": "%Y-%m-%d %H:%M:%S+08",
            "utc": "%Y-%m-%dT%H:%M:%SZ", "dmy": "%d.%m.%Y %H:%M", "mdy am": "%m/%d/%Y %I:%M %p",
        }  # fmt: skip
        return when.strftime(forms[self.dress.times])

    def amount(self, minor: int) -> str:
        whole, part = divmod(abs(minor), 10**self.digits)
        decimals = str(part).rjust(self.digits, "0") if self.digits else ""
        if self.dress.strip_zeros:
            decimals = decimals.rstrip("0")
        group = "" if self.dress.group == self.dress.decimal else self.dress.group
        group = "" if (group, self.dress.decimal) == ("indian", ",") else group
        number = grouped(str(whole), group) + (
            f"{self.dress.decimal}{decimals}" if decimals else ""
        )
        self.written.append(number)
        sign, code = SIGNS[self.dress.currency], self.dress.currency
        shown = {
            "": number, "before": sign + number, "before, blank": f"{sign}{NBSP}{number}",
            "behind": f"{number} {sign}", "code before": f"{code} {number}", "code behind": f"{number}{code}",
            "wide": number.translate({ord(d): ord(d) - 48 + 0xFF10 for d in "0123456789"}),
        }[self.dress.sign]  # fmt: skip
        return self.dress.minus.format(shown) if minor < 0 else shown

    def preamble(self, width: int) -> str:
        end = self.dress.ending
        return {
            "": "",
            "sep": f"sep={self.dress.delimiter}{end}",
            "title": f"Orders of March 2026{self.dress.delimiter * (width - 1)}{end}",
            "title and blank": f"我的店铺{end}{end}",
            "many": f"Report{self.dress.delimiter}Orders{end}Made{self.dress.delimiter}2026-03-31{end}{end}",
        }[self.dress.preamble]


def grouped(digits: str, way: str) -> str:
    """Return digits in groups of three, or as India writes them."""
    if not way:
        return digits
    head, tail = digits[:-3], digits[-3:]
    if not head:
        return tail
    step, sign = (2, ",") if way == "indian" else (3, way)
    parts: list[str] = []
    while head:
        parts.insert(0, head[-step:])
        head = head[:-step]
    return sign.join([*parts, tail])
