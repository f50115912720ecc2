"""/v1/codec: Temporal's codec server. It shows the UI and the `temporal` command what encrypted payloads hold."""

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import APIRouter, Request, Response
from google.protobuf import json_format
from temporalio.api.common.v1 import Payload, Payloads

from api.http.allowed import allowed
from api.http.cross_origin import DECODE, ENCODE
from api.http.problems import ProblemError, described
from api.parts import WithParts
from engine.codec.codec import EncryptingCodec, is_encrypted, key_named_by
from engine.fault import PayloadUnreadable
from rotation.identity.identity import Principal
from rotation.identity.permission import Permission

router = APIRouter(tags=["codec"])
_log = structlog.get_logger(__name__)
_REFUSALS = described(HTTPStatus.CONFLICT)
_LONGEST = 200
_SCHEMA = {
    "type": "object",
    "properties": {
        "payloads": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "metadata": {"type": "object", "additionalProperties": {"type": "string", "format": "byte"}},
                    "data": {"type": "string", "format": "byte"},
                },
            },
        }
    },
}
_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": _SCHEMA}}}}
_Turn = Callable[[Sequence[Payload]], Awaitable[list[Payload]]]


@router.post(
    DECODE,
    response_class=Response,
    responses=_REFUSALS,
    openapi_extra=_BODY,
    dependencies=[allowed(Permission.READ_PAYLOADS)],
)
async def decode_payloads(request: Request, parts: WithParts) -> Response:
    """What encrypted payloads hold. Those that are not encrypted come back as they are."""
    return await _answer(request, parts.temporal.data_converter.payload_codec, "decoded")


@router.post(
    ENCODE,
    response_class=Response,
    responses=_REFUSALS,
    openapi_extra=_BODY,
    dependencies=[allowed(Permission.WRITE_PAYLOADS)],
)
async def encode_payloads(request: Request, parts: WithParts) -> Response:
    """Payloads encrypted, for what a person sends from the UI."""
    return await _answer(request, parts.temporal.data_converter.payload_codec, "encoded")


async def _answer(request: Request, codec: object, what: str) -> Response:
    """The payloads of the request, turned; who asked for it stands in the log before they have the answer.

    Raises:
        ProblemError: when there are no keys, no payloads, or a payload that cannot be opened.
    """
    if not isinstance(codec, EncryptingCodec):
        raise ProblemError(
            HTTPStatus.CONFLICT,
            "no-payload-keys",
            "payloads are not encrypted here: no payload keys are set",
            remedy="set ROTATOR_TEMPORAL_PAYLOAD_KEYS_FILE and start the service again",
        )
    payloads = _read(await request.body())
    turn: _Turn = codec.decode if what == "decoded" else codec.encode
    caller = _who_asks(request) | {"payloads": len(payloads)}
    try:
        turned = await turn(payloads)
    except PayloadUnreadable as fault:
        _log.warning(f"payloads were not {what}", **caller, reason=str(fault))
        # the UI asks again after an answer of 500, which would change nothing
        raise ProblemError(
            HTTPStatus.BAD_REQUEST, "payload-unreadable", str(fault), remedy="the operator of the service has the keys"
        ) from None
    keys = sorted({key_named_by(each) for each in (*payloads, *turned) if is_encrypted(each)})
    _log.info(f"payloads were {what}", **caller, keys=keys)
    answer = json_format.MessageToJson(Payloads(payloads=turned), indent=None)
    return Response(answer, media_type="application/json", headers={"Cache-Control": "no-store"})


def _read(body: bytes) -> Sequence[Payload]:
    """Payloads as protobuf writes them in JSON. What a newer Temporal may have added to one is left out."""
    try:
        return json_format.Parse(body, Payloads(), ignore_unknown_fields=True).payloads
    except (json_format.ParseError, ValueError, RecursionError):
        raise ProblemError(
            HTTPStatus.BAD_REQUEST,
            "invalid-payloads",
            'the body is no JSON of the form {"payloads": [{"metadata": {...}, "data": "..."}]}',
            remedy="send what Temporal's codec protocol asks for, in Base64",
        ) from None


def _who_asks(request: Request) -> dict[str, Any]:
    """What is known of the caller. Of what it shows, the Temporal UI names the namespace and no more."""
    principal: Principal = request.state.principal
    return {
        "who": principal.name,
        "identity": principal.id,
        "namespace": request.headers.get("x-namespace", "")[:_LONGEST],
        "origin": request.headers.get("origin", "")[:_LONGEST],
        "address": request.client.host if request.client else "",
    }
