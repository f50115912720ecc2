"""What a rotation asks, as its page shows it: the plan that a question is about, and the first of two approvals."""

from html import unescape

import pytest

from api.pages.rotation.asked_matters import asked_matters
from api.rotation.waiting import rotation_shown
from rotation.identity.permission import Role
from rotation.identity.two_persons import TwoPersonAct
from rotation.running.attention import DRIFT, LAPSED, PLAN_DIFFERS, SECOND, Attention
from rotation.running.message import Move
from rotation.running.waits.of_state import situation_of
from store.access.key_text import KeyText
from store.progress import Progress
from tests.api.identified import know
from tests.api.pages.rotation.test_held_canaries import ANN, T0, waiting


@pytest.mark.usefixtures("rotating")
async def test_an_amendment_leads_to_its_plan_and_shows_who_has_approved_it(unconnected, store, make):
    """A second person reads which plan it is and why the first one wants it; a drift that is taken asks nothing."""
    text = "a group came. The amendment is plan plan-7, hash 0123456789ab; approve it"
    asked = Attention(code=PLAN_DIFFERS, subject="site", message=text, options=(Move.APPROVE,), raised_at=T0)
    drift = Attention(code=DRIFT, subject="site", message="another list is used", raised_at=T0)
    now = waiting(None).model_copy(update={"attention": (asked, drift)})
    found = tuple(each.finding() for each in now.attention)
    await store.rotations.project("rot-1", Progress(attention=found), make.t0)
    shown = rotation_shown(unconnected, await store.rotations.get(now.rotation_id))
    plan, other = await asked_matters(unconnected, shown, now, ANN)
    assert (plan.plan, plan.wished, plan.found_at, other.plan) == ("plan-7", None, T0, "")
    assert (plan.is_only_shown, other.is_only_shown) == (False, True)
    olga = await know(store, "olga", Role.APPROVER, key=KeyText.new().write())
    content = {"rotation": now.rotation_id, "question": asked.question}
    await store.wishes.second(TwoPersonAct.AMEND, content, by=olga, why="I read it", at=unconnected.clock())
    plan, other = await asked_matters(unconnected, shown, now, ANN)
    assert plan.wished is not None
    assert (plan.wished.asked_by, plan.wished.why, other.wished) == ("olga", "I read it", None)


@pytest.mark.usefixtures("rotating")
async def test_a_drift_that_asks_nothing_is_not_what_is_waited_for(unconnected, store, make):
    """Neither by the state of the rotation nor by what the store has of it; one that asks is."""
    drift = Attention(code=DRIFT, subject="site", message="another list is used", raised_at=T0)
    for options, waits in (((), False), ((Move.RETRY,), True)):
        asked = drift.model_copy(update={"options": options})
        now = waiting(None).model_copy(update={"attention": (asked,)})
        assert [each.code for each in situation_of(now, T0).attention] == [DRIFT] * waits
        await store.rotations.project("rot-1", Progress(attention=(asked.finding(),)), make.t0)
        shown = rotation_shown(unconnected, await store.rotations.get("rot-1"))
        assert ("not as the rotation left it" in shown.waiting_for) is waits


@pytest.mark.usefixtures("rotating")
async def test_what_a_question_does_not_say_stands_below_it(reader, store, make):
    """How a second person disagrees, and how lapsed proof is read again; another question has no such line."""
    for code, line in (
        (SECOND, "If you do not agree, approve nothing"),
        (LAPSED, "the holder of the task has it read at once"),
        (DRIFT, ""),
    ):
        asked = Attention(code=code, subject="A10d", message="ann wants it", options=(Move.APPROVE,), raised_at=T0)
        await store.rotations.project("rot-1", Progress(attention=(asked.finding(),)), make.t0)
        page = unescape((await reader.get("/rotations/rot-1")).text)
        lines = "If you do not agree, approve nothing", "the holder of the task has it read at once"
        assert [each for each in lines if each in page] == ([line] if line else [])
