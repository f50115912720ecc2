"""A matter: what waits for a person, from when it was first seen until it is over."""

import hashlib
from datetime import datetime

from rotation.notice.notice import Notice, NoticeKind
from rotation.running.message import Move
from rotation.text.sentence import Sentence
from rotation.values import RotationId, SiteId, TaskId, Value

_ID_DIGITS = 32


class Matter(Value):
    """What waits for a person now."""

    key: str
    """What tells it from all others that wait."""
    topic: str
    """What it has in common with one that takes its place: another question about the same."""
    kind: NoticeKind
    site_id: SiteId
    site_name: str
    rotation_id: RotationId | None = None
    task_id: TaskId | None = None
    step: str = ""
    subject: str = ""
    text: str = ""
    waits: Sentence | None = None
    asks: tuple[Move, ...] = ()
    by_when: datetime | None = None


class StandingMatter(Value):
    """A matter, and since when it stands."""

    matter: Matter
    since: datetime

    @property
    def id(self) -> str:
        """What names it: the same matter may come up again."""
        text = f"{self.matter.key}@{self.since.isoformat()}"
        return hashlib.sha256(text.encode()).hexdigest()[:_ID_DIGITS]

    def raised(self) -> Notice:
        """The notice of its begin."""
        return self._notice("raised", self.matter.kind, self.since)

    def over(self, at: datetime) -> Notice:
        """The notice of its end."""
        ended = self._notice("over", NoticeKind.OVER, at)
        return ended.model_copy(update={"of": self.matter.kind, "asks": (), "by_when": None, "waits": None})

    def _notice(self, what: str, kind: NoticeKind, at: datetime) -> Notice:
        known = self.matter.model_dump(include=Notice.model_fields.keys() - {"key", "kind"})
        return Notice(key=f"matter/{self.id}/{what}", kind=kind, at=at, matter=self.id, **known)
