"""What a form asks is done once: the same form, sent twice, leads to what the first one has made."""

from asyncio import sleep
from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from http import HTTPStatus

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from api.http.problems import ProblemError
from api.manners.refusals import REFUSALS
from api.parts import Parts
from rotation.identity.identity import Principal
from store.database.chain import canonical
from store.kept_answers import Attempt, Earlier, KeptAnswer, KeyedRequest, Unfinished

_PLACE = "location"
_LOOKS, _PAUSE = 40, 0.25
"""How often a form that is being dealt with is looked for, and the seconds between."""


async def redirect_once(
    request: Request, parts: Parts, caller: Principal, sent: Mapping[str, str], act: Callable[[], Awaitable[str]]
) -> Response:
    """Do what a form asks, and lead to where `act` says; a form that was shown without an id is done each time.

    Raises:
        ProblemError: 409, while the first one is being done, or where it was interrupted.
    """
    if "request_id" not in sent:
        return RedirectResponse(await act(), HTTPStatus.SEE_OTHER)
    digest = sha256(canonical(dict(sent)).encode()).hexdigest()
    content = (request.method, request.url.path, digest)
    asked = KeyedRequest(caller.id, ":".join(content), content)
    match found := await _begun(parts, asked):
        case KeptAnswer():
            return RedirectResponse(found.headers[_PLACE], HTTPStatus.SEE_OTHER)
        case Attempt():
            return RedirectResponse(await _done(parts, found, act), HTTPStatus.SEE_OTHER)
        case _:
            raise _unfinished(found)


async def _begun(parts: Parts, asked: KeyedRequest) -> Attempt | Earlier:
    """The leave to do it, or what became of the first one; who presses a button twice waits for that one a while."""
    for _ in range(_LOOKS):
        found = await parts.store.kept_answers.begin(asked, parts.clock(), again=False)
        if found is not Unfinished.IN_FLIGHT:
            return found
        await sleep(_PAUSE)
    return Unfinished.IN_FLIGHT


async def _done(parts: Parts, attempt: Attempt, act: Callable[[], Awaitable[str]]) -> str:
    try:
        place = await act()
    except REFUSALS:
        await parts.store.kept_answers.forget(attempt)
        raise
    except BaseException:
        await parts.store.kept_answers.fail(attempt, parts.clock())
        raise
    await parts.store.kept_answers.answer(attempt, KeptAnswer(HTTPStatus.SEE_OTHER, {_PLACE: place}, b""))
    return place


def _unfinished(found: Unfinished) -> ProblemError:
    if found is Unfinished.IN_FLIGHT:
        reason, remedy = "the same form is being dealt with", "open the page again in a moment"
        return ProblemError(HTTPStatus.CONFLICT, "request-in-flight", reason, remedy=remedy)
    reason = "the same form was interrupted before: it may have had its effect, or not"
    remedy = "open the page again, look, and send it where it had none"
    return ProblemError(HTTPStatus.CONFLICT, "outcome-unknown", reason, remedy=remedy)
