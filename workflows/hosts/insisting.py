"""What a rotation can do nothing without: it is asked again and again, and no refusal ends the rotation or stops it."""

from datetime import timedelta
from typing import Protocol

from engine.contract import ActivityName
from rotation.running.message import Move
from rotation.values import Value
from workflows.hosts.host import ActivityRefusedError, Answer, Host, Pending

NOT_DONE = "not-done"
"""The attention that shows what was not done."""
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=5)


class Waits(Protocol):
    """What of a rotation is needed to ask again."""

    host: Host

    async def until_done(self, pending: Pending[Value], summary: str) -> None:
        """Wait for an activity, and read messages meanwhile."""

    async def pause(self, length: timedelta, summary: str) -> None:
        """Let some time pass, and read messages meanwhile."""

    def raise_attention(self, code: str, subject: str, message: str, options: tuple[Move, ...]) -> None:
        """Show that a person is needed."""

    def drop_attention(self, code: str) -> None:
        """Take back an attention whose cause is gone."""


async def insist(
    run: Waits,
    name: ActivityName,
    request: Value,
    answer: type[Answer],
    *,
    summary: str,
    final: frozenset[str] = frozenset(),
) -> Answer:
    """The answer of an activity, which is run again after each refusal.

    Args:
        run: the rotation.
        name: the activity.
        request: what it is asked.
        answer: the kind of its answer.
        summary: what it does, for people.
        final: the codes of refusals that are an answer, too.

    Raises:
        ActivityRefusedError: with one of these codes.
    """
    pause = _FIRST_PAUSE
    while True:
        pending = run.host.start(name, request, answer, summary=summary)
        await run.until_done(pending, summary)
        try:
            found = pending.answer()
        except ActivityRefusedError as refused:
            if refused.code in final:
                raise
            text = f"the service tries again until it is done: {refused.message}"
            run.raise_attention(NOT_DONE, summary, text, ())
        else:
            run.drop_attention(NOT_DONE)
            return found
        await run.pause(pause, summary)
        pause = min(pause * 2, _LONGEST_PAUSE)
