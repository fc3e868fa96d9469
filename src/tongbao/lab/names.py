"""Names in orders files: who is nobody, which ids a spreadsheet has cut, what is one name.

What is joined, taken for nobody or cleaned is counted, so that it can be told.
"""

import re
from collections import Counter
from typing import Final

from tongbao.lab.problems import CellError, LabError, quoted
from tongbao.plans.names import one_spelling, person_name
from tongbao.plans.words import Text

LONGEST_NAME: Final = 100
"""Characters that an order id or a customer may have."""

NOTHING: Final = frozenset(
    {
        *("", "null", "(null)", "<null>", "[null]", "\\n", "nan", "<na>", "na", "n/a", "n.a."),
        *("#n/a", "#na", "none", "nil", "nat", "undefined", "(blank)", "(empty)", "<empty>"),
        *(
            "-",
            "--",
            "---",
            "–",
            "—",
            "——",
            ".",
            "/",
            "?",
            "无",
            "無",
            "空",
            "空白",
            "暂无",
            "なし",
            "없음",
        ),
    }
)
"""What programs and people write where there is nothing, in small letters."""

_GUESTS: Final = frozenset(
    {
        *("guest", "(guest)", "guest user", "guest customer", "guest checkout", "anonymous"),
        *("anonymous user", "anonymous customer", "unknown", "unknown customer", "walk-in"),
        *("walk in", "walkin", "walk-in customer", "walk in customer", "no customer", "nobody"),
        *(
            "no email",
            "not set",
            "not logged in",
            "-1",
            "游客",
            "遊客",
            "访客",
            "訪客",
            "散客",
            "匿名",
        ),
        *(
            "匿名用户",
            "匿名用戶",
            "匿名买家",
            "未知",
            "未知客户",
            "非会员",
            "非會員",
            "未登录",
            "没有",
        ),
        *("gast", "gastbestellung", "gastkunde", "unbekannt", "anonym", "invité", "inconnu"),
        *("anonyme", "invitado", "desconocido", "anónimo", "convidado", "desconhecido", "ospite"),
        *("onbekend", "гость", "неизвестно", "ゲスト", "비회원", "게스트"),
    }
)
_NO_NUMBER: Final = re.compile(r"0+(?:\.0+)?")
_WITH_POINT: Final = re.compile(r"([0-9]+)\.0+")
_CUT: Final = re.compile(
    r"[+-]?[0-9]+(?:[.,][0-9]+ ?[eE] ?[+-]?[0-9]{1,3}|[eE][+-][0-9]{1,3}"
    r"|[.,][0-9]+ ?[x×*·⋅] ?10 ?\^? ?[+-]?[0-9]{1,3})"
)
_BEFORE_ID: Final = re.compile(r"(?:#|№|n[or]\.|n[°º]|order\b|(?:订单|訂單)[号號]?|[\s:：#])+")
_LOST: Final = re.compile(
    r"#{3,}|#(?:REF|VALUE|NAME|NUM|DIV/0|NULL|SPILL|CALC|ERROR)[!?]?", re.IGNORECASE
)
_MASK: Final = re.compile(r"[*＊•●∗]+")
_SHOWN_OF_MASKED: Final = 6
_EXACT_DIGITS: Final = 15
_LARGEST_EXACT: Final = 2**53
_UNLIKELY: Final = 3
_TOLD: Final = 5


def is_nothing(text: str) -> bool:
    r"""Return whether a cell's text says that there is nothing.

    >>> is_nothing("NULL"), is_nothing("\\N"), is_nothing("0"), is_nothing(" N/A ")
    (True, True, False, True)
    """
    if text[:1].isdigit():
        return False
    return len(text) <= LONGEST_NAME and text.strip().casefold() in NOTHING


def is_nobody(name: str) -> bool:
    """Return whether a customer's name means no particular person: nothing, a guest, number 0.

    >>> is_nobody("游客"), is_nobody("0"), is_nobody("Nan Li")
    (True, True, False)
    """
    text = name.casefold()
    return text in NOTHING or text in _GUESTS or _NO_NUMBER.fullmatch(text) is not None


def loose_id(text: str) -> str:
    """Return an id without capitals and what shops put before it: #, No., leading zeros.

    >>> loose_id("#001001"), loose_id("No. 1001"), loose_id("A-7")
    ('1001', '1001', 'a-7')
    """
    bare = text.casefold()[(match.end() if (match := _BEFORE_ID.match(text.casefold())) else 0) :]
    return re.sub(r"\s|^0+(?=[0-9])", "", bare)


