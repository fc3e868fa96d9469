"""A cause in plain words, in both languages: what members and merchants read in a statement.

The ledger may not open the room of plans, whose `Text` other rooms' words are made of, and both
mall and cli show statements: so the ledger has these few words of its own. Amounts in them are
written by the reader's own function, which knows the currency.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal

from msgspec import Struct

from tongbao.ledger.effects import Cause, CauseCode, Unit

Lang = Literal["en", "zh"]


class Text(Struct, frozen=True):
    """A text in both languages; braces name the values that are filled in."""

    en: str
    zh: str

    def say(self, lang: Lang, **values: object) -> str:
        """Return it in this language with the values filled in."""
        return (self.zh if lang == "zh" else self.en).format(**values)


def told(cause: Cause, lang: Lang, money: Callable[[int], str] = str) -> str:
    """Return a cause in plain words; ``money`` writes an amount of minor units.

    >>> told(Cause(CauseCode.REFERRAL, {"purchase": "o7", "buyer": "m2", "level": 1}), "en")
    "Reward for m2's purchase o7 (level 1)"
    """
    facts = {
        name: money(value) if name in _MONEY and isinstance(value, int) else value
        for name, value in cause.facts.items()
    }
    text = CAUSES[cause.code]
    if cause.code is CauseCode.DIVIDEND:
        text = _dividend(cause.facts)
    said = [text.say(lang, **facts)]
    said += [more.say(lang, **facts) for name, more in _BESIDE.items() if cause.facts.get(name)]
    return ("；" if lang == "zh" else "; ").join(said)


def _dividend(facts: Mapping[str, int | str]) -> Text:
    if not facts:
        return CAUSES[CauseCode.DIVIDEND]
    return _ONE_DAY if facts["first_day"] == facts["last_day"] else _DAYS


UNIT_NAMES: Final[Mapping[Unit, Text]] = MappingProxyType(
    {
        "points": Text("points", "增值积分"),
        "quota": Text("quota", "收益上限"),
        "wallet": Text("wallet", "余额"),
        "credit": Text("store credit", "购物金"),
    }
)
CAUSES: Final[Mapping[CauseCode, Text]] = MappingProxyType(
    {
        CauseCode.PURCHASE: Text(
            "Purchase {purchase}, {paid} paid", "消费 {purchase}，实付 {paid}"
        ),
        CauseCode.REFERRAL: Text(
            "Reward for {buyer}'s purchase {purchase} (level {level})",
            "邀请奖励：{buyer} 的消费 {purchase}（第 {level} 级）",
        ),
        CauseCode.DIVIDEND: Text("Dividend", "分红"),
        CauseCode.REDEMPTION: Text(
            "Points sold for cash: worth {gross}, fee {fee}",
            "积分兑现：价值 {gross}，手续费 {fee}",
        ),
        CauseCode.EXIT: Text(
            "Ceiling reached: all points sold, worth {gross}, fee {fee}",
            "到达收益上限：全部积分卖出，价值 {gross}，手续费 {fee}",
        ),
        CauseCode.WIND_UP: Text(
            "Pool wound up: points paid out at {gross}, store credit at {credit}",
            "积分清算：积分兑付 {gross}，购物金兑付 {credit}",
        ),
        CauseCode.REST: Text(
            "Rest too small to keep, sold on the refund of {purchase}",
            "退款 {purchase} 后余下的积分过少，一并卖出",
        ),
        CauseCode.GOODS_PAID: Text(
            "Goods of {amount} paid with points at {merchant}",
            "在 {merchant} 用积分支付货款 {amount}",
        ),
        CauseCode.GOODS_SOLD: Text(
            "Goods of {amount} that {member} paid with points, fee {fee}",
            "{member} 用积分支付的货款 {amount}，手续费 {fee}",
        ),
        CauseCode.PAYMENT_MADE: Text("Paid to {payee}", "付给 {payee}"),
        CauseCode.PAYMENT_RECEIVED: Text("Received from {payer}", "收到 {payer} 的付款"),
        CauseCode.CREDIT_PAID: Text("Paid to {payee} with store credit", "用购物金付给 {payee}"),
        CauseCode.CREDIT_RECEIVED: Text(
            "Store credit received from {payer}", "收到 {payer} 支付的购物金"
        ),
        CauseCode.CONVERSION: Text("Points turned into store credit", "增值积分转为购物金"),
        CauseCode.CREDIT_REDEMPTION: Text("Store credit turned into points", "购物金转为增值积分"),
        CauseCode.WITHDRAWAL: Text("Withdrawal", "提现"),
        CauseCode.DEPOSIT: Text("Deposit", "存入"),
        CauseCode.REFUND: Text(
            "Refund of {amount} of purchase {purchase}", "消费 {purchase} 退款 {amount}"
        ),
        CauseCode.REFERRAL_REFUND: Text(
            "Reward taken back: refund of {buyer}'s purchase {purchase} (level {level})",
            "收回邀请奖励：{buyer} 的消费 {purchase} 退款（第 {level} 级）",
        ),
    }
)

_MONEY: Final = frozenset(
    {"paid", "gross", "fee", "amount", "credit", "forfeited", "owed", "owed_paid"}
)
_BESIDE: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "forfeited": Text("{forfeited} of the ceiling forfeited", "放弃剩余上限 {forfeited}"),
        "owed": Text(
            "{owed} of the ceiling to be made good by later purchases",
            "尚欠收益上限 {owed}，由以后的消费补足",
        ),
        "owed_paid": Text(
            "{owed_paid} of its ceiling makes good what was owed",
            "其中 {owed_paid} 收益上限补足此前所欠",
        ),
    }
)
_ONE_DAY: Final = Text("Dividend of {first_day}", "{first_day} 的分红")
_DAYS: Final = Text(
    "Dividends of {days} days, {first_day} to {last_day}",
    "{first_day} 至 {last_day} 共 {days} 天的分红",
)
