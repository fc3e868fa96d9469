"""Words that the desk's addresses begin with, so that no merchant's account may be one."""

from typing import Final

WORDS: Final = frozenset(
    {"charges", "merchants", "new", "refunds", "terms", "texts", "unanswered", "voucher"}
)
