"""One true history reads to the same figures in every dress, or is refused by its place."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings

from tests.lab.dresses import (
    Dress,
    File,
    Sale,
    dresses,
    sales,
    write_file,
)
from tongbao.lab.history import History
from tongbao.lab.orders import ReadOptions, read_history
from tongbao.lab.problems import LabError
from tongbao.lab.returns import match_refunds

SHORT = settings(max_examples=250, suppress_health_check=list(HealthCheck))
FEW = settings(SHORT, max_examples=60)
LONG = settings(max_examples=20_000, suppress_health_check=list(HealthCheck))

_TWO_WAYS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")


def outcome(folder: Path, file: File, currency: str) -> History | LabError:
    """Return what the reader makes of a file."""
    path = folder / "orders.csv"
    path.write_bytes(file.content)
    options = ReadOptions(currency=currency, mapping=file.mapping, time_format=file.time_format)
    try:
        return read_history(path, options)
    except LabError as fault:
        return fault


def may_be_refused(file: File, dress: Dress) -> bool:
    """Return whether a number has two readings, or a decimal comma where no semicolon shows it."""
    for number in file.amounts:
        foreign = (dress.decimal == "," and "," in number) or (dress.group == "." and "." in number)
        if (foreign and dress.delimiter != ";") or _TWO_WAYS.fullmatch(number):
            return True
    return False


def expected_id(dress: Dress, number: int) -> str:
    """Return an order's id as it is meant, without what a spreadsheet or a shop puts about it."""
    return dress.ids.format(1000 + number).removesuffix(".0").strip('="')


def check_figures(history: History, truth: Sequence[Sale], dress: Dress) -> None:
    """Compare a history with the truth, reckoned here from the sales alone."""
    counted = {
        expected_id(dress, number): sale
        for number, sale in enumerate(truth, 1)
        if sale.paid and sale.person is not None
    }
    assert {order.id: order.paid for order in history.orders} == {
        name: sale.total for name, sale in counted.items()
    }
    assert len(history.orders) == len(counted)
    buyers = {name: sale.person for name, sale in counted.items()}
    groups: dict[str, set[int | None]] = {}
    for order in history.orders:
        groups.setdefault(order.customer, set()).add(buyers[order.id])
    assert len(groups) == len(set(buyers.values()))
    assert all(len(people) == 1 for people in groups.values())
    back: Counter[str] = Counter()
    matching = match_refunds(history)
    for piece in matching.pieces:
        back[history.orders[piece.order].id] += piece.amount
    assert matching.unmatched == ()
    assert back == Counter(
        {name: part for name, sale in counted.items() if (part := sale.total * sale.back // 3)}
    )
    guests = [sale.total for sale in truth if sale.paid and sale.person is None]
    nobody = history.tallies.get("without_customer")
    counted_guests = (nobody.documents, nobody.amount) if nobody else (0, 0)
    assert counted_guests == (len(guests), sum(guests))
    left = history.tallies.get("by_status")
    assert (left.documents if left else 0) == sum(not sale.paid for sale in truth)


def check_refusal(fault: LabError, file: File, dress: Dress) -> None:
    """A refusal says where and what to do, in both languages, and only where it has to be one."""
    assert fault.field or fault.line, fault.say("en")
    assert fault.way_out is not None
    assert fault.say("zh") != fault.say("en")
    assert may_be_refused(file, dress), fault.say("en")


def check_dress(folder: Path, truth: Sequence[Sale], dress: Dress) -> None:
    file = write_file(truth, dress)
    assume(dress.refunds != "amounts in refund" or dress.currency != "JPY")
    result = outcome(folder, file, dress.currency)
    if isinstance(result, LabError):
        check_refusal(result, file, dress)
    else:
        check_figures(result, truth, dress)


@SHORT
@given(sales, dresses)
def test_a_history_reads_alike_in_every_dress(
    tmp_path: Path, truth: list[Sale], dress: Dress
) -> None:
    check_dress(tmp_path, truth, dress)


@pytest.mark.long
@LONG
@given(sales, dresses)
def test_a_history_reads_alike_in_many_more_dresses(
    tmp_path: Path, truth: list[Sale], dress: Dress
) -> None:
    check_dress(tmp_path, truth, dress)


@FEW
@given(sales, dresses)
def test_no_dress_lets_another_currency_pass(
    tmp_path: Path, truth: list[Sale], dress: Dress
) -> None:
    known = dress.titles in {"shopify", "woo"} and dress.grain in {"orders", "folded", "repeated"}
    assume(known or dress.named or dress.sign not in {"", "wide"})
    file = write_file(truth, dress)
    result = outcome(tmp_path, file, "GBP")
    assert isinstance(result, LabError)
    assert dress.currency in result.say("en") or may_be_refused(file, dress)
