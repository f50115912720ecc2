"""Where a client was when it failed, whatever was moved since."""

from datetime import timedelta

from emulator.state.effects import Actor
from simulation.judged.group_history import groups_when_lost
from tests.simulation.losses import effect, lost

HOUR = timedelta(hours=1)
ROOT = "My Company"


def test_the_groups_above_a_client_are_those_of_the_time_when_it_failed(played):
    """By the paths that they have at the end; a client that was moved, or came, is looked for where it was put."""
    at = played.began + 4 * HOUR
    moves = [
        ("console.move_group", (f"{ROOT}\\A", f"{ROOT}\\Z\\A"), -2),
        ("machine.move", ("PC-1", f"{ROOT}\\Z\\A\\B"), -1),
        ("console.move_group", (f"{ROOT}\\Z\\A\\B", f"{ROOT}\\C\\B"), 1),
        ("machine.move", ("PC-1", f"{ROOT}\\D"), 2),
    ]
    journal = [
        effect(played, kind, *subject, actor=Actor.SITE_EVENT, at=at + hours * HOUR).model_copy(
            update={"number": number}
        )
        for number, (kind, subject, hours) in enumerate(moves)
    ]
    gone = lost(played, journal[0], group=f"{ROOT}\\D", first_failed=at)
    above = (f"{ROOT}\\Z\\A", f"{ROOT}\\Z", ROOT)
    assert groups_when_lost(gone, journal, None) == (f"{ROOT}\\C\\B", *above)
    assert groups_when_lost(gone.model_copy(update={"name": "PC-2"}), journal, f"{ROOT}\\A") == above
    assert groups_when_lost(gone.model_copy(update={"name": "PC-3"}), journal, None) == (f"{ROOT}\\D", ROOT)
