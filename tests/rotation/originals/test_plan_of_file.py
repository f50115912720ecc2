"""What a restore knows of a rotation by the file of its originals alone."""

from rotation.originals.content import KeptOrder
from rotation.originals.plan_of_file import copies_that_may_be, is_from_file, plan_known
from rotation.plan.step import Console, ScopeName
from rotation.plan.work.task import ReorderList
from rotation.values import ListName, PlanId, ServerName

COPY = "Default List (HTTP for certificate rotation)"


def test_the_plan_says_what_goes_back(make, here, planned, originals):
    """Its pairs get back what the file says; certificates, copies and partners are the rotation's; it runs nothing."""
    plan = plan_known(originals, here, "survey", plan_id=PlanId("p"), now=make.t0)
    assert is_from_file(plan)
    assert not is_from_file(planned)
    assert {pair: (each.server_list, each.secure_communications) for pair, each in plan.body.pairs(ScopeName.ALL)} == (
        originals.goes_back()
    )
    assert [chosen.server for chosen in plan.body.certificates] == ["s1", "s2"]
    assert (plan.body.copies, plan.body.steps, plan.clients) == (planned.body.copies, (), planned.clients)
    assert plan.hash == plan.body.content_hash()
    assert plan.findings[0].code == "originals-from-file"


def test_lists_of_a_drill_have_their_order_in_it(make, here, originals):
    """It may have been changed: it is asked for."""
    order = KeptOrder(list=ListName("Default List"), order=((ServerName("s1"),), (ServerName("s2"),)))
    drilled = originals.model_copy(update={"orders": (order,)})
    plan = plan_known(drilled, here, "survey", plan_id=PlanId("p"), now=make.t0)
    (step,) = plan.body.steps
    assert isinstance(step, Console)
    assert step.work == ReorderList(list=order.list, order=order.order, restores=True)


def test_copies_that_sepm_does_not_show_are_not_there(make, here, originals):
    """Where it shows no list at all, or the copy, or a group uses it, the copy may be there."""
    plan = plan_known(originals, here, "survey", plan_id=PlanId("p"), now=make.t0)

    def may_be(*groups, **survey):
        return [copy.copy_name for copy in copies_that_may_be(plan, make.survey(here, *groups, **survey))]

    assert may_be(make.group("G")) == [COPY]
    assert may_be(make.group("G"), lists_edited={"Branch": make.t0}) == []
    assert may_be(make.group("G"), lists_edited={COPY: make.t0}) == [COPY]
    assert may_be(make.group("G", server_list=COPY), lists_edited={"Branch": make.t0}) == [COPY]
