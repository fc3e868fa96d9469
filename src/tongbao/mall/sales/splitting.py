"""Exact division of amounts: shares add up to the whole, and who gets the odd unit is written."""

from collections.abc import Sequence


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Divide an amount in proportion to weights, by largest remainder; ties go to the earlier.

    The shares add up to ``total`` exactly, each less than one unit away from its exact share, and
    a share never exceeds its weight where ``total`` is at most their sum.

    >>> allocate(100, [1, 1, 1])
    [34, 33, 33]

    Raises:
        ValueError: something is negative, or there is an amount and no weight to divide it by.
    """
    whole = sum(weights)
    if total < 0 or any(weight < 0 for weight in weights):
        raise ValueError("An amount and its weights are not negative.")
    if whole == 0:
        if total:
            raise ValueError("There is nothing to divide the amount by.")
        return [0] * len(weights)
    divided = [divmod(total * weight, whole) for weight in weights]
    shares = [share for share, _ in divided]
    # The odd units, fewer than there are remainders: to the largest of them, ties to the earlier.
    by_remainder = sorted(range(len(weights)), key=lambda place: -divided[place][1])
    for place in by_remainder[: total - sum(shares)]:
        shares[place] += 1
    return shares


def spread(tenders: Sequence[int], totals: Sequence[int]) -> list[list[int]]:
    """Divide tenders over parts, so that each part's row and each tender's column add up.

    One tender after the other is allocated by what of each part is still to be paid. That is at
    least as much as the tender, so no share exceeds it (see `allocate`), nothing becomes negative,
    and the last tender is just what is left: both margins are exact.

    >>> spread([100, 50], [90, 60])
    [[60, 30], [40, 20]]

    Raises:
        ValueError: the sums of tenders and parts differ, or something is negative.
    """
    if sum(tenders) != sum(totals):
        raise ValueError("What is paid and what is to be paid differ.")
    left = list(totals)
    columns = []
    for tender in tenders:
        column = allocate(tender, left)
        left = [rest - share for rest, share in zip(left, column, strict=True)]
        columns.append(column)
    return [list(row) for row in zip(*columns, strict=True)] if columns else [[] for _ in totals]


def spread_kinds(
    tenders: Sequence[int], totals: Sequence[int], in_money: Sequence[bool]
) -> list[list[int]]:
    """Do the same where some parts are paid in money alone: in the first two tenders.

    These parts together have of the first tender the share that their sum has in both; the others
    are spread over as ever. Without any such part it is `spread`.

    >>> spread_kinds([100, 50, 30], [60, 120], [True, False])
    [[40, 20, 0], [60, 30, 30]]

    Raises:
        ValueError: the sums of tenders and parts differ, something is negative, or there is less
            money than those parts cost.
    """
    cost = sum(total for total, flag in zip(totals, in_money, strict=True) if flag)
    if not cost:
        return spread(tenders, totals)
    first, second, *others = tenders
    if min(tenders) < 0 or first + second < cost:
        raise ValueError("What is bought at its face value is paid in money.")
    own_first, _ = allocate(first, [cost, first + second - cost])
    own = [own_first, cost - own_first, *(0 for _ in others)]
    rest = [tender - share for tender, share in zip(tenders, own, strict=True)]
    money = iter(spread(own, [t for t, flag in zip(totals, in_money, strict=True) if flag]))
    mixed = iter(spread(rest, [t for t, flag in zip(totals, in_money, strict=True) if not flag]))
    return [next(money if flag else mixed) for flag in in_money]
