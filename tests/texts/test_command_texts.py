"""Texts of the command line: each has its Czech one, in the catalogues that all parts have."""

import ast
import re
from collections.abc import Iterator

from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from cli.language.command_help import OWN_WORDS
from tests.test_plain_english import BANNED, FOR_PEOPLE, PHRASES
from tests.texts.command_texts import command_texts
from tests.texts.stored_texts import HOME, stored_texts
from texts.catalogue import FOLDER, translator
from texts.language import Language
from texts.template import Template

VALUES = re.compile(r"%\(\w+\)s")
OURS = "cli.po"
PRINTED = frozenset({"BadParameter", "NotUp", "UnreadableError", "confirm", "heading", "prompt", "say", "say_error"})
"""Calls whose first argument a person reads."""
NOT_TEXTS = frozenset(
    {
        "%()srotator status --folder %(folder)s",
        "%(files)s in %(target)s",  # of the trail, in English as all that is stored
        "API           %(result)s  (%()s: %(result)s/docs)",
        "Bearer %(control)s",
        "Bearer %(key)s",
        "Callable[[Store], Coroutine[Any, Any, Any]]",
        "Rotator        %(here)s (%(pids)s)",
        "SELECT version_num FROM alembic_version",
        "Temporal UI",
        "Temporal UI    %(here)s/namespaces/%(namespace)s/workflows",
        "Temporal UI   %(result)s",
        "bold green",
        "bold red",
        "bold yellow",
        "http",
        "https",
        "robot of %(site)s",
        "the local operator %(name)s",
        "to show how it goes",
    }
)
"""Values of files and requests, styles, and texts of the API that a command takes the place of."""


def entries(name: str) -> Iterator[Message]:
    """Every entry of a catalogue."""
    with (FOLDER / "cs" / name).open("rb") as source:
        yield from (each for each in read_po(source, locale="cs") if each.id)


def forms(of: Message) -> tuple[str, ...]:
    """Its Czech texts: one, or one for each plural."""
    found = of.string if isinstance(of.string, tuple | list) else (of.string,)
    return tuple(str(each) for each in found)


def known() -> dict[object, tuple[str, ...]]:
    """The Czech texts of every catalogue by their English ones."""
    names = sorted(file.name for file in (FOLDER / "cs").glob("*.po"))
    return {_key(each.id): forms(each) for name in names for each in entries(name)}


def _key(of: object) -> object:
    return tuple(of) if isinstance(of, list) else of


def test_no_text_is_untranslated():
    """Help, prompts, heads of tables, refusals and what else the commands write: each has its Czech one."""
    translated = known()
    assert {text: where for text, where in command_texts().items() if not all(translated.get(text, ("",)))} == {}
    assert len(command_texts()) > 600


def test_no_translation_is_left_over_or_doubled():
    """One whose English text is gone goes, too; one that another catalogue has stands there alone."""
    others = {
        _key(each.id) for file in (FOLDER / "cs").glob("*.po") if file.name != OURS for each in entries(file.name)
    }
    ours = [_key(each.id) for each in entries(OURS)]
    assert [each for each in ours if each not in command_texts() or each in others] == []


def test_translations_have_the_values_of_their_texts():
    """A value that the English text shows is shown in Czech, in each of three forms, and no percent sign is stray."""
    wrong = []
    for each in entries(OURS):
        text = each.id if isinstance(each.id, str) else each.id[1]
        wanted = set(VALUES.findall(text))
        wrong += [form for form in forms(each) if set(VALUES.findall(form)) != wanted or _is_stray(form, wanted)]
        wrong += [] if isinstance(each.id, str) or len(forms(each)) == 3 else [text]
    assert wrong == []


def _is_stray(text: str, values: set[str]) -> bool:
    return bool(values) and "%" in VALUES.sub("", text).replace("%%", "")


def test_a_count_has_its_plural():
    """A text in which a number stands before what is counted has a form for each."""
    counted = re.compile(r"%\((?:count|clients|servers|runs|files|values)\)s [a-z]")
    single = [text for text in command_texts() if isinstance(text, str) and counted.search(text)]
    assert single == []


def test_each_text_of_the_code_is_translated():
    """No string of several words is written as it stands: `_`, `counted` or `later` are around it."""
    every = (each for text in command_texts() for each in ((text,) if isinstance(text, str) else text))
    marked = {Template(each).literals for each in (*every, *NOT_TEXTS)}
    assert {text: at for text, at in _found().items() if Template(text).literals not in marked} == {}


def _found() -> dict[str, str]:
    helps = {text for text, where in command_texts().items() if isinstance(text, str) and where.startswith("rotator")}
    found = stored_texts(("cli",))
    return {
        text: at
        for text, at in found.items()
        if not any(each.startswith(" ".join(text.split())) for each in helps)
        and not at.startswith("cli/language")
        and " /v1/" not in text
    }


def test_single_words_are_translated():
    """Nor is a word that a person reads: the head of a table, a prompt, a refusal."""
    wrong = []
    for file in sorted((HOME / "cli").rglob("*.py")):
        for call in (each for each in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(each, ast.Call)):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            read = call.args[:2] if name in {"say_table", "table"} else call.args[:1] if name in PRINTED else []
            wrong += [
                (file.relative_to(HOME).as_posix(), call.lineno, ast.unparse(node))
                for argument in read
                for node in ast.walk(argument)
                if _is_bare(node, argument)
            ]
    assert wrong == []


def _is_bare(node: ast.AST, within: ast.AST) -> bool:
    """Whether a word stands there as it is; what is looked up by a word is not shown."""
    kinds = ast.Call | ast.Subscript | ast.JoinedStr | ast.Compare
    inner = [each for each in ast.walk(within) if isinstance(each, kinds)]
    word = isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search("[a-z]{2}", node.value)
    return bool(word) and not any(node in ast.walk(each) for each in inner)


def test_texts_are_plain():
    """None has a word that the lists of plain English refuse."""
    banned = re.compile("|".join((rf"\b(?:{'|'.join((*BANNED, *FOR_PEOPLE))})\b", *PHRASES)), re.IGNORECASE)
    every = [each for text in command_texts() for each in ((text,) if isinstance(text, str) else text)]
    assert [(text, found.group()) for text in every for found in banned.finditer(text)] == []


def test_typers_own_words_have_their_czech():
    """Titles of panels and what stands beside options, as this version of Typer writes them."""
    czech = translator(Language.CZECH)
    assert [word for word in OWN_WORDS.values() if czech(word) == word] == []
