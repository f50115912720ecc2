"""Values that stand on a page as Python writes them: `1:00:00`, `2026-01-31T17:05`, `roll_back`."""

import re

from rotation.plan.step import SettingField
from rotation.running.message import Move
from rotation.running.state import Outcome, Phase
from store.progress import RotationStatus
from tests.api.pages.language.visible_texts import visible_texts

_CODES = sorted(
    {each.value for kind in (Move, Outcome, Phase, RotationStatus, SettingField) for each in kind if not each.isalpha()}
)
_RAW = re.compile(
    r"(?<!\d{4}-\d\d-\d\d )(?<!\. \d{4} )\b\d+:\d\d:\d\d\b|\d{4}-\d\d-\d\dT\d\d:\d\d"
    rf"|(?<![\w-])(?:{'|'.join(_CODES)})(?![\w-])"
)
"""A clock's time behind its date is none of them."""
_TYPED = "2026-01-31T17:05:42Z"
"""How a person types a moment, as a hint shows it."""


def raw_texts(page: str) -> list[str]:
    """The texts of a page that have one; what is to be typed stands apart, as code."""
    return [f"{found[0]}: {text}" for text in visible_texts(page) if (found := _RAW.search(text.replace(_TYPED, "")))]
