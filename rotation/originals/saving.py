"""Saving the file of originals off the box: what the first console task asks for, and what is held against the file."""

from collections.abc import Mapping

from rotation.finding import Finding, blocking
from rotation.plan.plan import PlanBody
from rotation.plan.step import Console, Step
from rotation.plan.work.stated_work import ORIGINALS_SHA256
from rotation.plan.work.task import SaveRecoveryFile
from rotation.recovery.saved_file import sha256_in
from rotation.text.sentence import Sentence, sentence
from rotation.values import RotationId


def file_name(rotation_id: RotationId) -> str:
    """The name that the file gets."""
    return f"originals-{rotation_id}.json"


def command(rotation_id: RotationId) -> str:
    """The command that writes the file."""
    return f"rotator originals {rotation_id} --out {file_name(rotation_id)}"


def asks_for_it(body: PlanBody, step: Step) -> bool:
    """Whether `step` is the one whose task has the file of originals saved as well: the first console task."""
    first = next((each for each in body.steps if isinstance(each, Console)), None)
    return first is not None and first.id == step.id and isinstance(first.work, SaveRecoveryFile)


def how_to_save(rotation_id: RotationId) -> tuple[Sentence, ...]:
    """What a person reads in that task."""
    return (
        sentence(
            "Save the original settings as well, by the button of the task's page or by this command, and keep that "
            "file on another machine: %(command)s",
            command=command(rotation_id),
        ),
        sentence(
            "Where the service's databases are lost, “Restore the site” on the page of the site takes that file and "
            "puts the settings back; so does rotator restore SITE --originals FILE --why REASON"
        ),
        sentence(
            "State its SHA-256 too: the command prints it, and so does Get-FileHash -Algorithm SHA256 originals-*.json"
        ),
    )


def another_file(evidence: Mapping[str, str], sha256: str, of_file: str, rotation_id: RotationId) -> Finding | None:
    """Why the stated SHA-256 of the saved file of originals is refused. It need not be stated.

    Args:
        evidence: as the operator states it.
        sha256: of the originals, as it stands in the file and as the command prints it.
        of_file: of the file, as PowerShell shows it.
        rotation_id: whose originals they are.
    """
    if not evidence.get(ORIGINALS_SHA256, "").strip():
        return None
    stated = sha256_in(evidence, ORIGINALS_SHA256)
    if stated in (sha256, of_file):
        return None
    text = "is no SHA-256" if stated is None else f"{stated[:16]}... is not that of these originals, {sha256[:16]}..."
    remedy = f"save the file once more ({command(rotation_id)}), or leave {ORIGINALS_SHA256} out"
    return blocking("originals-sha256-another", ORIGINALS_SHA256, text, remedy)
