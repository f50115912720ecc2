"""Rule 26: what else hands out Sylink.xml is stopped before the first change, and started again after the last one."""

from collections.abc import Iterator

from rotation.plan.procedure_choices import ProcedureChoices
from rotation.plan.step import Console
from rotation.plan.work.task import StartHandOuts, StopHandOuts

_NUMBER = "hand-outs"


def stop_hand_outs(choices: ProcedureChoices) -> Iterator[Console]:
    """Before anything is relaxed or replaced. A file made before that would undo either for a client that gets it."""
    if choices.hand_outs is not None:
        title = "Stop what else hands out Sylink.xml"
        yield Console(id="", number=_NUMBER, title=title, work=StopHandOuts())


def start_hand_outs(choices: ProcedureChoices) -> Iterator[Console]:
    """When every setting is as recorded: only then can the file be exported that stays right."""
    if choices.hand_outs is not None:
        work = StartHandOuts(stopped=choices.hand_outs.what, unstated=choices.hand_outs.unstated)
        title = "Start again what hands out Sylink.xml, with the file of now"
        yield Console(id="", number=_NUMBER, title=title, work=work)
