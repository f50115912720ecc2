"""A message for programs: what a webhook is posted, as JSON."""

from datetime import datetime
from typing import Literal

from rotation.notice.notice import Notice
from rotation.values import Value


class WrittenNotice(Value):
    """One notice: its values, and the text that people read."""

    id: str
    title: str
    text: str
    link: str
    call: str = ""
    """Where a program does the task over the API; empty where it is about none."""
    waiting_for: str = ""
    """Why the rotation waits, as the API has it; empty where that is not known."""
    notice: Notice


class WebhookData(Value):
    """What happened."""

    title: str
    text: str
    link: str
    notices: tuple[WrittenNotice, ...]


class WebhookBody(Value):
    """The body, in the form of Standard Webhooks."""

    type: Literal["rotator.notice", "rotator.digest"]
    timestamp: datetime
    """When the first thing in it happened."""
    data: WebhookData


class NoticeMessage(Value):
    """A message in words. It is the same however often it is sent."""

    id: str
    title: str
    text: str
    link: str
    at: datetime
    notices: tuple[WrittenNotice, ...]

    def body(self) -> bytes:
        """What a webhook is posted."""
        data = WebhookData(title=self.title, text=self.text, link=self.link, notices=self.notices)
        kind: Literal["rotator.notice", "rotator.digest"] = (
            "rotator.notice" if len(self.notices) == 1 else "rotator.digest"
        )
        return WebhookBody(type=kind, timestamp=self.at, data=data).model_dump_json().encode()
