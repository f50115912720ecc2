"""Entity tags of documents in a language: a strong tag names one representation (RFC 9110, 8.8.3).

The tag of a document in English is as the routes make it; that of another language ends with `-cs`. `If-Match` is about
what is changed, so a tag in any language counts; `If-None-Match` is about what the caller has.
"""

import re

from texts.language import Language

_TAG = re.compile(r'"([^"]*)"')
_OTHERS = tuple(f"-{each.value}" for each in Language if each is not Language.ENGLISH)


def tag_in(language: Language, tag: str) -> str:
    """The tag of a document in a language, from that of the document in English."""
    return tag if language is Language.ENGLISH else f'{tag[:-1]}-{language.value}"'


def any_language(if_match: str) -> str:
    """The tags as the routes make them, whatever the languages of the documents were."""
    return _TAG.sub(lambda each: f'"{_plain(each[1])}"', if_match)


def this_language(language: Language, if_none_match: str) -> str:
    """Those of documents in this language as the routes make them; the others match nothing."""
    if language is Language.ENGLISH:
        return if_none_match
    ends = f"-{language.value}"
    return _TAG.sub(
        lambda each: f'"{each[1].removesuffix(ends)}"' if each[1].endswith(ends) else '"other"', if_none_match
    )


def _plain(tag: str) -> str:
    return next((tag.removesuffix(ends) for ends in _OTHERS if tag.endswith(ends)), tag)
