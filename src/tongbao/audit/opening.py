"""Why a file's first line is no export's first line, although it nearly is."""

import codecs
import json
from typing import Final

from tongbao.audit.entries import split_line

_MARKS: Final = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def first_line_reason(line: bytes) -> str:
    r"""Return what is different about a first line that has not an export's form.

    >>> first_line_reason(b"\xef\xbb\xbf{}\n"), first_line_reason(b"id,paid\n")
    ('first_line_mark', 'first_line')
    """
    if line.startswith(_MARKS):
        return "first_line_mark"
    if not line.strip():
        return "first_line_blank"
    if split_line(line.strip() + b"\n") is not None:
        return _end_reason(line)
    return "first_line_rewritten" if _is_exported(line) else "first_line"


def _end_reason(line: bytes) -> str:
    if line.endswith(b"\r\n"):
        return "first_line_crlf"
    return "first_line_spaces" if line.endswith(b"\n") else "first_line_cut"


def _is_exported(line: bytes) -> bool:
    """Say whether it holds a body and a hash, if not in the form of an export."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(fields, dict) and fields.keys() >= {"body", "hash"}
