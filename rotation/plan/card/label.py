"""A label of SEPM's console, in the languages of the console, with the document that has it."""

from enum import StrEnum

from rotation.build import ClientBuild
from rotation.values import Value


class ConsoleLanguage(StrEnum):
    """A language of SEPM's console."""

    ENGLISH = "en"
    CZECH = "cs"


class Label(Value):
    """A label as the vendor's documents have it; without a source it is a guess, and the card says so."""

    english: str
    czech: str
    english_source: str = ""
    """The key of a source, as `console_labels` explains them; empty: none has it."""
    czech_source: str = ""
    majors: tuple[int, ...] = (12, 14)
    """The major versions of SEPM that the sources are about."""

    def text(self, language: ConsoleLanguage) -> str:
        """The label in a language of the console."""
        return self.czech if language is ConsoleLanguage.CZECH else self.english

    def is_documented(self, language: ConsoleLanguage, version: str) -> bool:
        """Whether a document has this label, in that language, for that version of SEPM.

        An unknown version counts as one that the documents are about.
        """
        source = self.czech_source if language is ConsoleLanguage.CZECH else self.english_source
        build = ClientBuild.parse(version)
        return bool(source) and (build is None or build.numbers[0] in self.majors)


ClickPath = tuple[Label, ...]
"""Labels in the order in which an operator clicks them."""


def path_text(path: ClickPath, language: ConsoleLanguage) -> str:
    """The path on one line."""
    return " > ".join(label.text(language) for label in path)
