"""A restore puts back what a rotation had changed to move a policy, when it was terminated before it did (rule 24b)."""

from tests.terminating.ending import in_process
from tests.terminating.lives import live
from tests.terminating.procedures import PROCEDURES

LIST_B = PROCEDURES["list-b"]


async def test_a_restore_puts_back_what_moved_a_policy():
    """Terminated behind the move: the size of the clients' log is as recorded, and another rotation runs."""
    undisturbed = await live(LIST_B, in_process, (), again=False)
    moved = next(each for each in undisturbed.passed.passed if each.what == "move_policies")
    result = await live(LIST_B, in_process, (moved.number + 1,))
    assert result.problems == []
    assert [each for each in result.passed.passed if each.what == "put_policies_back"]
