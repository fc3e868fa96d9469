"""Plans to start from: commented TOML files, one in English and one in Chinese each."""

from importlib.resources import files
from typing import Final

from tongbao.plans.documents import decode
from tongbao.plans.files import PlanFile, plan_of
from tongbao.plans.words import Lang

PRESETS: Final = ("wine", "dividend", "mall", "green", "cooperative")


def preset_text(name: str, lang: Lang = "en") -> str:
    """Return the commented file of a preset.

    Raises:
        KeyError: if no preset has this name.
    """
    if name not in PRESETS:
        raise KeyError(name)
    file = f"{name}.toml" if lang == "en" else f"{name}.{lang}.toml"
    return files(__name__).joinpath(file).read_text(encoding="utf-8")


def preset(name: str, lang: Lang = "en") -> PlanFile:
    """Return a preset as a checked plan.

    >>> preset("wine").plan.grant_bps
    7000

    Raises:
        KeyError: if no preset has this name.
    """
    return plan_of(decode(preset_text(name, lang).encode()), name)
