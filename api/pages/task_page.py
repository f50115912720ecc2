"""The card of a console task: what to do step by step, its holder, its evidence; usable on a phone at the console."""

from asyncio import gather
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.http.allowed import allowed, forbidden
from api.http.authors import WithAuthor
from api.http.caller import Caller
from api.http.invalid import checked
from api.http.problems import Problem
from api.manners.refusals import REFUSALS, problem_error
from api.manners.request_ids import request_id
from api.pages.card_view import card_shown
from api.pages.evidence_fields import clients_of, evidence_of, fields, fields_of_refusals, labels_of, looked_in
from api.pages.frame.own_forms import key_of, texts_of
from api.pages.frame.refused_form import RefusedForm, refused_form
from api.pages.frame.rendering import render_page, translator_for
from api.pages.seen_now import seen_now, silent_now
from api.pages.wrong_certificate import wrong_certificate
from api.parts import Parts, WithParts
from api.repeats.request_key import RequestKey
from api.rotation.live import state_now
from api.task.task_document import ClaimRequest, DoneRequest, RefusedRequest, TaskShown
from api.task.tasks import begin_task, claim_task, finish_task, refuse_task, show_task, take_task_file
from engine.ids import rotation_workflow
from rotation.drift.presented import given_up, left_alone, must_answer
from rotation.identity.identity import Principal
from rotation.identity.permission import Permission
from rotation.originals.saving import how_to_save
from rotation.plan.work.task import WAITING, ReplaceCertificate, Work
from rotation.running.attention import GIVE_BACK, LAPSED
from rotation.running.state import RotationState
from rotation.site import Site
from rotation.standing.remedies import terminate_newest
from rotation.values import Fingerprint, ServerName, SiteId, TaskId, Value
from service.surveying import presented_when_planned

router = APIRouter(prefix="/tasks/{task_id}", include_in_schema=False)
_PENDING = "pending"
_Act = Callable[[dict[str, str], TaskId, Principal, Parts, RequestKey], Awaitable[TaskShown]]


class RefusedReport(Value):
    """Why the report of a task was refused: as a whole, and by the fields of its form."""

    form: RefusedForm
    problem: Problem

    @classmethod
    def of(cls, error: Exception, work: Work) -> "RefusedReport":
        """The refusal of a report.

        Raises:
            ProblemError: what has a page of its own, and what may still come of the report: the service is at fault.
        """
        form = refused_form(error, {each.name for each in fields(work)}, fields_of_refusals(work))
        found = problem_error(error)
        if form.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise found
        return cls(form=form, problem=found.problem.model_copy(update={"request_id": request_id()}))


@router.get("", dependencies=[allowed(Permission.SEE_TASKS)])
async def show(request: Request, task_id: TaskId, parts: WithParts, caller: Caller, pending: str = "") -> HTMLResponse:
    """The card of a task. One whose rotation is still at work on a message loads itself again."""
    page = await _card(request, task_id, parts, caller, pending=bool(pending))
    if pending:
        page.headers["Refresh"] = f"3;url=/tasks/{task_id}"
    return page


async def _card(
    request: Request,
    task_id: TaskId,
    parts: Parts,
    caller: Principal,
    *,
    pending: bool = False,
    sent: Mapping[str, str] | None = None,
    refusal: RefusedReport | None = None,
) -> HTMLResponse:
    shown: TaskShown = await show_task(task_id, parts, Response())
    work, site = shown.subject, await parts.store.sites.get(shown.site_id)
    version = await _version(parts, shown.site_id)
    saves_originals = how_to_save(shown.rotation_id)[0].english in shown.instructions
    asked = fields(work, over_rest=site.at_console is None, saves_originals=saves_originals)
    may, rotation = caller.may(Permission.DO_TASKS), await parts.store.rotations.get(shown.rotation_id)
    state = await state_now(parts, rotation) if shown.state in WAITING else None
    asked_now = [each.finding() for each in state.attention] if state is not None else rotation.attention
    wrong = (
        await wrong_certificate(
            parts,
            site,
            work,
            asked_now,
            attention=state.attention if state is not None else (),
            version=version,
            by=translator_for(request),
        )
        if isinstance(work, ReplaceCertificate)
        else None
    )
    waits, mine = may and shown.state in WAITING, may and shown.claimed_by == caller.name
    seen, silent = await gather(
        seen_now(parts, site, work if waits else None, await _former(parts, shown)),
        silent_now(parts, site, await _waited_for(parts, site, work, state) if mine else ()),
    )
    return render_page(
        request,
        "task.html",
        HTTPStatus.OK if refusal is None else refusal.form.status,
        task=shown,
        card=card_shown(shown, version, translator_for(request)),
        version=version,
        seen=seen,
        sees=caller.may(Permission.SEE),
        mine=mine,
        barred=None if may else (await forbidden(parts, caller, Permission.DO_TASKS)).problem,
        fields=asked,
        labels=labels_of(asked),
        looked=looked_in(shown.attestation),
        clients=clients_of(work),
        file=isinstance(work, ReplaceCertificate) and work.has_file,
        replaces=isinstance(work, ReplaceCertificate),
        file_taken_by=await parts.store.tasks.file_taken_by(task_id),
        silent=silent,
        wrong=wrong,
        lapsed=[each for each in asked_now if each.code == LAPSED],
        held=state if state is not None and state.held_by else None,
        turns_back=any(each.code == GIVE_BACK for each in asked_now),
        ended=parts.standings.has_ended(rotation, parts.clock()),
        restores=caller.may(Permission.START),
        terminate=_terminate(parts, shown.site_id),
        saves_originals=saves_originals,
        request_id=uuid4().hex,
        pending=pending,
        refused=refusal.form if refusal is not None else None,
        refusal=refusal.problem if refusal is not None else None,
        values=sent or {},
        now=parts.clock(),
    )


