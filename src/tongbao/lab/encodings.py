"""Which encoding a text of orders is in, as far as its first bytes tell."""

import codecs
from collections.abc import Mapping
from typing import Final

from tongbao.plans.words import Text

SAMPLE_BYTES: Final = 2**16
"""Bytes at the beginning of a file by which its encoding is guessed."""

UTF8: Final = "utf-8-sig"
CHINESE: Final = "gb18030"
WESTERN: Final = "cp1252"

_LEAST_NULLS: Final = 8
_ONE_SIDED: Final = 10
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    CHINESE: (
        *("订单", "编号", "会员", "客户", "买家", "金额", "日期", "时间", "状态", "数量", "单价"),
        *("付款", "手机", "姓名", "商品", "名称", "退款", "币种", "单号", "实付"),
    ),
    "cp950": (
        *("訂單", "編號", "會員", "客戶", "買家", "金額", "日期", "時間", "狀態", "數量", "單價"),
        *("付款", "手機", "姓名", "商品", "名稱", "退款", "幣別", "單號", "顧客"),
    ),
    "cp932": (
        *("注文", "番号", "顧客", "会員", "金額", "日付", "日時", "合計", "状態", "数量", "単価"),
        *("支払", "商品", "氏名", "電話", "名前", "メール", "購入", "お客", "ステータス"),
    ),
    "cp949": (
        *("주문", "번호", "고객", "회원", "금액", "일자", "날짜", "일시", "상태", "수량", "단가"),
        *("결제", "상품", "이름", "전화", "합계", "구매", "이메일"),
    ),
    "cp1251": (
        *("заказ", "клиент", "покупатель", "дата", "время", "сумма", "цена", "статус", "телефон"),
        *("номер", "количество", "товар"),
    ),
}
"""What the names of columns say in orders files, by the encoding that they come in."""


def marked_encoding(head: bytes) -> str | None:
    """Return the encoding that a byte order mark or the places of zero bytes show.

    >>> marked_encoding("no,total".encode("utf-16-be")), marked_encoding(b"no,total")
    ('utf-16-be', None)
    """
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) * _LEAST_NULLS < len(head) or max(even, odd) < min(even, odd) * _ONE_SIDED:
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def encoding_by_words(head: bytes) -> str | None:
    """Return the encoding in which the names of the columns are words, if that is only one.

    >>> encoding_by_words("訂單編號,會員,金額".encode("big5"))
    'cp950'
    """
    lines = head.splitlines(keepends=True)
    whole = b"".join(lines[:-1] if len(head) == SAMPLE_BYTES else lines)
    counts = {encoding: _count_words(whole, encoding) for encoding in _WORDS}
    best = max(counts, key=lambda encoding: counts[encoding])
    alone = list(counts.values()).count(counts[best]) == 1
    return best if counts[best] and alone else None


def _count_words(text: bytes, encoding: str) -> int:
    """Return how many of an encoding's words stand in the first lines, at most once each."""
    first = b"\n".join(text.splitlines()[:5])
    decoded = first.decode(encoding, errors="replace").casefold()
    return sum(word in decoded for word in _WORDS[encoding])


_GUESSED: Final = Text(
    "the file is no UTF-8 and was read as {name}; if names look wrong, give --encoding",
    "文件不是 UTF-8，按 {name} 读取；如果文字显示不对，请用 --encoding 指明编码",
)


def _guess(english: str, chinese: str) -> Text:
    return _GUESSED.fill(name=Text(english, chinese))


GUESSED: Final[Mapping[str, Text]] = {
    CHINESE: _guess("GB 18030 (GBK)", "GB 18030（GBK）"),
    WESTERN: _guess("Windows-1252 (Western European)", "Windows-1252（西欧）"),
    "cp950": _guess("Big5 (cp950)", "Big5（cp950）"),
    "cp932": _guess("Shift-JIS (cp932)", "Shift-JIS（cp932）"),
    "cp949": _guess("Korean (cp949)", "韩文（cp949）"),
    "cp1251": _guess("Windows-1251 (Cyrillic)", "Windows-1251（西里尔文）"),
    "utf-16-le": _guess("UTF-16 (without a mark)", "UTF-16（无标记）"),
    "utf-16-be": _guess("UTF-16 (without a mark)", "UTF-16（无标记）"),
}
"""What to tell of an encoding that was assumed."""