class Names:
    """Reads a file's names, and remembers what it made of them; ``line`` is where it reads."""

    __slots__ = ("_known", "_long", "_odd", "joined", "line", "masked", "nobody", "pointed")

    def __init__(self) -> None:
        self.line = 0
        self.nobody: Counter[str] = Counter()
        self.joined: dict[str, str] = {}
        self.pointed = 0
        self.masked: dict[str, None] = {}
        self._known: dict[str, str] = {}
        self._odd: dict[str, str] = {}
        self._long: dict[str, dict[str, int] | None] = {}

    def id(self, cell: object, column: str) -> str:
        """Return an id; '' if there is none.

        Raises:
            CellError: if a spreadsheet has cut it, or it is no name.
        """
        raw = _text(cell)
        name = one_spelling(raw)
        if name.casefold() in NOTHING:
            return ""
        return self._checked(name, column)

    def known(self, cell: object) -> str | None:
        """Return the customer that a cell of just this text has named before."""
        return self._known.get(cell) if isinstance(cell, str) else None

    def customer(self, cell: object, column: str) -> str:
        """Return a customer's name; '' if it means nobody.

        Raises:
            CellError: if a spreadsheet has cut it, or it is no name.
        """
        raw = _text(cell)
        if not raw:
            return ""
        name = person_name(raw)
        if is_nobody(name):
            self.nobody[name] += 1
            return ""
        if _MASK.search(name):
            self._look_at_mask(name)
        pointed = self.pointed
        name = self._checked(name, column)
        first = name if name in self._known else self._odd.get(name)
        if raw != name:
            self._odd.setdefault(name, raw)
        if first is not None and first != raw and name not in self.joined:
            self.joined[name] = f"{quoted(first)} = {_seen(raw, first)}"
        if pointed == self.pointed:
            self._known[raw] = name
        return name

    def refuse_cut(self, file: str) -> None:
        """Stop where every long number of a column ends in zeros: its last digits were cut.

        Raises:
            LabError: naming the column and the first such line.
        """
        for column, ids in self._long.items():
            if ids and sum(len(name) - _EXACT_DIGITS for name in ids) >= _UNLIKELY:
                name, line = next(iter(ids.items()))
                reason = _ZEROS.fill(value=quoted(name), count=len(ids))
                raise LabError(reason, _CUT_OUT, file=file, line=line, field=column)

    def notes(self) -> list[Text]:
        """Return what to tell: who was nobody, which spellings were joined."""
        notes = []
        if self.nobody:
            most = ", ".join(f"{quoted(n)} {c}" for n, c in self.nobody.most_common(_TOLD))
            more = " …" if len(self.nobody) > _TOLD else ""
            total = sum(self.nobody.values())
            notes.append(_NOBODY.fill(count=total, names=most + more))
        if self.joined:
            pairs = ", ".join(list(self.joined.values())[:_TOLD])
            more = " …" if len(self.joined) > _TOLD else ""
            notes.append(_JOINED.fill(count=len(self.joined), names=pairs + more))
        if self.masked:
            first = quoted(next(iter(self.masked)))
            notes.append(_MASKED.fill(count=len(self.masked), name=first))
        if self.pointed:
            notes.append(_POINTED.fill(count=self.pointed))
        return notes

    def _checked(self, name: str, column: str) -> str:
        _refuse_length(name)
        if not name[:1].isalpha():
            self._look_at_number(name, column)
            whole = _WITH_POINT.fullmatch(name)
            if whole is not None:
                self.pointed += 1
                return whole[1]
        return name

    def _look_at_mask(self, name: str) -> None:
        """Count a customer of whom a part is hidden; refuse one of whom hardly anything shows."""
        if sum(map(str.isalnum, name)) < _SHOWN_OF_MASKED:
            raise CellError(_HIDDEN.fill(value=quoted(name)), _HIDDEN_OUT)
        self.masked.setdefault(name)

    def _look_at_number(self, name: str, column: str) -> None:
        """Refuse an id in scientific notation or lost by a spreadsheet; remember long numbers."""
        if _CUT.fullmatch(name):
            raise CellError(_CUT_ID.fill(value=quoted(name)), _CUT_OUT)
        if _LOST.fullmatch(name):
            raise CellError(_LOST_ID.fill(value=quoted(name)), _LOST_OUT)
        whole = _WITH_POINT.fullmatch(name)
        digits = whole[1] if whole is not None else name
        if len(digits) <= _EXACT_DIGITS or not (digits.isascii() and digits.isdecimal()):
            return
        if whole is not None:
            raise CellError(_CUT_ID.fill(value=quoted(name)), _CUT_OUT)
        ids = self._long.setdefault(column, {})
        if ids is None:
            return
        if digits[_EXACT_DIGITS:].strip("0"):
            self._long[column] = None  # one whole id shows that none was cut
        else:
            ids.setdefault(digits, self.line)


