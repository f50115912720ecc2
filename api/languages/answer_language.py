"""The language of the request that is answered: what is written as a sentence of the domain is written in it."""

from contextvars import ContextVar

from texts.catalogue import Translator, translator
from texts.language import Language

_language: ContextVar[Language] = ContextVar("answer_language", default=Language.ENGLISH)


def answer_in(language: Language) -> None:
    """Have this request answered in a language."""
    _language.set(language)


def answer_translator() -> Translator:
    """The texts of the language of this request; English outside of one."""
    return translator(_language.get())