def _terminate(parts: Parts, site_id: SiteId) -> str:
    """The command that ends the rotation of a site: the Temporal UI of `rotator up` is for looking alone."""
    client = parts.temporal
    return terminate_newest(rotation_workflow(site_id), client.service_client.config.target_host, client.namespace)


async def _former(parts: Parts, task: TaskShown) -> Fingerprint | None:
    """The certificate that the plan of a replacement has its server give up."""
    if not isinstance(task.subject, ReplaceCertificate):
        return None
    plan = await parts.store.plans.get((await parts.store.rotations.get(task.rotation_id)).plan_id)
    chosen = plan.body.certificate_for(task.subject.server)
    return chosen.replaces if chosen is not None else None


async def _waited_for(parts: Parts, site: Site, work: Work, state: RotationState | None) -> frozenset[ServerName]:
    """The other servers that must answer while the certificate of a replacement is put in."""
    if not isinstance(work, ReplaceCertificate) or state is None:
        return frozenset()
    plan = await parts.store.plans.get(state.plan_id)
    # on a way back they count where no other server answers; the drift names them then
    kept = left_alone(plan, site, await presented_when_planned(parts.store, plan), ())
    return must_answer(state.outline, swapped=state.swapped, due=work.server, kept=kept) - given_up(plan)


async def _version(parts: Parts, site_id: SiteId) -> str:
    """The version of the site's SEPM, as it was surveyed last; empty where it was not."""
    newest = await parts.store.surveys.latest_complete(site_id)
    return (await parts.store.surveys.get(newest)).version if newest is not None else ""


async def _claim(_sent: dict[str, str], task_id: TaskId, caller: Principal, parts: Parts, key: RequestKey) -> TaskShown:
    return await claim_task(task_id, ClaimRequest(), caller, parts, Response(), key=key)


async def _begin(_sent: dict[str, str], task_id: TaskId, caller: Principal, parts: Parts, key: RequestKey) -> TaskShown:
    return await begin_task(task_id, ClaimRequest(), caller, parts, Response(), key=key)


async def _done(sent: dict[str, str], task_id: TaskId, caller: Principal, parts: Parts, key: RequestKey) -> TaskShown:
    work = (await parts.store.tasks.get(task_id)).work
    content = {"note": sent.get("note", ""), "evidence": evidence_of(sent, work)}
    order = DoneRequest.model_validate(content)
    return await finish_task(task_id, order, caller, parts, Response(), key=key)


async def _refused(
    sent: dict[str, str], task_id: TaskId, caller: Principal, parts: Parts, key: RequestKey
) -> TaskShown:
    order = RefusedRequest(why=sent.get("why", ""), holder=sent.get("holder"))
    return await refuse_task(task_id, order, caller, parts, Response(), key=key)


_ACTS: dict[str, _Act] = {"claim": _claim, "begin": _begin, "done": _done, "refused": _refused}


def _handler(act: _Act) -> Callable[[Request, TaskId, WithParts, Caller], Awaitable[Response]]:
    async def handler(request: Request, task_id: TaskId, parts: WithParts, caller: Caller) -> Response:
        sent = await texts_of(request)
        try:
            with checked():
                shown = await act(sent, task_id, caller, parts, key_of(request, caller, sent))
        except REFUSALS as error:
            if act is not _done:
                raise
            refusal = RefusedReport.of(error, (await parts.store.tasks.get(task_id)).work)
            return await _card(request, task_id, parts, caller, sent=sent, refusal=refusal)
        on = f"?{_PENDING}=1" if shown.pending else ""
        return RedirectResponse(f"/tasks/{task_id}{on}", HTTPStatus.SEE_OTHER)

    return handler


for _name, _act in _ACTS.items():
    router.add_api_route(
        f"/{_name}",
        _handler(_act),
        methods=["POST"],
        name=f"page_{_name}_task",
        dependencies=[allowed(Permission.DO_TASKS)],
        response_model=None,
    )


@router.post("/file", dependencies=[allowed(Permission.DO_TASKS)])
async def show_file(request: Request, task_id: TaskId, author: WithAuthor, parts: WithParts) -> HTMLResponse:
    """The file of a replacement and its password, both shown this once."""
    task = await show_task(task_id, parts, Response())  # first: behind the file nothing may fail
    return render_page(request, "file.html", task=task, file=await take_task_file(task_id, author, parts, Response()))
