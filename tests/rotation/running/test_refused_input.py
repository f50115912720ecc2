"""What was refused as it came: how it is shown."""

import pytest

from rotation.running.refused_input import ANSWER_REFUSED, UNREAD, RefusedInput, RefusedKind


@pytest.mark.parametrize(
    ("kind", "code", "subject", "remedy"),
    [
        (RefusedKind.SIGNAL, UNREAD, "signal hold", "send it with `rotator`"),
        (RefusedKind.ANSWER, ANSWER_REFUSED, "answer of hold", "the activity runs again"),
    ],
)
def test_each_says_what_was_wrong_and_what_to_do(kind, code, subject, remedy) -> None:
    """A signal and an answer have attention of their own, each with the reason and a remedy."""
    refused = RefusedInput(kind=kind, name="hold", why="it is not signed")
    assert (refused.code, refused.subject) == (code, subject)
    assert refused.explanation.startswith(f"it was not obeyed: it is not signed. {remedy}")
