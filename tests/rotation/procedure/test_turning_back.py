"""What a cancel undoes: whatever was begun, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from rotation.plan.step import Console, Gate, Holdout, Preflight, Write
from rotation.plan.work.task import DeleteList, ReplaceCertificate, ResumeReplication, StartHandOuts
from rotation.procedure.steps import turning_back


def undone(plan, begun):
    """The numbers of the steps that turn back from a plan of which the first `begun` steps were begun."""
    return [step.number for step in turning_back(plan.body.steps, [step.id for step in plan.body.steps[:begun]])]


def test_rule_16_what_was_never_begun_is_not_undone(mixed):
    """Cancelled step by step: only what was begun comes back, verification before the list, replication after it."""
    plan = mixed()
    ends = {
        1: [],
        2: ["hand-outs"],  # with the first recovery file an operator may state what was stopped
        4: ["hand-outs"],
        5: ["replication", "hand-outs"],
        6: ["replication", "hand-outs"],
        7: ["replication", "A2-undo", "hand-outs"],
        8: ["A10c", "A10d", "replication", "A2-undo", "hand-outs"],
        10: ["A10c", "A10d", "replication", "A2-undo", "hand-outs"],
        11: ["A10c", "A10d", "replication", "A2-undo", "hand-outs"],
    }
    assert {begun: undone(plan, begun) for begun in ends} == ends


@given(begun=st.integers(0, 40))
def test_turning_back_undoes_only_what_was_begun(make, begun):
    """Whenever it is cancelled, each kind of undoing happens once, and only for what was begun."""
    site = make.site("s1", "s2", lists=[make.server_list(name, "s1", "s2") for name in ("L", "M")])
    groups = [make.group("G", server_list="L"), make.group("H", server_list="M")]
    stuck = [make.client(f"c{group}", group, build="14.2.1.0") for group in ("G", "H")]
    body = make.plan(site, *groups, clients=stuck, replication_partners=("Linz",)).body
    reached = body.steps[:begun]
    back = turning_back(body.steps, [step.id for step in reached])
    works = {step.number: sum(each.number == step.number for each in reached) for step in reached}
    deleted = [step for step in back if isinstance(step, Console) and isinstance(step.work, DeleteList)]
    resumed = [step for step in back if isinstance(step, Console) and isinstance(step.work, ResumeReplication)]
    started = [step for step in back if isinstance(step, Console) and isinstance(step.work, StartHandOuts)]
    written = [step for step in back if isinstance(step, Write)]
    assert len(deleted) == works.get("A1-A4", 0)
    assert len(resumed) == (works.get("replication", 0) > 0)
    assert len(started) == (works.get("recovery", 0) > 0)
    assert len(written) == 2 * works.get("A5", 0)
    assert {step.scope for step in written} == {step.scope for step in reached if isinstance(step, Write)}
    assert all(step.restores for step in written)
    assert len(back) == len(deleted) + len(resumed) + len(started) + len(written)


def test_turning_back_has_no_gates_and_no_swaps(mixed):
    """While the old certificates are in force every setting is safe: nothing is waited for, nothing replaced."""
    plan = mixed()
    back = turning_back(plan.body.steps, [step.id for step in plan.body.steps])
    assert not any(isinstance(step, Gate | Holdout | Preflight) for step in back)
    assert not any(isinstance(step, Console) and isinstance(step.work, ReplaceCertificate) for step in back)
    assert len({step.id for step in back}) == len(back)
    assert not {step.id for step in back} & {step.id for step in plan.body.steps}
