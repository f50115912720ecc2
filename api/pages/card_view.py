"""A task's card in the reader's language: labels in that of the console, and what was added when it was opened."""

from collections.abc import Iterable

from api.languages.added_lines import added_line
from api.task.task_document import TaskShown
from rotation.plan.card.card import Act
from rotation.plan.card.cards import card_of, instructions
from rotation.plan.card.label import ConsoleLanguage
from rotation.plan.card.report import report_command
from rotation.text.sentence import Sentence
from rotation.values import RotationId, Value
from texts.catalogue import Translator
from texts.language import Language
from texts.writing import whole


class CardLine(Value):
    """A line of the card."""

    text: str
    language: Language


class ActShown(Value):
    """An act as the reader sees it."""

    does: str
    path: tuple[str, ...]
    english: tuple[str, ...]
    """The path at an English console, where the reader's language is another one."""
    guessed: bool
    """Whether no document has one of the labels, in this language and for this version of SEPM."""
    rows: tuple[tuple[tuple[str, str], ...], ...]
    """Values with their labels."""
    command: str
    takes_file: bool
    lists_groups: bool


class CardShown(Value):
    """The card."""

    before: tuple[CardLine, ...]
    acts: tuple[ActShown, ...]
    """None of a task that an older version has opened: its lines are all in `after`."""
    after: tuple[CardLine, ...]
    checked: str
    late: str
    command: str


def card_shown(task: TaskShown, version: str, by: Translator) -> CardShown:
    """The card of a task.

    Args:
        task: what was opened counts: a task whose lines are not those of this version is shown as it is stored.
        version: of the site's SEPM.
        by: the reader's language.
    """
    card, own = card_of(task.subject, task.evidence), instructions(task.subject, task.id, task.evidence)
    first = _place(task.instructions, own)
    added = tuple(_line(text, task.rotation_id, by) for text in task.instructions)
    is_current = first is not None
    end = first + len(own) if first is not None else 0
    return CardShown(
        before=(*added[:first], *(_own(each, by) for each in card.before)) if is_current else (),
        acts=tuple(_act(each, version, by) for each in card.acts) if is_current else (),
        after=(*(_own(each, by) for each in card.after if is_current), *added[end:]),
        checked=whole(card.checked, by),
        late=whole(card.late, by),
        command=report_command(task.subject, task.id),
    )


def _place(stored: tuple[str, ...], own: tuple[str, ...]) -> int | None:
    """Where the lines of this version begin in what is stored."""
    places = range(len(stored) - len(own) + 1)
    return next((place for place in places if stored[place : place + len(own)] == own), None)


def _line(text: str, rotation_id: RotationId, by: Translator) -> CardLine:
    found = added_line(text, rotation_id)
    return _own(found, by) if found is not None else CardLine(text=text, language=Language.ENGLISH)


def _own(of: Sentence, by: Translator) -> CardLine:
    return CardLine(text=whole(of, by), language=by.language)


def acts_shown(acts: Iterable[Act], version: str, by: Translator) -> tuple[ActShown, ...]:
    """Acts that are of no task, in the reader's language."""
    return tuple(_act(each, version, by) for each in acts)


def _act(of: Act, version: str, by: Translator) -> ActShown:
    console = ConsoleLanguage(by.language.value)
    return ActShown(
        does=whole(of.does, by),
        path=tuple(label.text(console) for label in of.path),
        english=tuple(label.english for label in of.path) if console is not ConsoleLanguage.ENGLISH else (),
        guessed=not all(label.is_documented(console, version) for label in of.path),
        rows=tuple(tuple((whole(each.label, by), each.value) for each in row) for row in of.rows),
        command=of.command,
        takes_file=of.takes_file,
        lists_groups=of.lists_groups,
    )
