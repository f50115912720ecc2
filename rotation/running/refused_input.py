"""Signals and answers that were refused since they do not bind or are not signed: how a rotation shows them."""

from enum import StrEnum

from rotation.values import Value

UNREAD = "signal-refused"
"""The attention that shows the newest signal. It is over with the next one that can be read, and with its step."""
ANSWER_REFUSED = "answer-refused"
"""The attention that shows the newest answer of an activity. It is over with its step."""
CODES = {
    UNREAD: "send it with `rotator`, the page or the API; messages of the Temporal UI are not signed",
    ANSWER_REFUSED: "the activity runs again. A program that is no worker of this service takes its work: find out "
    "which machines reach Temporal, and check that all workers have the same signing keys",
}
"""What to do, by the code of the attention."""


class RefusedKind(StrEnum):
    """What was refused."""

    SIGNAL = "signal"
    ANSWER = "answer"


class RefusedInput(Value):
    """A signal, or an activity's answer, by its name, and why it was refused."""

    kind: RefusedKind
    name: str
    why: str

    @property
    def code(self) -> str:
        """The code of the attention that shows it."""
        return UNREAD if self.kind is RefusedKind.SIGNAL else ANSWER_REFUSED

    @property
    def subject(self) -> str:
        """What it is, in words."""
        return f"signal {self.name}" if self.kind is RefusedKind.SIGNAL else f"answer of {self.name}"

    @property
    def explanation(self) -> str:
        """What is wrong, and what to do."""
        return f"it was not obeyed: {self.why}. {CODES[self.code]}"
