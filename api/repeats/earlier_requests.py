"""What became of an earlier request with the same key, as its answer or as a problem."""

from http import HTTPStatus

from starlette.responses import Response

from api.http.problems import ProblemError
from api.parts import Parts
from api.repeats.known_operations import Keyed
from api.repeats.operations import CARRIED_OUT_AGAIN, SHOWN_ONCE
from api.repeats.request_key import KEY_HEADER, REPLAYED_HEADER
from store.kept_answers import Attempt, KeptAnswer, KeyedRequest, Unfinished


async def begun(parts: Parts, keyed: Keyed, request: KeyedRequest) -> Attempt | Response:
    """The leave to carry the request out, or the answer of the first one.

    Raises:
        ProblemError: 409, while it is carried out, when it may have had its effect, or when its answer is not kept.
        KeyReused: when the key is another request's.
    """
    resource = keyed.resource(request.path)
    found = await parts.store.kept_answers.begin(request, parts.clock(), again=keyed.path in CARRIED_OUT_AGAIN)
    match found:
        case Attempt():
            return found
        case KeptAnswer(body=None):
            raise _not_kept(keyed, found, resource)
        case KeptAnswer():
            return Response(found.body, found.status, {**found.headers, REPLAYED_HEADER: "true"})
        case Unfinished.IN_FLIGHT:
            raise ProblemError(
                HTTPStatus.CONFLICT,
                "request-in-flight",
                f"a request with this {KEY_HEADER} is being carried out",
                remedy="send the same request again in a moment: it gets the answer of the first",
                headers={"Retry-After": "2"},
            )
        case _:
            raise ProblemError(
                HTTPStatus.CONFLICT,
                "outcome-unknown",
                f"the first request with this {KEY_HEADER} was interrupted: it may have been carried out, or not",
                remedy=f"check whether it was carried out (GET {resource}); where not, send it with a new key",
            )


def _not_kept(keyed: Keyed, answer: KeptAnswer, resource: str) -> ProblemError:
    location = answer.headers.get("location", "")
    where, answered = location or resource, f"{answer.status}, {location}" if location else str(answer.status)
    once = SHOWN_ONCE.get(keyed.path)
    why = "it is shown once, and kept nowhere" if once else "it is too large to be kept"
    return ProblemError(
        HTTPStatus.CONFLICT,
        "answer-not-kept",
        f"the request was carried out and answered ({answered}); the answer is not given again: {why}",
        remedy=f"where it did not reach you, {once}" if once else f"read it: GET {where}",
        headers={"Location": where},
    )
