"""Which comparison of .SIG files is left to a later task, and which servers that task has then (rule 24c)."""

import pytest

from rotation.plan.step import Console, Holdout, Write
from rotation.plan.work.client_look import LookAtClients
from rotation.plan.work.signed_together import compared_later, left_to_compare
from rotation.plan.work.task import CompareSignedFiles, ConsoleTask, Evidence, ReplaceCertificate, TaskState

DATES = {"certificate": "2026-01-31T17:05:42Z", "oldest_sig": "2026-01-31T17:05:43Z"}


@pytest.fixture
def relaxed(make):
    """A plan for three servers whose only group is relaxed."""
    lists = [make.server_list("Default List", "s1", "s2", "s3")]
    return make.plan(
        make.site("s1", "s2", "s3", lists=lists), make.group("G"), clients=[make.client("c1", build="14.2.1")]
    )


@pytest.fixture
def mixed(make):
    """A plan for three servers where a group fails over and verifies, and another one is relaxed."""
    clients = [make.client("c1"), make.client("d1", "H", build="14.2.1")]
    lists = [make.server_list("Default List", "s1", "s2", "s3")]
    return make.plan(make.site("s1", "s2", "s3", lists=lists), make.group("G"), make.group("H"), clients=clients)


def compared(plan):
    """The steps that compare the files of a server, in their order."""
    return [each for each in plan.body.steps if isinstance(each, Console) and isinstance(each.work, CompareSignedFiles)]


def before_verifying(plan):
    """The looks at clients before they verify again."""
    looks = [each for each in plan.body.steps if isinstance(each, Console) and isinstance(each.work, LookAtClients)]
    return [each for each in looks if each.work == LookAtClients(verifying=True)]


def later(plan, step):
    """Which step has its comparison."""
    return compared_later(plan.body.steps, step, plan.body.scopes)


def done(step, work, *, state=TaskState.DONE, dates=DATES):
    """A task of that step."""
    return ConsoleTask.model_validate(
        {
            "id": step.id,
            "rotation_id": "r",
            "site_id": "s",
            "site_name": "S",
            "step": step.id,
            "title": "",
            "number": step.number,
            "state": state,
            "evidence": Evidence.ATTESTED,
            "work": work,
            "instructions": (),
            "opened_at": "2026-01-31T17:00:00Z",
            "attestation": dates,
        }
    )


def test_where_no_client_verifies_each_comparison_is_left_to_the_next_and_the_last_to_the_look(relaxed):
    """Relaxed clients take whatever a server signs: the files of all three come before the first one verifies again."""
    first, second, last = compared(relaxed)
    (look,) = before_verifying(relaxed)
    assert [later(relaxed, step) for step in (first, second, last)] == [second, last, look]


def test_where_clients_fail_over_and_verify_each_server_has_a_comparison_of_its_own(mixed):
    """The next replacement takes a server that signs right from them: only a look that follows at once may have it."""
    steps = list(mixed.body.steps)
    for step in compared(mixed):
        following = steps[steps.index(step) + 1]
        assert later(mixed, step) == (following if following in before_verifying(mixed) else None)
    assert any(later(mixed, step) is None for step in compared(mixed))
    assert any(later(mixed, step) is not None for step in compared(mixed))


@pytest.mark.parametrize("plan", ["relaxed", "mixed"])
def test_a_comparison_never_comes_behind_the_write_that_makes_clients_verify(plan, request):
    """Nor behind another certificate or a holdout, where clients verify meanwhile."""
    planned = request.getfixturevalue(plan)
    steps = list(planned.body.steps)
    for step in compared(planned):
        taken = later(planned, step) or step
        between = steps[steps.index(step) : steps.index(taken)]
        assert not any(isinstance(each, Write) for each in between)
        if plan == "mixed":
            replaced = [
                each for each in between if isinstance(each, Console) and isinstance(each.work, ReplaceCertificate)
            ]
            assert not replaced
            assert not any(isinstance(each, Holdout) for each in between)


def test_the_look_has_the_servers_that_no_task_has_compared(relaxed):
    """A comparison that was withdrawn, or closed without dates, is left to it as well."""
    first, second, last = compared(relaxed)
    (look,) = before_verifying(relaxed)
    tasks = [
        done(first, first.work),
        done(second, second.work, dates={}),
        done(last, last.work, state=TaskState.WITHDRAWN),
    ]
    assert left_to_compare(relaxed.body.steps, look, tasks) == (second.work.server, last.work.server)


def test_a_comparison_has_those_before_it_and_its_own(relaxed):
    """Without a build to look at, the last comparison is the task: it has all three servers."""
    steps, (first, second, last) = relaxed.body.steps, compared(relaxed)
    assert left_to_compare(steps, last, ()) == (first.work.server, second.work.server, last.work.server)
    together = CompareSignedFiles(server=last.work.server, others=(first.work.server, second.work.server))
    names = [f"{name}.{server}" for name in DATES for server in (*together.others, last.work.server)]
    (look,) = before_verifying(relaxed)
    assert left_to_compare(steps, look, [done(last, together, dates=dict.fromkeys(names, "x"))]) == ()
    assert len(left_to_compare(steps, look, [done(last, together)])) == 3  # dates of one server are not those of three


def test_a_comparison_before_the_certificate_was_put_in_once_more_counts_no_more(relaxed):
    """On a way back the same server is compared again, for its other certificate."""
    first = compared(relaxed)[0]
    again = first.model_copy(update={"id": "90-signed"})
    (look,) = before_verifying(relaxed)
    steps = (*relaxed.body.steps, again, look.model_copy(update={"id": "91-look"}))
    assert first.work.server in left_to_compare(steps, steps[-1], [done(first, first.work)])
    assert first.work.server not in left_to_compare(steps, steps[-1], [done(again, again.work)])
