"""A sentence for people before it has a language: its English text, and the values that stand in it."""

from pydantic import AwareDatetime, Field

from rotation.values import Value

SentenceValue = int | AwareDatetime | str
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
