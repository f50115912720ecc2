"""The catalogues: texts of a language by their English ones, read from the `.po` files without a build step."""

from collections.abc import Mapping
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from texts.language import Language
from texts.prepositions import with_prepositions

FOLDER = Path(__file__).parent


class Translator:
    """Texts of one language. One that has no translation stays English; a test keeps that from happening."""

    def __init__(self, language: Language, translations: NullTranslations) -> None:
        self.language = language
        self.translations = translations

    def __call__(self, text: str, /, **values: object) -> str:
        """The text, with values where it has `%(name)s`."""
        found = self.translations.gettext(text)
        return self.filled(found, values) if values else found

    def counted(self, one: str, many: str, count: int, /, **values: object) -> str:
        """The text for a count, which stands in it as `%(count)s`."""
        return self.filled(
            self.translations.ngettext(one, many, count), {**values, "count": values.get("count", count)}
        )

    def filled(self, text: str, values: Mapping[str, object], /) -> str:
        """A text of this language with its values."""
        return self.fitting(text, values) % values

    def fitting(self, text: str, values: Mapping[str, object], /) -> str:
        """The text, its prepositions as they are spoken before these values."""
        return with_prepositions(text, values) if self.language is Language.CZECH else text


@cache
def translator(language: Language) -> Translator:
    """The texts of a language, of every part of the product."""
    found = NullTranslations()
    for file in sorted((FOLDER / language.value).glob("*.po")):
        found.add_fallback(_read(file, language))
    return Translator(language, found)


def _read(file: Path, language: Language) -> GNUTranslations:
    compiled = BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language.value, abort_invalid=True))
    compiled.seek(0)
    return GNUTranslations(compiled)
