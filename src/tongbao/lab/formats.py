"""Which column holds what: the mapping a user gives, and the exports known by their columns."""

import csv
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from tongbao.lab.exports import KNOWN, WATCHED, Known
from tongbao.lab.headers import name_without_unit
from tongbao.lab.problems import LabError, quoted
from tongbao.lab.state_words import PAID_STATES, UNPAID_STATES, state_of
from tongbao.plans.names import one_spelling
from tongbao.plans.words import Text, plain

ROLES: Final = (
    *("order", "customer", "time", "amount", "amount_minor", "line_amount", "quantity"),
    *("unit_price", "unit_price_milli", "refund", "refunded", "refund_of", "profit", "currency"),
    *("status", "taken_off", "outstanding", "cancelled", "payment", "gift_card", "item"),
)
"""What ``--columns`` can name.

order, customer and time are needed, and one of amount (money as people write
it), amount_minor (fen, pence), line_amount (a row is a line of an order; lines
are added up) or quantity with unit_price (likewise; unit_price_milli counts in
thousandths). refunded holds what was returned of the order in its row;
refund marks with yes and no which rows are refunds, or, if the column holds
amounts, is the same as refunded; refund_of holds in a refund's row the id of
the order it returns. refunded and profit are in the unit of the amount. status
holds the order's state, by which unpaid and cancelled ones are left out.
taken_off is refunded where the amount is already without it; outstanding what was
not paid of the amount; cancelled when (or yes) the order was cancelled; payment how
it was paid, gift_card how much of it with gift cards, item what was sold.
"""


BLANK: Final = "blank"
"""How ``--paid-status`` names the state of an order that has none."""


class Layout(Struct, frozen=True, kw_only=True):
    """How a file is read.

    ``columns`` gives the file's column for each role; besides `ROLES` a known
    export may have second_time (used where time is blank), cancelled and own_id
    (an id that no two orders share). ``by_lines``: a row is a line of an order. ``folded``: further
    rows of an order repeat its cells or leave them blank. ``paid_statuses``:
    the states in which an order counts, None for all; ``unpaid_statuses`` those in
    which it does not, None if that is every other. ``watched`` are roles whose columns nobody
    named. ``note`` is what a reader of this layout should know.
    """

    title: Text
    columns: Mapping[str, str]
    by_lines: bool = False
    folded: bool = False
    paid_statuses: frozenset[str] | None = None
    unpaid_statuses: frozenset[str] | None = None
    watched: frozenset[str] = frozenset()
    note: Text | None = None


_PEOPLE: Final = (
    *("customer", "buyer", "email", "e_mail", "phone", "mobile", "member", "client", "user_id"),
    *(
        "客户",
        "客戶",
        "会员",
        "會員",
        "买家",
        "買家",
        "手机",
        "手機",
        "电话",
        "電話",
        "邮箱",
        "顧客",
    ),
)
_QUOTED_NAME: Final = re.compile(r'(^|,)\s*([a-z_]+\s*=\s*)"((?:[^"]|"")*)"\s*(?=,|$)')
_ONE_OF: Final = ("amount", "amount_minor", "line_amount", "quantity")
_UNIT_PRICES: Final = ("unit_price", "unit_price_milli")
_INSTEAD: Final = (
    frozenset({*_ONE_OF, *_UNIT_PRICES}),
    frozenset({"time", "second_time"}),
    frozenset({"refund", "refunded", "taken_off"}),
)
"""Where one of these is named, the others of a known export no longer hold."""


def layout_of(
    columns: Sequence[str],
    mapping: str | None,
    file: str,
    paid: str | None = None,
    suggest: Callable[[], Text | None] = lambda: None,
) -> Layout:
    """Return how to read a file with these columns, by recognition and the mapping given.

    Of a known export the mapping changes or adds columns; of any other it has
    to name all. ``paid`` names, with commas between, the states that count.

    Raises:
        LabError: if the mapping does not fit, or nothing known fits; it
            lists the file's columns and suggests what ``suggest`` returns.
    """
    given = None if mapping is None else _pairs(columns, mapping, file, suggest)
    layout = _known_layout(columns)
    if layout is None:
        if given is None:
            raise LabError(_UNKNOWN.fill(columns=_listed(columns)), suggest(), file=file)
        _refuse_gaps(given, file, suggest)
        layout = Layout(title=_AS_MAPPED, columns=given)
    elif given:
        layout = _on_top(layout, given)
        _refuse_gaps(layout.columns, file, suggest)
    _refuse_twins(layout.columns.values(), columns, file)
    by_lines = "quantity" in layout.columns or "line_amount" in layout.columns
    layout = replace(layout, by_lines=by_lines, folded=not by_lines)
    watched = _watched(columns, layout.columns)
    layout = replace(layout, columns={**layout.columns, **watched}, watched=frozenset(watched))
    return _with_states(layout, {*(given or {})}, paid)


