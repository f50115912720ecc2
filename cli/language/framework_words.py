"""Typer's and pydantic's own words about what was typed, in the language in use."""

from functools import cache

from cli.language.wording import _, in_use
from texts.language import Language
from texts.template import Template


def in_words(text: str) -> str:
    """A refusal of Typer; as it is where its words are not known."""
    if in_use() is Language.ENGLISH:
        return text
    if (whole := _(text)) != text:
        return whole
    for template in _templates():
        if (values := template.values(text)) is not None:
            return _(template.text, **{name: in_words(value) for name, value in values.items()})
    return text


@cache
def _templates() -> tuple[Template, ...]:
    """Those with most fixed characters first."""
    # here and not above: in English commands start without Babel
    from babel.messages.pofile import read_po  # noqa: PLC0415 - see above

    from texts.catalogue import FOLDER  # noqa: PLC0415 - see above

    with (FOLDER / "cs" / "typer.po").open("rb") as source:
        found = [Template(str(each.id)) for each in read_po(source, locale="cs")]
    return tuple(sorted((each for each in found if each.names), key=lambda each: -each.fixed))
