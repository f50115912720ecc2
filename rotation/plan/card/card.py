"""The card of a console task as values: what comes before, the acts in their order, and what is checked."""

from collections.abc import Callable

from rotation.plan.card.label import ClickPath, ConsoleLanguage, path_text
from rotation.text.sentence import Sentence, sentence
from rotation.values import Value

_GUESSED = sentence("may read differently")


class CopiedValue(Value):
    """A value of this site that an operator copies, with what it is."""

    label: Sentence
    value: str


Row = tuple[CopiedValue, ...]
"""Values that belong together: a group and its location, a server and its port."""


class Act(Value):
    """One act: where in the console, what to do there, with which values."""

    does: Sentence
    path: ClickPath = ()
    """Empty where the act is not in SEPM's console."""
    rows: tuple[Row, ...] = ()
    command: str = ""
    """A command as it is typed."""
    takes_file: bool = False
    """Whether the operator takes the file of the task first: the page has its button here."""
    lists_groups: bool = False
    """Whether the operator looks up groups by their IDs: the page has its link here."""


class Card(Value):
    """All that an operator needs for a task, but for what is known of the moment."""

    before: tuple[Sentence, ...] = ()
    """What must be so, or be done, before the first act."""
    acts: tuple[Act, ...]
    after: tuple[Sentence, ...] = ()
    """What holds when the acts are done."""
    checked: Sentence
    """What the service checks before the task is done."""
    late: Sentence
    """What happens while the task is not done."""


def act(
    does: Sentence,
    path: ClickPath = (),
    *rows: Row,
    command: str = "",
    takes_file: bool = False,
    lists_groups: bool = False,
) -> Act:
    """An act, its rows last."""
    return Act(does=does, path=path, rows=rows, command=command, takes_file=takes_file, lists_groups=lists_groups)


def server_row(server: str) -> Row:
    """The name of a server."""
    return (CopiedValue(label=sentence("Server"), value=server),)


def list_row(name: str) -> Row:
    """The name of a server list."""
    return (CopiedValue(label=sentence("List"), value=name),)


def in_english(of: Sentence) -> str:
    """The sentence as it is kept."""
    return of.english


def lines(
    card: Card, write: Callable[[Sentence], str] = in_english, console: ConsoleLanguage = ConsoleLanguage.ENGLISH
) -> tuple[str, ...]:
    """The card, one line each: in English as a task keeps it, and as the command line and the API show it.

    Args:
        card: of a work.
        write: a sentence in the language that is wanted.
        console: the language of the labels.
    """
    acts = (line for each in card.acts for line in _act_lines(each, write, console))
    return (*map(write, card.before), *acts, *map(write, (*card.after, card.checked, card.late)))


def _act_lines(of: Act, write: Callable[[Sentence], str], console: ConsoleLanguage) -> tuple[str, ...]:
    does, where = write(of.does), path_text(of.path, console)
    if not all(label.is_documented(console, "") for label in of.path):
        where = f"{where} ({write(_GUESSED)})"
    rows = ("- " + ", ".join(f"{write(each.label)} {each.value}" for each in row) for row in of.rows)
    return (f"{where}: {does}" if where else does, *rows, *((of.command,) if of.command else ()))
