"""The naive model's commands, each a function of the pool and the command's fields.

Written from spec/engine.md («Commands») alone, and sharing no code with tongbao.engine. Each
changes the pool freely and raises NotAcceptedError to reject: the caller works on a copy.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.model.pool import ATOMS, BPS, SCALE, NotAcceptedError, ceil
from tests.model.reading import plan_problem, real_day

if TYPE_CHECKING:
    from tests.model.pool import Pool

Fields = dict[str, Any]


def enroll(pool: Pool, c: Fields) -> Fields:
    there = pool.s["accounts"].get(c["member"])
    if there:
        raise NotAcceptedError("already_enrolled" if there["kind"] == "member" else "not_a_member")
    if c.get("referrer") is not None:
        pool.member(c["referrer"])
    pool.new_account(c["member"], "member", c.get("referrer"))
    return {}


def open_merchant(pool: Pool, c: Fields) -> Fields:
    there = pool.s["accounts"].get(c["merchant"])
    if there:
        raise NotAcceptedError("already_open" if there["kind"] == "merchant" else "not_a_merchant")
    pool.new_account(c["merchant"], "merchant", None)
    return {}


def chain(pool: Pool, buyer: str) -> list[str]:
    levels = max(
        len(pool.s["plan"]["referral_points_bps"]), len(pool.s["plan"]["referral_cash_bps"])
    )
    names: list[str] = []
    above = pool.s["accounts"][buyer]["referrer"]
    while above is not None and len(names) < levels:
        names.append(above)
        above = pool.s["accounts"][above]["referrer"]
    return names


def purchase(pool: Pool, c: Fields) -> Fields:
    s, p, paid, profit = pool.s, pool.s["plan"], c["paid"], c.get("profit")
    if c["member"] in s["accounts"]:
        pool.member(c["member"], "not_a_member")
    if profit is None and "profit" in (p["backing_base"], p["dividend_base"]):
        raise NotAcceptedError("profit_required")
    if profit is not None and profit > paid:
        raise NotAcceptedError("profit_exceeds_paid")
    if c["member"] not in s["accounts"]:
        pool.new_account(c["member"], "member", None)
    bases = {"sales": paid, "profit": max(profit or 0, 0)}
    contribution = bases[p["backing_base"]] * p["backing_bps"] // BPS
    dividend = bases[p["dividend_base"]] * p["dividend_bps"] // BPS
    names = chain(pool, c["member"])
    commissions = [paid * bps // BPS for bps in [*p["referral_cash_bps"], 0, 0]][: len(names)]
    if contribution + dividend + sum(commissions) > paid:
        raise NotAcceptedError("overspent")

    buyer = s["accounts"][c["member"]]
    referrers = [s["accounts"][name] for name in names]
    for a in [buyer, *referrers]:
        pool.settle(a)
    gained = (paid if p["quota_base"] == "sales" else contribution) * p["quota_bps"] // BPS
    gained = gained if contribution else 0
    pool.gain(buyer, gained)
    granted = grants(pool, paid, contribution, [buyer, *referrers])
    for a, commission in zip(referrers, commissions, strict=True):
        a["wallet"] += commission
    for a, atoms in zip([buyer, *referrers], granted, strict=True):
        a["points"] += atoms
        s["supply"] += atoms
    s["reserve" if s["supply"] else "dividend_fund"] += contribution
    s["dividend_fund"] += dividend
    s["money_in"] += contribution + dividend + sum(commissions)
    s["purchases"][c["id"]] = {
        "buyer": c["member"],
        "chain": names,
        "paid": paid,
        "contribution": contribution,
        "dividend": dividend,
        "gained": gained,
        "granted": granted,
        "commissions": commissions,
        "index": s["dividend_index"],
        "closes": s["closes"],
        "refunded": 0,
    }
    return {"points": granted[0], "contribution": contribution, "dividend": dividend}


def grants(pool: Pool, paid: int, contribution: int, accounts: list[Fields]) -> list[int]:
    """The atoms for the buyer and the chain, issued one after the other at the same price."""
    p = pool.s["plan"]
    rates = [p["grant_bps"], *p["referral_points_bps"], 0, 0]
    granted = []
    for i, a in enumerate(accounts):
        worth = min(contribution * rates[i] // BPS, a["quota"] - pool.value(a["points"]))
        atoms = pool.mint(worth) if worth > 0 else 0
        if i == 0 and "spend_per_point" in p:
            linear = paid * ATOMS // p["spend_per_point"]
            if linear < atoms:
                pool.routes.append("linear rule cap")
            atoms = min(atoms, linear)
        pool.s["issued"] += atoms
        granted.append(atoms)
    return granted


def refund(pool: Pool, c: Fields) -> Fields:
    s, bought = pool.s, pool.s["purchases"].get(c["purchase"])
    if bought is None:
        raise NotAcceptedError("unknown_purchase")
    b, a = bought["refunded"], bought["refunded"] + c["amount"]
    if a > bought["paid"]:
        raise NotAcceptedError("exceeds_purchase")
    bought["refunded"] = a

    def share(t: int) -> int:
        part: int = t * a // bought["paid"] - t * b // bought["paid"]
        return part

    points = [share(granted) for granted in bought["granted"]]
    T, E, W = take_back(pool, [bought["buyer"], *bought["chain"]], points)  # noqa: N806
    back = min(pool.value(T), share(bought["contribution"]))
    if T > 0:
        s["issued"] -= T
        s["burned"] += E
        pool.destroy(T + E, back + W, "refund")
    buyer = s["accounts"][bought["buyer"]]
    lost = share(bought["gained"])
    cut = min(buyer["quota"], lost)
    buyer["quota"] -= cut
    buyer["owed"] += lost - cut
    buyer["lost"] += lost
    if lost > cut:
        pool.routes.append("refund: quota owed")
    dividend = 0
    if s["closes"] == bought["closes"]:
        dividend = min(s["dividend_fund"], share(bought["dividend"]))
        s["dividend_fund"] -= dividend
    fetched = 0
    for name, commission in zip(bought["chain"], bought["commissions"], strict=True):
        taken_back = min(s["accounts"][name]["wallet"], share(commission))
        s["accounts"][name]["wallet"] -= taken_back
        fetched += taken_back
    recovered = back + dividend + fetched
    s["refunded"] += recovered
    drawn = sum(points) * (s["dividend_index"] - bought["index"]) // SCALE
    put_in = share(bought["contribution"]) + share(bought["dividend"])
    put_in += sum(share(commission) for commission in bought["commissions"])
    shortfall = max(put_in - recovered + drawn, lost - cut)
    return {"points": T, "recovered": recovered, "shortfall": shortfall}


def take_back(pool: Pool, names: list[str], shares: list[int]) -> tuple[int, int, int]:
    """T, the points that a refund fetches back; E and W, the rests that go too and their worths."""
    T = E = W = 0  # noqa: N806 - the spec's letters
    for name, wanted in zip(names, shares, strict=True):
        a = pool.s["accounts"][name]
        pool.settle(a)
        t = min(wanted, a["points"])
        a["points"] -= t
        T += t  # noqa: N806
        rest = a["points"]
        if t > 0 and 0 < rest < pool.s["plan"]["min_holding"]:
            worth = min(pool.value(rest), a["quota"])
            a["wallet"] += worth
            pool.take_out(a, worth)
            a["points"] = 0
            E += rest  # noqa: N806
            W += worth  # noqa: N806
            pool.routes.append("refund: a rest went too")
    return T, E, W


def redeem(pool: Pool, c: Fields) -> Fields:
    a = pool.account(c["account"])
    if a["kind"] == "member" and not pool.s["plan"]["cash_redemption"]:
        raise NotAcceptedError("not_allowed")
    x = pool.chosen(a, c["points"])
    gross = pool.value(x)
    fee = ceil(gross * pool.s["plan"]["exit_fee_bps"], BPS)
    net = gross - fee
    if net <= 0:
        raise NotAcceptedError("too_small")
    pool.settle(a)
    pool.take_out(a, gross)
    a["wallet"] += net
    a["points"] -= x
    pool.burn(x, net, "redeem")
    return {"gross": gross, "fee": fee, "net": net}


def pay_points(pool: Pool, c: Fields) -> Fields:
    s, amount = pool.s, c["amount"]
    a = pool.member(c["member"])
    merchant = pool.merchant(c["merchant"])
    if amount > pool.value(a["points"]):
        raise NotAcceptedError("insufficient_points")
    whole = amount == pool.value(a["points"])
    x = a["points"] if whole else ceil(amount * s["supply"], s["reserve"])
    if 0 < a["points"] - x < s["plan"]["min_holding"]:
        raise NotAcceptedError("dust_remaining")
    fee = ceil(amount * s["plan"]["goods_fee_bps"], BPS)
    if amount - fee <= 0:
        raise NotAcceptedError("too_small")
    pool.settle(a)
    pool.take_out(a, amount)
    a["points"] -= x
    merchant["wallet"] += amount - fee
    pool.burn(x, amount - fee, "pay_points")
    return {"points": x, "fee": fee}


def two(pool: Pool, c: Fields) -> tuple[Fields, Fields]:
    payer, payee = pool.account(c["payer"]), pool.account(c["payee"])
    if c["payer"] == c["payee"] or payer["kind"] == payee["kind"] == "member":
        raise NotAcceptedError("not_allowed")
    return payer, payee


def pay_wallet(pool: Pool, c: Fields) -> Fields:
    payer, payee = two(pool, c)
    pool.settle(payer)
    if c["amount"] > payer["wallet"]:
        raise NotAcceptedError("insufficient_funds")
    payer["wallet"] -= c["amount"]
    payee["wallet"] += c["amount"]
    return {}


def convert(pool: Pool, c: Fields) -> Fields:
    a = pool.member(c["member"])
    x = pool.chosen(a, c["points"])
    credit = pool.value(x)
    if credit == 0:
        raise NotAcceptedError("too_small")
    pool.settle(a)
    a["points"] -= x
    pool.s["treasury"] += x
    pool.take_out(a, credit)
    a["credit"] += credit
    return {"credit": credit}


def pay_credit(pool: Pool, c: Fields) -> Fields:
    payer, payee = two(pool, c)
    if c["amount"] > payer["credit"]:
        raise NotAcceptedError("insufficient_credit")
    payer["credit"] -= c["amount"]
    payee["credit"] += c["amount"]
    return {}


def redeem_credit(pool: Pool, c: Fields) -> Fields:
    s, amount = pool.s, c["amount"]
    a = pool.merchant(c["merchant"])
    if amount > a["credit"]:
        raise NotAcceptedError("insufficient_credit")
    if pool.release():
        pool.routes.append("redeem_credit released a surplus")
    if not s["supply"]:
        raise NotAcceptedError("too_small")
    atoms = amount * s["supply"] // s["reserve"]
    if atoms == 0:
        pool.routes.append("redeem_credit of less than an atom")
        raise NotAcceptedError("too_small")
    pool.settle(a)
    pool.gain(a, amount * s["plan"]["merchant_quota_bps"] // BPS)
    s["treasury"] -= atoms
    a["points"] += atoms
    a["credit"] -= amount
    return {"points": atoms}


def withdraw(pool: Pool, c: Fields) -> Fields:
    a = pool.account(c["account"])
    if a["kind"] == "member" and not pool.s["plan"]["cash_withdrawal"]:
        raise NotAcceptedError("not_allowed")
    pool.settle(a)
    if c["amount"] > a["wallet"]:
        raise NotAcceptedError("insufficient_funds")
    a["wallet"] -= c["amount"]
    pool.s["paid_out"] += c["amount"]
    return {}


def deposit(pool: Pool, c: Fields) -> Fields:
    a = pool.account(c["account"])
    a["wallet"] += c["amount"]
    pool.s["money_in"] += c["amount"]
    return {}


def change_plan(pool: Pool, c: Fields) -> Fields:
    new, old = c["plan"], pool.s["plan"]
    if plan_problem(new):
        raise NotAcceptedError("plan_refused")
    if new["issue_price"] != old["issue_price"] or new["min_supply"] != old["min_supply"]:
        raise NotAcceptedError("plan_refused")
    if new["max_supply"] < pool.s["issued"]:
        raise NotAcceptedError("plan_refused")
    pool.s["plan"] = json.loads(json.dumps(new))
    return {}


def close_day(pool: Pool, c: Fields) -> Fields:
    s = pool.s
    day = real_day(c["day"])
    assert day is not None
    if s["last_day"] is not None and day <= s["last_day"]:
        raise NotAcceptedError("day_closed")
    if s["last_day"] is not None and (day - s["last_day"]).days > 366:
        raise NotAcceptedError("too_far")
    s["last_day"] = day
    s["closes"] += 1
    burned = pool.release()
    pool.sweep()
    distributed = 0
    while pool.eligible() > 0:
        full = s["dividend_fund"] * SCALE // pool.eligible()
        if full == 0:
            break
        first = pool.least()
        assert first is not None
        step = min(full, first[0] - pool.price() - s["dividend_index"])
        s["dividend_index"] += step
        used = ceil(step * pool.eligible(), SCALE)
        s["dividend_fund"] -= used
        s["dividend_payable"] += used
        distributed += used
        pool.sweep(" while dividends are distributed")
    return {"distributed": distributed, "burned": burned}
