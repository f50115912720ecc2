"""Saving the file of originals: which task asks for it, and which evidence of it is accepted."""

import pytest

from rotation.originals.saving import another_file, asks_for_it, how_to_save
from rotation.plan.step import Console
from rotation.values import RotationId

ROT, SUM, FILE = RotationId("rot-1"), "ab" * 32, "ef" * 32


def test_the_first_console_task_asks_for_it(planned):
    """And no other one, that of the second server's recovery file included."""
    asking = [step.number for step in planned.body.steps if asks_for_it(planned.body, step)]
    assert asking == ["recovery"]
    assert [step.number for step in planned.body.steps if isinstance(step, Console)][:2] == ["recovery"] * 2


def test_another_first_task_does_not(planned):
    """A plan without recovery files, such as a restore, has nothing to be saved."""
    rest = planned.body.model_copy(update={"steps": planned.body.steps[3:]})
    assert not any(asks_for_it(rest, step) for step in rest.steps)


def test_it_names_the_exact_commands():
    """The text has the command that saves the file, and the one that puts settings back from it."""
    text = "\n".join(each.english for each in how_to_save(ROT))
    assert "rotator originals rot-1 --out originals-rot-1.json" in text
    assert "rotator restore SITE --originals FILE --why REASON" in text


@pytest.mark.parametrize(
    "evidence", [{}, {"originals_sha256": ""}, {"originals_sha256": SUM.upper()}, {"originals_sha256": FILE}]
)
def test_its_sha256_is_optional(evidence):
    """A SHA-256 that is given, in whichever form, must be that of these originals, or of their file."""
    assert another_file(evidence, SUM, FILE, ROT) is None


@pytest.mark.parametrize("sha256", ["cd" * 32, "no"])
def test_another_sha256_is_not_taken(sha256):
    """The file that was saved is another one, or none."""
    finding = another_file({"originals_sha256": sha256}, SUM, FILE, ROT)
    assert finding is not None
    assert finding.code == "originals-sha256-another"
    assert "rotator originals rot-1" in finding.remedy
