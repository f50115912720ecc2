"""Help of every command, and what Typer refuses, in the language in use."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from typer import rich_utils
from typer.core import TyperGroup
from typer.exceptions import TyperException

from cli.language.framework_words import in_words
from cli.language.wording import _, in_use, of_locale, use
from texts.language import Language

ENVIRONMENT = "ROTATOR_LANGUAGE"
OWN_WORDS = {
    name: getattr(rich_utils, name)
    for name in (
        "ABORTED_TEXT",
        "ARGUMENTS_PANEL_TITLE",
        "COMMANDS_PANEL_TITLE",
        "DEFAULT_STRING",
        "ENVVAR_STRING",
        "ERRORS_PANEL_TITLE",
        "OPTIONS_PANEL_TITLE",
        "REQUIRED_LONG_STRING",
        "RICH_HELP",
    )
}
"""Typer writes its own words by these names."""
_USAGE = "Usage: "


class SpeakingGroup(TyperGroup):
    """All commands. What they show of themselves is in the language that `--language` or the terminal wants."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Choose the language before anything else is read: the help that stands before the option has it, too."""
        use(self._wanted(ctx, args))
        for name, word in OWN_WORDS.items():
            setattr(rich_utils, name, _(word))
        _translate(self, ctx)
        with _refusals():
            return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command that is named."""
        with _refusals():
            return super().invoke(ctx)

    def _wanted(self, ctx: Any, args: list[str]) -> Language:
        """A value that is no language is refused later, in that of the terminal."""
        given = os.environ.get(ENVIRONMENT)
        with suppress(TyperException):
            options, *_rest = self.make_parser(ctx).parse_args(list(args))
            given = options.get("language") or given
        return Language(given) if given in set(Language) else of_locale()


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except TyperException as refused:
        text = in_words(refused.format_message())
        refused.format_message = lambda: text  # type: ignore[method-assign] # Typer asks for no translation
        raise


def paragraphs(text: str) -> list[str]:
    """The texts that the catalogue has of a help: its paragraphs, each in one line."""
    return [" ".join(each.split()) for each in text.split("\n\n")]


def _translate(command: Any, ctx: Any) -> None:
    if in_use() is Language.ENGLISH:
        return
    for each in (command, *command.params, command.get_help_option(ctx)):
        if getattr(each, "help", None):
            each.help = "\n\n".join(map(_, paragraphs(each.help)))
    for metavar in ("options_metavar", "subcommand_metavar"):
        if getattr(command, metavar, None):
            setattr(command, metavar, _(getattr(command, metavar)))
    command.get_usage = partial(_usage, command.get_usage)
    for each in getattr(command, "commands", {}).values():
        _translate(each, ctx)


def _usage(of: Any, ctx: Any) -> str:
    return str(of(ctx)).replace(_USAGE, _(_USAGE), 1)
