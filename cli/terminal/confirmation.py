"""A yes or a no, asked at the terminal in the language in use."""

import typer

from cli.language.wording import _
from cli.terminal.formatting import say_error


def confirm(question: str) -> None:
    """Ask until the person answers; letters and words of English are taken in each language.

    Raises:
        typer.Abort: when the person does not confirm.
    """
    yes, no = {"y", "yes", _("y"), _("yes")}, {"", "n", "no", _("no")}
    while True:
        asked = f"{question} [{_('y/N')}]"
        answer = str(typer.prompt(asked, default="", show_default=False, err=True)).strip().lower()
        if answer in yes:
            return
        if answer in no:
            raise typer.Abort
        say_error(_("Answer with one of the letters."))
