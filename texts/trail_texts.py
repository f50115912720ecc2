"""Texts of events that are a code or a few words: the kind of the event decides how each is translated.

An operator's action is stored as `hold by ann: a break`, another name of a site as `name: Brno: it moved`.
"""

import re

from rotation.plan.work.task import TaskState
from rotation.running.message import Move
from rotation.text.sentence import sentence
from texts.catalogue import Translator
from texts.language import Language
from texts.recognised import both, translated
from texts.template import Template
from texts.trail_kinds import BY_KIND

_MESSAGE, _TASK_CLOSED, _ENDED = "message", "task-closed", "ended"
"""The kinds of events that have such codes."""
_MOVES = {
    Move.APPROVE: sentence("approve by %(who)s"),
    Move.HOLD: sentence("hold by %(who)s"),
    Move.RESUME: sentence("resume by %(who)s"),
    Move.EXTEND: sentence("extend by %(who)s"),
    Move.PROCEED: sentence("proceed by %(who)s"),
    Move.STATE_GATE: sentence("state_gate by %(who)s"),
    Move.LOOK_AGAIN: sentence("look_again by %(who)s"),
    Move.SITE_MOVED: sentence("site_moved by %(who)s"),
    Move.RETRY: sentence("retry by %(who)s"),
    Move.CANCEL: sentence("cancel by %(who)s"),
    Move.ROLL_BACK: sentence("roll_back by %(who)s"),
    Move.FINISH: sentence("finish by %(who)s"),
    Move.CLAIM_TASK: sentence("claim_task by %(who)s"),
    Move.BEGIN_TASK: sentence("begin_task by %(who)s"),
    Move.TASK_DONE: sentence("task_done by %(who)s"),
    Move.TASK_REFUSED: sentence("task_refused by %(who)s"),
}
_NOTICED = "change of the site noticed"
"""The words of the one move that no person makes."""
_ENDS = {
    TaskState.DONE: sentence("done by %(who)s"),
    TaskState.REFUSED: sentence("refused by %(who)s"),
    TaskState.WITHDRAWN: sentence("withdrawn by %(who)s"),
}
_OUTCOMES = {each.text for each in (sentence("completed"), sentence("cancelled"), sentence("rolled-back"))}
_DETAIL = "detail"
"""The value that is a text itself, of an edge; the others are names and reasons."""
_MOVED = re.compile(rf"({'|'.join(_MOVES)}) by (.+?)(: .*)?", re.DOTALL)
_NEEDLESS = re.compile(r"((?:By hand: )?.+?): (.+)", re.DOTALL)
"""The title of a task that was not opened, and why: a title that ends with a name would take the reason for it."""
_CLOSED = re.compile(rf"(.+): ({'|'.join(_ENDS)}) by (.+?)(?: \((.*)\))?", re.DOTALL)


def event_text(kind: str, message: str, by: Translator) -> str:
    """The text of an event of that kind in a language; names, and reasons that people give, stay as they are."""
    if by.language is Language.ENGLISH:
        return _english(kind, message)
    return coded_event(kind, message, by) or translated(message, by)


def _english(kind: str, message: str) -> str:
    """The text with its code in words: `roll back by ann`."""
    if kind == _MESSAGE and (found := _MOVED.fullmatch(message)):
        words = _NOTICED if found[1] == Move.SITE_MOVED else found[1].replace("_", " ")
        return f"{words}{message[found.end(1) :]}"
    return message.replace("-", " ") if kind == _ENDED and message in _OUTCOMES else message


def coded_event(kind: str, message: str, by: Translator) -> str | None:
    """The text of an event that has a code; None of another text, or where nothing is translated."""
    if by.language is Language.ENGLISH:
        return None
    if kind == _MESSAGE and (found := _MOVED.fullmatch(message)):
        move, who, why = found.groups("")
        return f"{by(_MOVES[Move(move)].text, who=_persons(who, by))}{why}"
    if kind == _TASK_CLOSED and (found := _CLOSED.fullmatch(message)):
        title, end, who, note = found.groups()
        closed = f"{translated(title, by)}: {by(_ENDS[TaskState(end)].text, who=_persons(who, by))}"
        return closed if note is None else f"{closed} ({translated(note, by)})"
    if kind == _TASK_CLOSED and (found := _NEEDLESS.fullmatch(message)):
        return ": ".join(translated(each, by) for each in found.groups())
    if kind == _ENDED and message in _OUTCOMES:
        return by(message)
    return next((text for each in BY_KIND.get(kind, ()) if (text := _filled(each.text, message, by)) is not None), None)


def _persons(who: str, by: Translator) -> str:
    """The name of a person, the service, or the names of two persons who approved it."""
    return both(translated(who, by), by)


def _filled(text: str, message: str, by: Translator) -> str | None:
    values = Template(text).parted(message)
    if values is None:
        return None
    return by(text, **{name: translated(value, by) if name == _DETAIL else value for name, value in values.items()})
