"""A message on its way over a channel: one notice, or those of a digest."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from rotation.notice.notice import Notice, NoticeKind
from rotation.values import SiteId, Value


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given-up"
    """The channel refused it, or was away for too long."""
    NEEDLESS = "needless"
    """What it would have escalated was over before."""


class ShownDelivery(Value):
    """A delivery as people see it."""

    number: int = Field(description="Its place in the order of the channel")
    message_id: str = Field(description="The id that the message has at the channel; empty: it waits for a digest")
    kind: NoticeKind
    site_id: SiteId | None
    due_at: datetime
    state: DeliveryState
    attempts: int
    ended_at: datetime | None
    error: str = Field(description="Why the last try failed; empty: none did")


class Outgoing(Value):
    """A message that is due. Its id and its notices stay the same however often it is sent."""

    channel_id: str
    message_id: str
    notices: tuple[Notice, ...] = Field(min_length=1)
    attempts: int
    """Tries before this one."""


def message_id_of(channel_id: str, number: int) -> str:
    """The id of a message at its channel: the place of its first delivery there."""
    return f"msg_{channel_id}_{number}"