def name_of(cell: object) -> str:
    """Return a code, a state or another name in one spelling; '' if there is none.

    Raises:
        CellError: if it is no text, or too long.
    """
    name = one_spelling(_text(cell))
    _refuse_length(name)
    return "" if name.casefold() in NOTHING else name


def _refuse_length(name: str) -> None:
    if len(name) > LONGEST_NAME:
        raise CellError(_NAME_TOO_LONG.fill(longest=LONGEST_NAME, length=len(name)))


def _text(cell: object) -> str:
    """Return the text of a cell that should hold a name, outer blanks cut off."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        if abs(cell) > _LARGEST_EXACT:
            raise CellError(_CUT_ID.fill(value=quoted(cell)), _CUT_OUT)
        cell = int(cell)  # an id in a float column, as tables with gaps have it: 17850.0
    text = (cell if isinstance(cell, str) else str(cell)).strip()
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise CellError(_NOT_TEXT.fill(value=quoted(text))) from None
    return text


def _seen(raw: str, first: str) -> str:
    """Return a spelling so that it differs to the eye from the first."""
    shown = quoted(raw)
    return (
        shown if shown != quoted(first) and one_spelling(raw) != one_spelling(first) else ascii(raw)
    )


_NAME_TOO_LONG = Text(
    "{length} characters are too many, at most {longest} are possible",
    "共 {length} 个字符，太长了，最多 {longest} 个",
)
_NOT_TEXT = Text("{value} holds characters that are no text", "{value} 含有非文字字符")
_CUT_ID = Text(
    "{value} is a number that a spreadsheet has cut: its last digits are lost, and different ids "
    "or people may look alike",
    "{value} 是被表格软件截短的数字：末尾几位已丢失，不同的编号或客户会变成同一个",
)
_ZEROS = Text(
    "{value} and all other long numbers of this column ({count} in all) end in zeros after the "
    "15th digit: a spreadsheet has cut them, and different ids or people may look alike",
    "{value} 以及本列其他长数字（共 {count} 个）在第 15 位之后全是零：已被表格软件截短，"
    "不同的编号或客户会变成同一个",
)
_CUT_OUT = Text(
    "Export the file again and don't open it in a spreadsheet (or import this column as text), or "
    "map a column whose ids are whole, for example --columns …,customer=Email. A format with more "
    "digits does not bring back what is lost.",
    "请重新导出文件，不要用表格软件直接打开（或把此列按文本导入），或改用编号完整的列，例如 "
    "--columns …,customer=邮箱。改单元格格式无法恢复已丢失的数字。",
)
_LOST_ID = Text(
    "{value} is what a spreadsheet shows instead of a cell: its content is lost",
    "{value} 是表格软件的错误显示，单元格的内容已丢失",
)
_LOST_OUT = Text(
    "Export the file again, or leave such rows out with --skip-bad-rows (they are counted).",
    "请重新导出文件，或用 --skip-bad-rows 跳过这些行（会计数）。",
)
_NOBODY = Text(
    "in {count:row|rows} the customer means nobody ({names}); such orders count as without a customer",
    "{count} 行的客户不是具体的人（{names}），按没有客户的订单计",
)
_HIDDEN = Text(
    "{value} hides most of the customer, and different people may look alike",
    "{value} 隐藏了客户的大部分信息，不同的客户会变成同一个",
)
_HIDDEN_OUT = Text(
    "Map a column that shows the customers whole, for example --columns …,customer=Email, or leave "
    "such rows out with --skip-bad-rows (they are counted).",
    "请改用客户信息完整的列，例如 --columns …,customer=邮箱，或用 --skip-bad-rows 跳过这些行（会计数）。",
)
_MASKED = Text(
    "{count:customer is|customers are} partly hidden, such as {name}; people who look alike were read as "
    "one",
    "{count} 个客户的信息被部分隐藏，例如 {name}；看起来相同的按一人计",
)
_JOINED = Text(
    "{count:customer is|customers are} written in several ways and each was read as one: {names}",
    "{count} 个客户有几种写法，各按一人计：{names}",
)
_POINTED = Text(
    "{count:id is|ids are} written with .0 behind and {count:=was|were} read without it",
    "{count} 个编号末尾带有 .0，已去掉",
)
