"""What a rotation shows a person, and asks: each question has a token, by which an answer names it."""

import hashlib
import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from pydantic import Field

from rotation.finding import Finding, warning
from rotation.running.earlier_words import in_earlier_words
from rotation.running.message import Move
from rotation.values import Value

DRIFT = "drift"
"""The attention that shows what is not as the rotation left it."""
WANTED = "proof-wanted"
"""The attention of a gate that asks people for an export or a statement."""
EXPORT_WANTED = "export-wanted"
"""The attention of the closing check that asks an operator for an export: a statement shows no client that is back."""
SECOND = "second-person"
"""The attention that asks a second person."""
PLAN_DIFFERS = "plan-differs"
"""The attention that asks about an amendment, where the rest of the plan does not fit any more."""
PLAN_ON_TRUST = "plan-on-trust"
"""The attention beside it, where another amendment may be wished."""
TASK_WRONG = "task-wrong"
"""The attention that shows that a task was done otherwise than it asks."""
LAPSED = "proof-lapsed"
"""The attention that tells the holder of a replacement to begin nothing, since its proof does not hold any more."""
GIVE_BACK = "give-back"
"""The attention that asks the holder of a task to give it back, since the rotation turns back."""
DUE_SILENT = "due-server-silent"
"""The attention of a server that does not answer at its turn."""
SILENT_AHEAD = "silent-on-the-way-back"
"""The attention of a server that does not answer on the way back, before its turn."""
CANARY_HELD = "canary-held"
"""The attention of clients that go first and do not get through."""
ROLL_BACK = "roll-back"
"""The attention that asks a second person about the way back."""
SITE_MOVED = "site-moved"
"""The attention that shows what the watch saw while the rotation does not look at the site by itself."""
_OPTIONS = "options: "
_LENGTH = 12
"""Hexadecimal digits of a token: short enough to copy, and it is no secret."""


def digest(*parts: object) -> str:
    """What tells these values from others, in few characters."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:_LENGTH]


def _token(known: dict[str, Any]) -> str:
    """The token of what asks; empty where there is nothing to choose."""
    if not known.get("options"):
        return ""
    # `about` is all that is asked about where it is set: the words may name another plan of the same hash
    asked = known.get("content") or known.get("about") or in_earlier_words(known.get("message", ""))
    return digest(known.get("code"), in_earlier_words(known.get("subject", "")), asked)


class Attention(Value):
    """Something that needs a person. The rotation waits or goes on trying; it never dies of it."""

    code: str
    subject: str
    message: str
    options: tuple[Move, ...] = ()
    raised_at: datetime
    about: str = ""
    """What is asked about, where the message has some of it only: a plan's hash, a wish, what a look has found."""
    content: str = ""
    """The digest of what an answer decides on, where the words change though that has not: a gate, its clients."""
    question: str = Field(default_factory=_token)
    """The token that an answer has to name; the same for as long as the same is asked."""

    def is_asked_by(self, token: str) -> bool:
        """Whether an answer of that token is meant for it.

        In histories that began before there was a content, answers name the words: a replay takes them as they were
        taken.
        """
        return bool(self.question) and token in {
            self.question,
            digest(self.code, in_earlier_words(self.subject), self.about or in_earlier_words(self.message)),
        }

    def has_words(self, message: str) -> bool:
        """Whether it asks in these words, or in those that an earlier release had in their place."""
        return in_earlier_words(self.message) == in_earlier_words(message)

    def finding(self) -> Finding:
        """As it is stored and shown."""
        options = ", ".join(option.value for option in self.options)
        remedy = f"options: {options}; question {self.question}" if options else ""
        return warning(self.code, self.subject, self.message, remedy)


def is_only_shown(code: str, options: Collection[object]) -> bool:
    """Whether it is a drift that the rotation takes as it is: it asks nothing, and the rotation goes on."""
    return code == DRIFT and not options


def options_of(finding: Finding) -> tuple[Move, ...]:
    """The moves that an attention offers, read from its finding: that is all of it that the store keeps."""
    if not finding.remedy.startswith(_OPTIONS):
        return ()
    known = {move.value: move for move in Move}
    named = finding.remedy.removeprefix(_OPTIONS).partition(";")[0].split(", ")
    return tuple(known[each] for each in named if each in known)
