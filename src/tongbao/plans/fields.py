"""The fields of a plan file, as a shop owner writes them and as the engine names them."""

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

from tongbao.plans.words import Text

Kind = Literal["money", "points", "percent", "percents", "choice", "switch"]


class Field(Struct, frozen=True):
    """One field: its key in a plan file, the engine's name, how it is written."""

    key: str
    engine: str
    kind: Kind
    label: Text
    example: str
    choices: tuple[str, ...] = ()
    default: str | tuple[str, ...] | None = None
    optional: bool = False


def _field(  # a row of the table below
    key: str,
    kind: Kind,
    en: str,
    zh: str,
    example: str,
    *,
    choices: tuple[str, ...] = (),
    default: str | tuple[str, ...] | None = None,
    optional: bool = False,
) -> Field:
    engine = f"{key}_bps" if kind in ("percent", "percents") else key
    return Field(key, engine, kind, Text(en, zh), example, choices, default, optional)


_BASES: Final = ("sales", "profit")
_QUOTA_BASES: Final = ("sales", "contribution")

FIELDS: Final[tuple[Field, ...]] = (
    _field("issue_price", "money", "issue price", "发行价", '"1.00"'),
    _field(
        "max_supply", "points", "supply limit", "发行上限", '"100,000,000"', default="100,000,000"
    ),
    _field("backing_base", "choice", "backing base", "准备金基数", '"sales"', choices=_BASES),
    _field("backing", "percent", "backing", "准备金比例", '"30%"'),
    _field("grant", "percent", "grant", "赠分比例", '"70%"'),
    _field(
        "spend_per_point", "money", "spend per point", "每积分消费额", '"200.00"', optional=True
    ),
    _field("dividend_base", "choice", "dividend base", "分红基数", '"profit"', choices=_BASES),
    _field("dividend", "percent", "dividend", "分红比例", '"30%"'),
    _field("quota_base", "choice", "ceiling base", "收益上限基数", '"sales"', choices=_QUOTA_BASES),
    _field("quota", "percent", "ceiling", "收益上限", '"200%"'),
    _field("merchant_quota", "percent", "merchant ceiling", "商家收益上限", '"200%"'),
    _field("exit_fee", "percent", "exit fee", "退出手续费", '"10%"'),
    _field("goods_fee", "percent", "goods fee", "积分购物手续费", '"10%"'),
    _field("referral_points", "percents", "referral points", "邀请积分", '["10%"]', default=()),
    _field("referral_cash", "percents", "referral cash", "邀请现金佣金", "[]", default=()),
    _field("cash_redemption", "switch", "points for cash", "积分换现金", "true"),
    _field("cash_withdrawal", "switch", "withdrawal of cash", "余额提现", "true"),
    _field("min_supply", "points", "smallest pool", "最小流通量", '"1"', default="1"),
    _field("min_holding", "points", "smallest holding", "最小持有量", '"0.01"', default="0.01"),
)
"""Every field of the engine's plan, in the order in which files and pages name them."""

BY_KEY: Final[Mapping[str, Field]] = {field.key: field for field in FIELDS}
BY_ENGINE: Final[Mapping[str, Field]] = {field.engine: field for field in FIELDS}
HEADINGS: Final = ("name", "currency")
"""Keys of a plan file that the engine does not know."""
