"""A mapping for a file whose columns nobody knows: found by names, tried on its rows, then said."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from msgspec import Struct

from tongbao.lab.formats import ROLES, plain_column, plain_names, quoted_pair, shell_quoted
from tongbao.lab.moments import Clock
from tongbao.lab.problems import CellError, LabError, quoted
from tongbao.lab.reading import Row
from tongbao.lab.source import Source
from tongbao.plans.words import Text, plain

TRIED_ROWS: Final = 2000
"""Rows of a file on which a suggestion is tried."""

_MOST_TRIES: Final = 40
_NEEDED: Final = ("order", "customer", "time")

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "order": (
        *("order_id", "order_number", "order_no", "order", "invoice", "invoiceno", "invoice_no"),
        *(
            "ordernumber",
            "orderid",
            "ordersn",
            "order_sn",
            "amazon_order_id",
            "sales_record_number",
        ),
        *("no_pesanan", "nomor_pesanan", "no_invoice", "numer_zamówienia", "transaktionscode"),
        *("transaction_id", "receipt_number", "receipt_no", "sale_id", "purchase_id", "bill_no"),
        *(
            "订单号",
            "订单编号",
            "订单id",
            "主订单编号",
            "交易号",
            "流水号",
            "单号",
            "訂單號",
            "訂單編號",
        ),
        *(
            "注文番号",
            "주문번호",
            "bestellnummer",
            "número_de_orden",
            "numero_de_orden",
            "id",
            "no",
        ),
    ),
    "customer": (
        *("customer_id", "customer", "member_id", "user_id", "buyer", "buyer_id", "client"),
        *(
            "customer_email",
            "buyer_user_id",
            "buyer_email",
            "customeremail",
            "billing_email",
            "email",
            "e_mail",
            "buyer_username",
            "username",
            "customer_reference_id",
        ),
        *("username_pembeli", "买家手机号", "买家手机", "收货人手机", "会员手机号", "会员手机"),
        *("phone", "mobile", "customer_name", "buyer_name", "full_name", "name"),
        *(
            "会员号",
            "会员",
            "会员id",
            "客户",
            "客户编号",
            "买家",
            "买家会员名",
            "手机号",
            "手机",
            "用户id",
        ),
        *(
            "會員",
            "會員編號",
            "客戶",
            "買家",
            "顧客",
            "顧客番号",
            "고객",
            "회원",
            "kunde",
            "kundennummer",
        ),
    ),
    "time": (
        *("timestamp", "ordered_at", "paid_at", "created_at", "order_date", "invoicedate"),
        *(
            "invoice_date",
            "sale_date",
            "purchase_date",
            "transaction_date",
            "date_time",
            "datetime",
        ),
        *("createtime", "create_time", "order_creation_date", "waktu_pesanan_dibuat", "sale_time"),
        *("created_date", "created_date_utc", "created_utc", "purchase_time", "支付日期"),
        *("date", "created", "time", "付款时间", "支付时间", "订单付款时间", "下单时间"),
        *(
            "订单创建时间",
            "创建时间",
            "日期",
            "时间",
            "下單時間",
            "付款時間",
            "日時",
            "注文日",
            "주문일시",
        ),
        *("fecha", "datum", "bestelldatum"),
    ),
    "amount_minor": ("amount_minor", "amount_cents", "total_cents", "金额_分"),
    "amount": (
        *("amount", "total", "order_total", "paid", "total_paid", "grand_total", "total_price"),
        *(
            "order_value",
            "order_amount",
            "total_amount",
            "实付金额",
            "买家实际支付金额",
            "订单金额",
        ),
        *("订单实付金额", "实收金额", "商家实收金额", "实付款", "应付金额", "total_pembayaran"),
        *("grand_total_purchased", "grand_total_base", "brutto", "gross", "order_amount_total"),
        *("支付金额", "金额", "总金额", "實付金額", "金額", "合計", "合計金額", "결제금액"),
        *("gesamtbetrag", "summe", "importe"),
    ),
    "line_amount": (
        *("paidprice", "paid_price", "item_price_total"),
        *("line_amount", "line_total", "net_sales", "item_total", "subtotal", "gross_sales"),
        *("小计", "小計", "商品金额"),
    ),
    "quantity": ("quantity", "qty", "数量", "數量", "수량", "menge", "cantidad"),
    "unit_price": (
        "unit_price",
        "unitprice",
        "price",
        "item_price",
        "单价",
        "單價",
        "単価",
        "단가",
    ),
    "refunded": (
        *("refunded_amount", "refunded", "refund_amount", "amount_refunded", "total_refunded"),
        *("退款金额", "退款金額", "已退款金额", "退款总额"),
    ),
    "refund": ("is_refund", "refund", "是否退款"),
    "profit": ("profit", "margin", "利润", "毛利"),
    "currency": ("currency", "币种", "幣別", "moneda", "währung"),
    "status": (
        *("status_pesanan", "orderstatus", "order_state", "付款状态", "支付状态"),
        *("status", "order_status", "financial_status", "payment_status", "订单状态", "交易状态"),
        *("状态", "訂單狀態", "狀態"),
    ),
}
"""For each role the names, best first, that its column may have, written as `plain_column` does."""

_AMOUNTS: Final = (
    ("amount_minor",),
    ("amount",),
    ("line_amount",),
    ("quantity", "unit_price"),
    ("amount as line_amount",),
)
_DATES: Final = ("%d{0}%m{0}%Y", "%m{0}%d{0}%Y", "%d{0}%m{0}%y", "%m{0}%d{0}%y", "%Y{0}%m{0}%d")
_CLOCKS: Final = (
    "",
    " %H:%M",
    " %H:%M:%S",
    " %I:%M %p",
    " %I:%M:%S %p",
    ", %H:%M",
    ", %I:%M:%S %p",
    " %H:%M:%S %z",
)
_NAMED_MONTHS: Final = ("%b-%d-%y", "%d-%b-%y", "%d %b %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y")
_EPOCH_YEARS: Final = (2000, 2100)

Try = Callable[[Source, str, str | None], LabError | None]
"""Reads a source by a mapping and a time format; returns what is wrong, None if nothing is."""


class _Found(Struct, frozen=True):
    """A mapping that was tried, with the time formats that do; what stops it, or is still asked."""

    roles: Mapping[str, str]
    formats: tuple[str | None, ...]
    fault: LabError | None
    asks: LabError | None = None


class Sample:
    """The first rows of a source."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.name, self.kind, self.notes = source.name, source.kind, source.notes
        self.decimal_comma, self.columns, self.size = (
            source.decimal_comma,
            source.columns,
            TRIED_ROWS,
        )

    def rows(self, wanted: Sequence[str]) -> Iterator[Row]:
        """Yield the first rows' wanted cells."""
        return islice(self._source.rows(wanted), TRIED_ROWS)

    def position(self) -> int:
        """Return how much was read: nothing that matters."""
        return 0


