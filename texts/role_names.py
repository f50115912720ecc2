"""The names of roles in a language, each with its code, which commands and keys have."""

import re

from rotation.identity.permission import Role
from rotation.text.sentence import sentence
from texts.catalogue import Translator

_NAMES = {
    Role.VIEWER.words: sentence("viewer"),
    Role.OPERATOR.words: sentence("operator"),
    Role.APPROVER.words: sentence("approver"),
    Role.ADMIN.words: sentence("administrator (admin)"),
    Role.ROBOT.words: sentence("robot"),
    Role.AUDITOR.words: sentence("auditor"),
}
_MARK = re.compile(r"( or |, )")
_OR = " or "


def role_names(listed: str, by: Translator) -> str:
    """Names of roles that stand in an English text, apart by commas or by `or`."""
    return "".join(_part(each, by) for each in _MARK.split(listed))


def _part(text: str, by: Translator) -> str:
    if text == _OR:
        return f" {by('or')} "
    return by(_NAMES[text].text) if text in _NAMES else text
