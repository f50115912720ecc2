"""A form that is sent twice is done once, whatever becomes of the first one."""

import asyncio
from http import HTTPStatus

import pytest
from starlette.requests import Request

from api.http.problems import ProblemError
from api.pages.frame.once import redirect_once
from rotation.identity.identity import IdentityId, Principal
from rotation.identity.permission import Role

ANN = Principal(id=IdentityId("i1"), name="ann", roles=(Role.ADMIN,))
BOB = Principal(id=IdentityId("i2"), name="bob", roles=(Role.ADMIN,))
SENT = {"request_id": "once", "names": "sepm1"}


class Making:
    """Something that a form makes; it fails as often as it is made to."""

    def __init__(self, *fails: Exception) -> None:
        self.fails, self.made = list(fails), 0

    async def __call__(self) -> str:
        """Make it, slowly."""
        self.made += 1
        number = self.made
        await asyncio.sleep(0.05)
        if self.fails:
            raise self.fails.pop(0)
        return f"/made/{number}"


def sending(parts, act, sent=SENT, who=ANN):
    """The form as it is sent."""
    request = Request({"type": "http", "method": "POST", "path": "/x", "query_string": b"", "headers": []})
    return redirect_once(request, parts, who, sent, act)


async def test_two_at_once_make_one_thing(unconnected):
    """Both lead to it, and so does a third one later; another person's form and a corrected one are others."""
    act = Making()
    answers = await asyncio.gather(*(sending(unconnected, act) for _ in range(3)), sending(unconnected, act, who=BOB))
    places = [answer.headers["location"] for answer in answers]
    assert (len({*places[:3]}), len({*places}), act.made) == (1, 2, 2)
    assert (await sending(unconnected, act)).headers["location"] == places[0]
    assert (await sending(unconnected, act, SENT | {"names": "sepm2"})).headers["location"] == "/made/3"
    assert {(await sending(unconnected, act, {"names": "x"})).headers["location"] for _ in range(2)} == {
        "/made/4",
        "/made/5",
    }


async def test_what_was_refused_may_be_sent_again(unconnected):
    """A refusal has changed nothing; the next one is done."""
    act = Making(ProblemError(HTTPStatus.CONFLICT, "busy", "not now"))
    with pytest.raises(ProblemError, match="not now"):
        await sending(unconnected, act)
    assert (await sending(unconnected, act)).headers["location"] == "/made/2"


async def test_what_was_interrupted_is_not_done_again(unconnected):
    """It may have had its effect: the person looks first."""
    act = Making(RuntimeError("broken"))
    with pytest.raises(RuntimeError):
        await sending(unconnected, act)
    with pytest.raises(ProblemError, match="interrupted") as caught:
        await sending(unconnected, act)
    assert (caught.value.problem.status, act.made) == (HTTPStatus.CONFLICT, 1)