def may_name_people(column: str) -> bool:
    """Return whether a column of this name may hold customers.

    >>> may_name_people("Billing Phone"), may_name_people("买家手机"), may_name_people("Total")
    (True, True, False)
    """
    name = plain_column(column)
    return any(word in name for word in _PEOPLE)


def customer_option(column: str) -> str:
    """Return the option that takes customers from this column, as a shell takes it.

    >>> customer_option("Billing Phone")
    "--columns 'customer=Billing Phone'"
    """
    return f"--columns {shell_quoted(quoted_pair('customer', column))}"


def _watched(columns: Sequence[str], used: Mapping[str, str]) -> dict[str, str]:
    """Return the columns that tell what was really paid, where nothing else is named."""
    names = plain_names([column for column in columns if columns.count(column) == 1])
    taken = set(used.values())
    found = {}
    for role, candidates in WATCHED.items():
        column = next((names[name] for name in candidates if name in names), None)
        if role not in used and column is not None and column not in taken:
            found[role] = column
    return found


def _known_layout(columns: Sequence[str]) -> Layout | None:
    plain_names = {plain_column(column): column for column in reversed(columns)}
    for known in KNOWN:
        layout = _recognised(known, plain_names)
        if layout is not None:
            return layout
    return None


def _recognised(known: Known, plain_names: Mapping[str, str]) -> Layout | None:
    found = {}
    for role, names in (*known.needed.items(), *known.possible.items()):
        column = next((plain_names[name] for name in names if name in plain_names), None)
        if column is not None:
            found[role] = column
        elif role in known.needed:
            return None
    if not all(sign in plain_names for sign in known.signs):
        return None
    return Layout(
        title=known.title,
        columns=found,
        folded=known.folded,
        paid_statuses=known.paid_statuses,
        unpaid_statuses=(UNPAID_STATES | known.unpaid_statuses)
        - (known.paid_statuses or frozenset()),
        note=known.note,
    )


def _on_top(layout: Layout, given: Mapping[str, str]) -> Layout:
    """Return the layout of a known export with the columns that the user names instead."""
    if given.items() <= layout.columns.items():
        return layout
    dropped = {role for group in _INSTEAD if group & set(given) for role in group}
    kept = {role: column for role, column in layout.columns.items() if role not in dropped}
    other_states = given.get("status", kept.get("status")) != kept.get("status")
    return replace(
        layout,
        title=_ON_TOP.fill(title=layout.title),
        columns={**kept, **given},
        paid_statuses=None if other_states else layout.paid_statuses,
        unpaid_statuses=None if other_states else layout.unpaid_statuses,
    )


def _with_states(layout: Layout, given: AbstractSet[str], paid: str | None) -> Layout:
    """Return the layout with the states that count."""
    if paid is not None:
        try:
            states = frozenset(state_of(state) for state in _parts(paid))
        except LabError:
            raise LabError(_NO_STATES, _NO_STATES_OUT) from None
        if "status" not in layout.columns or not states:
            raise LabError(_NO_STATES, _NO_STATES_OUT)
        if BLANK in states:
            states |= {""}
        return replace(layout, paid_statuses=states, unpaid_statuses=None)
    if "status" in given and layout.paid_statuses is None:
        return replace(layout, paid_statuses=PAID_STATES, unpaid_statuses=UNPAID_STATES)
    return layout


def _pairs(
    columns: Sequence[str], mapping: str, file: str, suggest: Callable[[], Text | None]
) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in _parts(mapping):
        role, sign, column = (piece.strip() for piece in part.partition("="))
        if not sign or not column:
            raise LabError(_NO_PAIR.fill(part=quoted(part)), _roles_out())
        if role not in ROLES:
            raise LabError(_NO_ROLE.fill(role=quoted(role)), _roles_out())
        if role in found:
            raise LabError(_ROLE_TWICE.fill(role=role), _roles_out())
        if column not in columns:
            reason = _NO_COLUMN.fill(column=quoted(column), columns=_listed(columns))
            raise LabError(reason, suggest(), file=file, field=role)
        found[role] = column
    return found