def suggest_mapping(source: Source, try_mapping: Try) -> Text:
    """Return the way out for unknown columns: a mapping that was tried on the first rows.

    Where none does, it says which columns are still to be named, or what stopped the likeliest.
    """
    if len(set(source.columns)) < len(source.columns):
        return _MISSING.fill(mapping=_mapping_text(_by_names(source.columns)))
    named = _by_names(source.columns)
    sample = Sample(source)
    first: _Found | None = None
    budget = [_MOST_TRIES]
    for roles in _candidates(named):
        found = _settle(sample, roles, try_mapping, budget)
        if found.fault is None:
            return _said(found)
        first = first or found
    if first is None:
        return _MISSING.fill(mapping=_mapping_text(named))
    return _TRIED.fill(mapping=_mapping_text(first.roles), fault=_in_words(first.fault))


def _in_words(fault: LabError | None) -> Text:
    """Return what is wrong and where, without the way out."""
    if fault is None:
        return plain("")
    bare = LabError(fault.reason, line=fault.line, field=fault.field)
    return Text(plain(bare.say("en")).en, plain(bare.say("zh")).zh)


def _by_names(columns: Sequence[str]) -> dict[str, str]:
    """Return the column that each role's names find, none for two roles."""
    names = plain_names(columns)
    found: dict[str, str] = {}
    for role, candidates in _NAMES.items():
        taken = set(found.values())
        column = next((names[n] for n in candidates if n in names and names[n] not in taken), None)
        if column is not None:
            found[role] = column
    if plain_column(found.get("order", "")) == "amazon_order_id" and "unit_price" in found:
        found["line_amount"] = found.pop("unit_price")  # Amazon's item-price is the line's
    return found


