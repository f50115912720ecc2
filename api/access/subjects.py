"""/v1/subjects: which identity each person and program of the company's log-in is."""

from http import HTTPStatus

import structlog
from fastapi import APIRouter

from api.access.subject_document import LinkRequest, SubjectList
from api.http.allowed import allowed
from api.http.authors import WithAuthor
from api.http.problems import ProblemError, described
from api.manners.paging import AskedPage
from api.parts import WithParts
from rotation.identity.permission import Permission
from store.access.subjects import LogInSubject

router = APIRouter(tags=["access"])
_log = structlog.get_logger(__name__)


@router.get("/v1/subjects", dependencies=[allowed(Permission.SEE_IDENTITIES)])
async def list_subjects(parts: WithParts, asked: AskedPage) -> SubjectList:
    """Every subject that has logged in or was linked, and whether it is barred. Its roles come with each token."""
    page = await parts.store.subjects.page(asked)
    return SubjectList(items=page.items, next=page.cursor)


@router.post(
    "/v1/subjects",
    responses=described(HTTPStatus.CONFLICT),
    dependencies=[allowed(Permission.MANAGE_IDENTITIES)],
)
async def link_subject(order: LinkRequest, author: WithAuthor, parts: WithParts) -> LogInSubject:
    """Have a subject be an identity: of a person who has keys as well, or a new one. A bar of the subject ends."""
    issuer = order.issuer or (parts.log_in.issuer if parts.log_in is not None else None)
    if issuer is None:
        raise ProblemError(
            HTTPStatus.CONFLICT,
            "no-log-in",
            "no log-in of the company is set, so that of the subject is not known",
            remedy="name it: `issuer`, or --issuer; or set ROTATOR_OIDC_ISSUER",
        )
    subjects, at = parts.store.subjects, parts.clock()
    linked = await subjects.link(issuer, order.subject, order.name, by=author, at=at, new=order.new)
    _log.info("subject linked", subject=linked.subject, of=linked.name, identity=linked.identity, who=author.who)
    return linked


@router.delete(
    "/v1/subjects/{subject_id}",
    responses=described(HTTPStatus.NOT_FOUND),
    dependencies=[allowed(Permission.MANAGE_IDENTITIES)],
)
async def bar_subject(subject_id: str, author: WithAuthor, parts: WithParts) -> LogInSubject:
    """Refuse every token and page of a subject from the next request on, until it is linked again."""
    barred = await parts.store.subjects.bar(subject_id, author, parts.clock())
    _log.info("subject barred", subject=barred.subject, of=barred.name, identity=barred.identity, who=author.who)
    return barred
