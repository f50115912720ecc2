"""A sentence for people before it has a language: its English text, and the values that stand in it."""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, Field, PlainSerializer

from rotation.values import Value


def _time(kept: object) -> object:
    """A time as it is kept in JSON. A name stays a name, also one that reads as a time, such as “2026-05-01” or “7”.

    Raises:
        ValueError: when it is none.
    """
    match kept:
        case {"at": str() as at}:
            return datetime.fromisoformat(at)
        case datetime():
            return kept
        case _:
            raise ValueError("it is no time")


_Time = Annotated[
    AwareDatetime, BeforeValidator(_time), PlainSerializer(lambda at: {"at": at.isoformat()}, when_used="json")
]
SentenceValue = int | _Time | str
"""A number, a time or a name."""


class Sentence(Value):
    """The English text is the key of its translations; values stand in it as `%(name)s`."""

    text: str
    many: str = ""
    """The text for any other count than one, where the count decides; `text` is that for one."""
    count: int = 1
    values: dict[str, SentenceValue] = Field(default_factory=dict)

    @property
    def english(self) -> str:
        """The text in English, with values as they are."""
        return self.text % self.values if self.values else self.text


def sentence(text: str, /, **values: SentenceValue) -> Sentence:
    """A sentence with these values."""
    return Sentence(text=text, values=values)


def counted(one: str, many: str, count: int, /, **values: SentenceValue) -> Sentence:
    """A sentence whose form follows from a count, which stands in it as `%(count)s`."""
    return Sentence(text=one, many=many, count=count, values={**values, "count": count})