def _candidates(named: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield whole mappings, the likeliest first."""
    if not all(role in named for role in _NEEDED):
        return
    money = {role for way in _AMOUNTS for role in way}
    base = {role: column for role, column in named.items() if role not in money}
    for way in _AMOUNTS:
        if way == ("amount as line_amount",):
            if "amount" in named:
                yield {**base, "line_amount": named["amount"]}
        elif all(role in named for role in way):
            yield {**base, **{role: named[role] for role in way}}


def _settle(sample: Sample, roles: dict[str, str], try_mapping: Try, budget: list[int]) -> _Found:
    """Try a mapping; mend what the rows object to where that is a column that need not be there."""
    formats: tuple[str | None, ...] = (None,)
    while True:
        budget[0] -= 1
        fault = try_mapping(sample, mapping_of(roles), formats[0])
        if fault is None or budget[0] <= 0:
            return _Found(roles, formats, fault)
        role = next((r for r, column in roles.items() if column == fault.field), "")
        if role == "time" and formats == (None,):
            formats = _formats_of(sample, roles["time"])
            if not formats:
                return _Found(roles, (), fault)
        elif role == "refunded":
            roles = {("taken_off" if r == "refunded" else r): c for r, c in roles.items()}
        elif role in {"refund", "taken_off", "profit", "currency"} or (
            role == "status" and _is_blank(sample, roles["status"])
        ):
            roles = {r: c for r, c in roles.items() if r != role}
        else:
            if role == "status":
                return _Found(roles, formats, None, fault)  # only the user knows what a state means
            return _Found(roles, formats, fault)


def _is_blank(sample: Sample, column: str) -> bool:
    return not any(
        not isinstance(row, CellError) and str(row[0] or "").strip()
        for _, row in sample.rows([column])
    )


def _formats_of(sample: Sample, column: str) -> tuple[str, ...]:
    """Return the time formats that read every cell of the column: none, one, or day and month both."""
    cells = [row[0] for _, row in sample.rows([column]) if not isinstance(row, CellError)]
    texts = [str(cell) for cell in cells if str(cell or "").strip()]
    if not texts:
        return ()
    dates = [date.format(sign) for sign in ("/", ".", "-") for date in _DATES]
    forms = [date + clock for date in (*dates, *_NAMED_MONTHS) for clock in _CLOCKS]
    found = [form for form in forms if _reads(form, texts)]
    return tuple(found) or (("epoch",) if _reads("epoch", texts) else ())


def _reads(time_format: str, texts: Sequence[str]) -> bool:
    clock = Clock(time_format)
    try:
        years = {clock(text).year for text in texts}
    except (CellError, ValueError):
        return False
    return time_format != "epoch" or _EPOCH_YEARS[0] <= min(years) <= max(years) < _EPOCH_YEARS[1]


def mapping_of(roles: Mapping[str, str]) -> str:
    """Return the mapping as `--columns` takes it."""
    order = [role for role in ROLES if role in roles]
    return ",".join(quoted_pair(role, roles[role]) for role in order)


def _mapping_text(named: Mapping[str, str]) -> str:
    """Return a mapping for the eye, with a mark for what is still to be named."""
    money = next((way for way in _AMOUNTS if all(role in named for role in way)), ("amount",))
    wanted = (*_NEEDED, *money)
    extra = [role for role in ("currency", "status") if role in named]
    return shell_quoted(mapping_of({role: named.get(role, "…") for role in (*wanted, *extra)}))


def _said(found: _Found) -> Text:
    mapping = shell_quoted(mapping_of(found.roles))
    options = [f"--columns {mapping}"]
    first = found.formats[0] if found.formats else None
    if first is not None:
        options.append(f"--time-format {shell_quoted(first)}")
    text = _WORKS.fill(options=" ".join(options), rows=TRIED_ROWS)
    others = [form for form in found.formats[1:] if form is not None]
    if found.asks is not None:
        more = _ASKS.fill(fault=_in_words(found.asks))
        text = _BOTH.fill(first=text, more=more)
    if not others:
        return text
    shown = ", ".join(quoted(form) for form in others)
    more = _OTHER_FORMATS.fill(
        first=quoted(first), others=shown, day=_example(first), other=_example(others[0])
    )
    return _BOTH.fill(first=text, more=more)


def _example(time_format: str | None) -> str:
    return datetime(2026, 2, 1).strftime(time_format or "")  # an example's wall time


_BOTH = Text("{first}\n{more}", "{first}\n{more}")
_WORKS = Text(
    "Say which column is which. This reads the file's first rows (tried on up to {rows}): {options}",
    "请说明各列的含义。下面的写法可以读取文件开头的行（最多试了 {rows} 行）：{options}",
)
_ASKS = Text(
    "You will then be asked which states count ({fault}).",
    "之后还需要您说明哪些状态计入（{fault}）。",
)
_OTHER_FORMATS = Text(
    "Mind: the times fit {others} as well; look which one is meant: 1 February 2026 is written {day} "
    "by {first}, {other} by the other.",
    "注意：时间也符合 {others}，请确认是哪一种：2026 年 2 月 1 日按 {first} 写作 {day}，按另一种写作 {other}。",
)
_MISSING = Text(
    "Say which column is which, and write a column's name for each …: --columns {mapping} (if the "
    "first line is an order already, put a line with names for the columns above it)",
    "请说明各列的含义，把每个 … 换成列名：--columns {mapping}"
    "（如果第一行已经是订单，请在上面加一行列名）",
)
_TRIED = Text(
    "Say which column is which. By their names it would be --columns {mapping}, but that was tried and does "
    "not do: {fault}",
    "请说明各列的含义。按列名推测为 --columns {mapping}，但试读不成功：{fault}",
)
