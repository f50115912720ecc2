"""The clients of a gate by name: who is waited for, why, when each was last seen; as a table and as CSV."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.http.allowed import allowed
from api.pages.frame.csv_file import csv_file
from api.pages.frame.rendering import render_page
from api.parts import WithParts
from api.rotation.clients import list_clients
from api.rotation.live import state_now
from rotation.identity.permission import Permission
from rotation.plan.step import Holdout
from rotation.proof.reason_texts import REASONS
from rotation.proof.verdict import Reason, Verdict
from rotation.running.state import RotationState
from rotation.running.wait import Wait
from rotation.text.sentence import Sentence, sentence
from rotation.values import RotationId
from store.database.page import MOST, PageRequest

router = APIRouter(prefix="/rotations/{rotation_id}/clients", include_in_schema=False)
_VERDICTS: dict[Verdict, Sentence] = {
    Verdict.COVERED: sentence("proven"),
    Verdict.SAFE: sentence("not proven yet, and safe in the next step"),
    Verdict.WAITING: sentence("waited for"),
    Verdict.LEFT_OUT: sentence("left out by name"),
    Verdict.IMAGE: sentence("made from an image; the image is refreshed instead"),
}
_COLUMNS = ("name", "client", "verdict", "reason", "last_seen", "last_server", "serial_seen", "judged_at")


@router.get("", dependencies=[allowed(Permission.SEE)])
async def show(
    request: Request,
    rotation_id: RotationId,
    parts: WithParts,
    *,
    verdict: Verdict | None = None,
    reason: Reason | None = None,
    gate: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> HTMLResponse:
    """A page of them."""
    page = await list_clients(rotation_id, parts, PageRequest(100, cursor), verdict=verdict, reason=reason, gate=gate)
    chosen = {"verdict": verdict, "reason": reason}
    named = {name: value.value for name, value in chosen.items() if value is not None}
    more = f"?{urlencode(named | {'gate': page.gate, 'cursor': page.next})}" if page.next else ""
    # one gate that is chosen is shown as it is; else the one at which the rotation stands
    now = await state_now(parts, await parts.store.rotations.get(rotation_id)) if gate is None else None
    shown = [*([_VERDICTS[verdict]] if verdict else []), *([REASONS[reason]] if reason else [])]
    return render_page(
        request,
        "clients.html",
        rotation_id=rotation_id,
        page=page,
        chosen=shown,
        reasons=REASONS,
        more=more,
        csv=urlencode(named),
        unread=_unread(now),
        holdout=now.step if now is not None and isinstance(now.step, Holdout) else None,
    )


def _unread(now: RotationState | None) -> Wait | None:
    """The wait of the gate at which the rotation stands, where no client was read there yet."""
    return now.wait if now is not None and now.wait is not None and now.wait.reading is None else None


@router.get(".csv", dependencies=[allowed(Permission.SEE)])
async def download(
    rotation_id: RotationId, parts: WithParts, verdict: Verdict | None = None, reason: Reason | None = None
) -> Response:
    """All of them as CSV."""
    lines: list[list[str]] = []
    cursor: str | None = None
    gate: str | None = None
    while True:
        asked = PageRequest(MOST, cursor)
        page = await list_clients(rotation_id, parts, asked, verdict=verdict, reason=reason, gate=gate)
        for item in page.items:
            fields = item.model_dump(mode="json")
            lines.append([str(fields[name] if fields[name] is not None else "") for name in _COLUMNS])
        cursor, gate = page.next, page.gate
        if cursor is None:
            return csv_file(f"clients-{rotation_id}", _COLUMNS, lines)
