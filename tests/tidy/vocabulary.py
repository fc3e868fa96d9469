"""The words that nobody reads here, as a table: the word, why not, and what to say instead.

Three kinds: words of the trade that promise or recruit, promises, and phrases that read as if they
were translated. English words are found as words, whatever their case; «…» around a phrase
in the table means that the case counts, because the same words are fine inside a sentence.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

_CHINESE = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class Unwanted:
    """A word that we don't use, the reason, and the word to use."""

    word: str
    reason: str
    instead: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What finds it: the case counts where the table says so."""
        bare = self.word.strip("«»")
        found = re.escape(bare).replace(r"\ ", r"\s+")
        if not _CHINESE.search(bare):
            found = rf"(?<![\w-]){found}(?![\w-])"
        return re.compile(found, 0 if bare != self.word else re.IGNORECASE)


_PROMISES_SAFETY = "sounds as if somebody stood behind the price"
_PYRAMID = "the language of recruiting"
_GAIN = "promises a gain"
_STIFF = "reads translated"

TRADE: Final = (
    Unwanted("托底", _PROMISES_SAFETY, "积分准备金"),
    Unwanted("资金池", "names an offence", "积分准备金"),
    Unwanted("恒定积分", "is no point: it is store credit", "购物金"),
    Unwanted("股权积分", "sounds like shares in a company", "增值积分"),
    Unwanted("出局", "says that one has lost", "到达上限自动卖出"),
    Unwanted("分红额度", "a ceiling, not a claim", "收益上限"),
    Unwanted("额度", "a ceiling, not a claim", "收益上限"),
    Unwanted("团队奖励", _PYRAMID, "邀请奖励"),
    Unwanted("我的团队", _PYRAMID, "我邀请的朋友"),
    Unwanted("团队", _PYRAMID, "邀请"),
    Unwanted("下线", _PYRAMID, "您邀请的朋友"),
    Unwanted("上线奖", _PYRAMID, "邀请奖励"),
    Unwanted("推荐人", "one word for it: inviting", "邀请人"),
    Unwanted("推荐积分", "one word for it: inviting", "邀请积分"),
    Unwanted("推荐奖励", "one word for it: inviting", "邀请奖励"),
    Unwanted("推荐佣金", "one word for it: inviting", "邀请佣金"),
    Unwanted("裂变", _PYRAMID, "邀请"),
    Unwanted("复投", "the language of investing", "再次购物"),
    Unwanted("投资回报", "the language of investing", "分红"),
    Unwanted("动态收益", _PYRAMID, "邀请奖励"),
    Unwanted("静态收益", "the language of investing", "分红"),
    Unwanted("让利比例", "it is the margin that counts", "毛利率"),
    Unwanted("让利", "it is the margin that counts", "毛利"),
    Unwanted("拨比", _PYRAMID, "邀请奖励"),
    Unwanted("对碰", _PYRAMID, "邀请奖励"),
    Unwanted("你", "customers are addressed politely", "您"),
    Unwanted("支付服务商", "one word for it", "支付渠道"),
    Unwanted("服务券", "one word for it", "到店券"),
    Unwanted("备货中", "one word for it", "待发货"),
    Unwanted("待交付", "one word for it", "待发货"),
    Unwanted("垃圾邮件", "no text message is one", "骚扰信息"),
    Unwanted("卡券", "one word for it", "到店券"),
    Unwanted("take out at most", "sounds like a promise", "up to the ceiling"),
    Unwanted("«My team»", _PYRAMID, "Friends I invited"),
    Unwanted("team rewards", _PYRAMID, "referral rewards"),
    Unwanted("downline", _PYRAMID, "friends you invited"),
    Unwanted("upline", _PYRAMID, "whoever invited you"),
)

PROMISES: Final = tuple(
    Unwanted(word, _GAIN, "say what happens, and that it can go either way")
    for word in (
        *("只涨不跌", "稳涨", "保本", "保收益", "保息", "稳赚", "必赚", "包赚", "躺赚", "零风险"),
        *("无风险", "稳定收益", "保证收益", "保证盈利", "承诺收益", "永不下跌", "高回报"),
        *("only rises", "only goes up", "only ever rises", "always goes up", "can't lose"),
        *("cannot lose", "can not lose", "never lose", "no risk", "risk-free", "risk free"),
        *("guaranteed profit", "guaranteed return", "guaranteed returns", "guaranteed gain"),
        *("guaranteed income", "guarantees a profit", "guarantees profit", "sure profit"),
        *("passive income", "get rich", "safe investment"),
    )
)

TRANSLATED: Final = tuple(
    Unwanted(f"«{word}»", _STIFF, instead)
    for word, instead in (
        ("Give something back", "Return items"),
        ("Give it back", "Return the voucher"),
        ("I do not want it any more", "Request a refund"),
        ("I have received this", "Confirm receipt"),
        ("I keep it after all", "Withdraw the request"),
        ("What it comes to", "Summary"),
        ("What comes back", "Your refund"),
        ("Came back", "Refunds"),
        ("Forget the address", "Delete the address"),
        ("Forget this address?", "Delete this address?"),
        ("Take out to go on", "Remove to continue"),
        ("Narrow down", "Filter"),
        ("A code with an amount", "Code with a fixed amount"),
        ("The last ones", "Recent"),
        ("Payments in trouble", "Payment problems"),
        ("Ask for an amount", "Request a payment"),
        ("Look around", "Start shopping"),
        ("Look at it", "View"),
        ("The rest by", "Pay the rest with"),
        ("Who works here", "Staff"),
        ("Call it off", "Cancel the change"),
        ("That was too quick", "Too many attempts"),
        ("(may stay empty)", "(optional)"),
        ("Somebody was faster", "… has just sold out"),
        ("Of the order", "Order"),
        ("money on its way", "refund in progress"),
        ("A day's dividend", "Daily dividend"),
        ("How it is sent", "Shipping method"),
        ("Every payment fits", "There are no payment problems"),
        ("Worth of what you give back", "Value of the returned items"),
        ("Turn points into credit", "Convert points to credit"),
    )
)

CEILING: Final = Unwanted("quota", "is shown to people as a limit", "ceiling")
CEILINGS: Final = Unwanted("quotas", "is shown to people as limits", "ceilings")
"""The rules and the fields of a plan keep the word «quota»; people read «ceiling»."""

UNWANTED: Final = (*TRADE, *PROMISES, *TRANSLATED, CEILING, CEILINGS)
_PLACEHOLDER: Final = re.compile(r"\{\w*(?:\.\w+)*\}|%\(\w+\)[sd]")
QUOTED: Final = re.compile(r"«[^»]*»|“[^”]*”|「[^」]*」|『[^』]*』|《[^》]*》|`[^`\n]*`")


def find_unwanted(where: str, text: str) -> Iterator[str]:
    """Say of each unwanted word in a text where it stands, why not, and what to say instead.

    A promise that is quoted, in order to warn of it, is left alone.
    """
    text = _PLACEHOLDER.sub("", text.replace("’", "'"))
    unquoted = QUOTED.sub(blank, text)
    for entry in UNWANTED:
        for hit in entry.pattern.finditer(unquoted if entry in PROMISES else text):
            line = text.count("\n", 0, hit.start()) + 1
            yield f"{where}:{line}: {hit.group()}: {entry.reason}; say: {entry.instead}"


def blank(hit: re.Match[str]) -> str:
    """Leave out what was hit, and keep the count of lines."""
    return "\n" * hit.group().count("\n")
