"""What a rotation shows to people: attention raised and dropped, and what of it may be chosen now."""

from rotation.running.attention import SECOND, Attention, digest
from rotation.running.earlier_words import in_earlier_words
from rotation.running.message import Move
from rotation.running.state import RotationState
from workflows.hosts.host import Host


class Attentions:
    """The attention of a rotation."""

    def __init__(self, host: Host, state: RotationState) -> None:
        self.host = host
        self.state = state

    def raise_attention(
        self, code: str, subject: str, message: str, options: tuple[Move, ...], *, about: str = "", content: str = ""
    ) -> None:
        """Show that a person is needed. The same code again replaces the message.

        Args:
            code: the kind.
            subject: of what.
            message: what the person reads.
            options: what the person may choose.
            about: all that is asked about, where the message has some of it only. Of a wish that waits for a second
                person it is known here.
            content: the digest of what an answer decides on, where the message changes though that has not.
        """
        wish = self.state.proceed
        if code == SECOND and wish is not None:
            about = digest(in_earlier_words(message), wish.model_dump(mode="json", exclude={"approved_by"}))
        raised = Attention(
            code=code,
            subject=subject,
            message=message,
            options=options,
            about=about,
            content=content,
            raised_at=self.host.now(),
        )
        there = {attention.code: attention for attention in self.state.attention}
        self.state.attention = tuple({**there, code: raised}.values())
        self.host.show(self.state)

    def drop_attention(self, code: str) -> None:
        """Take back an attention whose cause is gone."""
        if self.is_raised(code):
            self.state.attention = tuple(a for a in self.state.attention if a.code != code)
            self.host.show(self.state)

    def is_raised(self, code: str) -> bool:
        """Whether an attention of that code is shown."""
        return any(attention.code == code for attention in self.state.attention)

    def offered(self, options: tuple[Move, ...]) -> tuple[Move, ...]:
        """What of `options` a person may choose now: a cancel is none once a certificate was replaced."""
        return tuple(option for option in options if option is not Move.CANCEL or not self.state.replaced)