def _parts(mapping: str) -> list[str]:
    """Split at commas; a part in double quotes may hold commas, or the column's name in it alone."""
    whole = _QUOTED_NAME.sub(r'\1"\2\3"', mapping)
    try:
        rows = list(csv.reader([whole], strict=True, skipinitialspace=True))
    except csv.Error:
        raise LabError(_NO_PAIR.fill(part=quoted(mapping)), _roles_out()) from None
    return [part for part in rows[0] if part.strip()] if rows else []


def _refuse_gaps(found: Mapping[str, str], file: str, suggest: Callable[[], Text | None]) -> None:
    for role in ("order", "customer", "time"):
        if role not in found:
            raise LabError(_ROLE_MISSING.fill(role=role), suggest(), file=file)
    given = [role for role in _ONE_OF if role in found]
    prices = [role for role in _UNIT_PRICES if role in found]
    if len(given) != 1 or len(prices) != (given == ["quantity"]):
        raise LabError(_ONE_AMOUNT, suggest(), file=file)


def _refuse_twins(used: Iterable[str], columns: Sequence[str], file: str) -> None:
    for column in used:
        if columns.count(column) > 1:
            raise LabError(_TWINS, _TWINS_OUT, file=file, field=column)


def plain_column(column: str) -> str:
    """Return a column's name without capitals, blanks and punctuation, in one spelling."""
    return re.sub(r"[\W_]+", "_", one_spelling(column).casefold()).strip("_")


def plain_names(columns: Iterable[str]) -> dict[str, str]:
    """Return the columns by their plain names, and by these without the currency that they name."""
    bare = {plain_column(name_without_unit(column)): column for column in columns}
    return {**bare, **{plain_column(column): column for column in reversed([*columns])}}


def quoted_pair(role: str, column: str) -> str:
    """Return a role and its column as ``--columns`` takes them.

    >>> quoted_pair("customer", "Ann, Bob")
    '"customer=Ann, Bob"'
    """
    pair = f"{role}={column}"
    needs_quotes = any(sign in pair for sign in ',"\n\r')
    return '"' + pair.replace('"', '""') + '"' if needs_quotes else pair


def shell_quoted(text: str) -> str:
    r"""Return a text in single quotes, as a shell takes it.

    >>> print(shell_quoted("it's"))
    'it'\''s'
    """
    return "'" + text.replace("'", "'\\''") + "'"


def _listed(columns: Sequence[str]) -> Text:
    return plain(", ".join(quoted(column) for column in columns[:60]))


def _roles_out() -> Text:
    return _ROLES_OUT.fill(roles=", ".join(ROLES))


_AS_MAPPED = Text("columns as given with --columns", "按 --columns 指定的列")
_ON_TOP = Text("{title}, some columns as given", "{title}（部分列按指定）")
_NO_STATES = Text(
    "--paid-status names no state, or no column holds the states",
    "--paid-status 没有写任何状态，或没有状态列",
)
_NO_STATES_OUT = Text(
    "Name the column, --columns …,status=State, and the states that count, with commas between.",
    "请指明状态列，例如 --columns …,status=订单状态，并写出要计入的状态，以逗号分隔。",
)
_UNKNOWN = Text(
    "the columns are of no known export (the bundled files, Shopify, WooCommerce). "
    "The first line has: {columns}",
    "无法识别这些列（已知格式：自带示例、Shopify、WooCommerce）。第一行是：{columns}",
)
_NO_PAIR = Text(
    "{part} in --columns is not of the form role=column",
    "--columns 中的 {part} 不是“角色=列名”的形式",
)
_NO_ROLE = Text("--columns knows no {role}", "--columns 没有 {role} 这个角色")
_ROLE_TWICE = Text("--columns names {role} twice", "--columns 中 {role} 出现了两次")
_ROLES_OUT = Text(
    "Write role=column, with commas between; the roles are: {roles}",
    "请写成“角色=列名”，以逗号分隔；可用的角色：{roles}",
)
_NO_COLUMN = Text(
    "there is no column {column}; there are: {columns}", "没有 {column} 这一列；现有：{columns}"
)
_ROLE_MISSING = Text(
    "--columns does not say which column is the {role}", "--columns 没有指明 {role} 是哪一列"
)
_ONE_AMOUNT = Text(
    "--columns needs one of amount, amount_minor, line_amount, or quantity with unit_price",
    "--columns 需要 amount、amount_minor、line_amount 之一，或 quantity 与 unit_price 一起",
)
_TWINS = Text("two columns have this name", "有两列同名")
_TWINS_OUT = Text("Rename one of them in the file.", "请在文件中改掉其中一个列名。")
