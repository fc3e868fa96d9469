"""What a text says to write in a plan file, in the words of the file that it is about.

Texts name settings as TOML has them, such as `exit_fee = "10%"`. A plan in JSON has the
engine's fields and figures: there the same is `"exit_fee_bps": 1000`.
"""

import json
import re
import tomllib
from typing import Final

from tongbao.plans.fields import BY_KEY, Field
from tongbao.plans.money import FigureError, parse_money, parse_percent, parse_points
from tongbao.plans.words import Text

_KEYS: Final = "|".join(BY_KEY)
_SETTING: Final = re.compile(rf'\b({_KEYS}) = (true|false|"[^"\n]*"|\[[^\]\n]*\])')


def in_json(text: Text, currency: str) -> Text:
    """Return the text with every setting in it as the engine's JSON has it.

    >>> in_json(Text('Set exit_fee = "10%"', '请设 exit_fee = "10%"'), "CNY").zh
    '请设 "exit_fee_bps": 1000'
    """

    def written(match: re.Match[str]) -> str:
        field = BY_KEY[match[1]]
        value = tomllib.loads(match[0])[field.key]
        try:
            return f'"{field.engine}": {json.dumps(_figure(field, value, currency))}'
        except FigureError:  # a figure for show, of another currency
            return field.engine

    return Text(_SETTING.sub(written, text.en), _SETTING.sub(written, text.zh))


def _figure(field: Field, value: object, currency: str) -> object:
    if isinstance(value, list):
        return [parse_percent(rate) for rate in value]
    if not isinstance(value, str):
        return value
    match field.kind:
        case "money":
            return parse_money(value, currency)
        case "points":
            return parse_points(value)
        case "percent":
            return parse_percent(value)
    return value
