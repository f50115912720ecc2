"""What a rotation asks is shown before it is answered; the answer names it, and no other question."""

from typing import Annotated, Any

import typer

from cli.language.wording import _
from cli.terminal.client import Api
from cli.terminal.confirmation import confirm
from cli.terminal.fault import UnreadableError
from cli.terminal.formatting import say_error

QuestionOption = Annotated[
    str,
    typer.Option(
        "--question", help="The token of the question, as `rotator status` shows it; the command then asks nothing"
    ),
]


def read_question(rotator: Api, rotation: str, move: str, given: str) -> str:
    """The token of the question that `move` answers: the one that is given, or the one that the person has confirmed.

    Empty where nothing is asked: the rotation then says why it refuses the move.

    Raises:
        UnreadableError: when several questions could be meant.
        typer.Abort: when the person does not confirm.
    """
    if given:
        return given
    live: dict[str, Any] = rotator.get(f"/v1/rotations/{rotation}", live=True).get("live") or {}
    asked = [each for each in live.get("attention", ()) if move in each["options"]]
    for each in asked:
        say_error(
            _(
                "question %(question)s, %(code)s of %(subject)s: %(message)s",
                question=each["question"],
                code=each["code"],
                subject=each["subject"],
                message=each["message"],
            )
        )
    if len(asked) > 1:
        raise UnreadableError(_("%(move)s could answer each of these: name one with --question", move=move))
    if not asked:
        return ""
    confirm(_("Answer it with %(move)s?", move=move))
    return str(asked[0]["question"])
