"""The outline of a plan: what the run loop knows of it, whatever the site's size."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rotation.plan.outline import Outline, outline
from rotation.plan.plan import PlanBody
from rotation.plan.scope import OwnerScope, Treatment
from rotation.plan.step import Console, Preflight, ScopeName
from rotation.plan.work.task import RefreshImages
from rotation.proof.gate import minimum
from rotation.values import GroupId, SiteId

MINUTES = st.integers(1, 600).map(lambda number: timedelta(minutes=number))
OWNERS = st.lists(st.tuples(st.sampled_from(Treatment), st.booleans(), st.booleans(), MINUTES, MINUTES), max_size=40)


def body_of(*kinds, steps=()):
    """A plan of owners of these kinds."""
    scopes = tuple(
        OwnerScope(
            group_id=GroupId(str(number)),
            path=f"My Company\\Group {number}",
            treatment=treatment,
            pairs=(),
            slowest_heartbeat=heartbeat,
            jitter=jitter,
        )
        for number, (treatment, _, _, heartbeat, jitter) in enumerate(kinds)
    )
    return PlanBody(
        site_id=SiteId("site"),
        certificates=(),
        waves=(),
        scopes=scopes,
        canaries=tuple(GroupId(str(number)) for number, kind in enumerate(kinds) if kind[1]),
        drilled=tuple(GroupId(str(number)) for number, kind in enumerate(kinds) if kind[2]),
        publish_delay=timedelta(0),
        steps=steps,
    )


@given(OWNERS)
def test_every_wait_is_the_same_as_of_the_plan(kinds):
    """Longest and shortest heartbeat, with jitter and without, of each scope that a step can name."""
    body = body_of(*kinds)
    seen = outline(body)
    for scope in ScopeName:
        waits = [(list(each), minimum(each)) for each in (body.owners(scope), seen.owners(scope))]
        (owners, least), (scopes, same) = waits
        assert same == least
        for of in (lambda each: each.slowest_heartbeat, lambda each: each.slowest_heartbeat + each.jitter):
            assert max(map(of, scopes), default=None) == max(map(of, owners), default=None)
        assert min((each.slowest_heartbeat for each in scopes), default=None) == min(
            (each.slowest_heartbeat for each in owners), default=None
        )
        assert {each.treatment for each in scopes} == {each.treatment for each in owners}


def test_its_size_does_not_follow_the_site():
    """Three thousand owners with images of their own need no more room than three."""

    def size(owners):
        groups = tuple(f"My Company\\Kiosks {number}" for number in range(owners))
        images = Console(id="01-images", number="images", title="Refresh", work=RefreshImages(groups=groups))
        kinds = [(Treatment.RELAX, number == 0, False, timedelta(hours=1), timedelta(0)) for number in range(owners)]
        return len(outline(body_of(*kinds, steps=(images,))).model_dump_json())

    assert size(3000) == size(3) < 1000


def test_steps_are_those_of_the_plan(make):
    """Each with its id, in the same order: what is asked about the plan in the store is asked about the same step."""
    body = make.plan(make.site("s1", "s2"), make.group("G"), clients=[make.client("c1")]).body
    seen = outline(body)
    assert seen.steps == body.steps
    assert seen.step(body.steps[2].id) is seen.steps[2]
    with pytest.raises(KeyError, match="99-none"):
        seen.step("99-none")


def test_no_plan_takes_itself_up():
    """What a rotation does before it knows its plan is a step of no plan."""
    (load,) = Outline.to_load("rotate").steps
    with pytest.raises(ValidationError, match="takes up a plan"):
        body_of(steps=(Preflight(id="01-preflight", number="preflight", title="Survey"), load))
