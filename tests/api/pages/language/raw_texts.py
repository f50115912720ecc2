"""Values that stand on a page as Python writes them: `1:00:00`, `2026-01-31T17:05`, `roll_back`, `[Errno 111]`."""

import re

from engine.contract import EventKind
from rotation.plan.step import SettingField
from rotation.plan.work.stated_work import ORIGINALS_SHA256
from rotation.running.message import Move
from rotation.running.state import Outcome, Phase
from store.progress import RotationStatus
from tests.api.pages.language.visible_texts import visible_texts

_CODES = sorted(
    each.value
    for kind in (EventKind, Move, Outcome, Phase, RotationStatus, SettingField)
    for each in kind
    if not each.isalpha()
)
_NAMES = (ORIGINALS_SHA256, "KIND")
"""Fields and places in commands, for which a reader of a page has words."""
_RAW = re.compile(
    r"(?<!\d{4}-\d\d-\d\d )(?<!\. \d{4} )\b\d+:\d\d:\d\d\b|\d{4}-\d\d-\d\dT\d\d:\d\d|\[Errno -?\d+\]"
    rf"|(?<![\w-])(?:{'|'.join((*_CODES, *_NAMES))})(?![\w-])"
)
"""A clock's time behind its date is none of them."""
_TYPED = "2026-01-31T17:05:42Z"
"""How a person types a moment, as a hint shows it."""
_KIND = re.compile(rf"<code[^>]*>({'|'.join(each for each in EventKind if '-' in each)})</code>")
"""A kind of event, which is not to be copied, as code."""


def raw_texts(page: str) -> list[str]:
    """The texts of a page that have one; what is to be typed stands apart, as code, and no kind of event does."""
    shown = [f"{found[0]}: {text}" for text in visible_texts(page) if (found := _RAW.search(text.replace(_TYPED, "")))]
    return [*shown, *(f"{kind}: as code" for kind in _KIND.findall(page))]
