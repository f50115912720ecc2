"""Problems as RFC 9457 describes them: what happened, about what, and what to do now."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from asgi_correlation_id import correlation_id
from fastapi.responses import JSONResponse
from pydantic import Field

from rotation.finding import Finding
from rotation.values import Value

MEDIA_TYPE = "application/problem+json"
_NAMES = {name.lower(): name for name in ("SEPM", "REST", "CA", "DNS", "SHA256", "UI")}


class Problem(Value):
    """What a refused request is answered with."""

    type: str = Field(
        description="`/problems/` and a code that programs may act upon", examples=["/problems/site-busy"]
    )
    title: str
    status: int
    detail: str
    remedy: str = Field(default="", description="What to do now")
    findings: tuple[Finding, ...] = Field(default=(), description="Every single thing that stands against it")
    request_id: str = Field(default="", description="What names this request in the log of the service")


class ProblemError(Exception):
    """A request that is refused. It is answered as a problem, and has changed nothing unless `detail` says so."""

    def __init__(
        self,
        status: HTTPStatus,
        code: str,
        detail: str,
        *,
        title: str = "",
        remedy: str = "",
        findings: Sequence[Finding] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.problem = Problem(
            type=f"/problems/{code}",
            title=title or titled(code),
            status=status,
            detail=detail,
            remedy=remedy,
            findings=tuple(findings),
        )
        self.headers = dict(headers or {})

    def response(self) -> JSONResponse:
        """The answer."""
        named = self.problem.model_copy(update={"request_id": correlation_id.get() or ""})
        content = named.model_dump(mode="json")
        return JSONResponse(content, self.problem.status, self.headers, media_type=MEDIA_TYPE)


def titled(code: str) -> str:
    """A code as people read it."""
    first, *others = code.split("-")
    written = [_NAMES.get(word, word) for word in others]
    return " ".join((_NAMES.get(first, first.capitalize()), *written))


def refused(code: str, findings: Sequence[Finding], *, status: HTTPStatus = HTTPStatus.CONFLICT) -> ProblemError:
    """A problem made of findings; its detail and remedy are theirs."""
    detail = "; ".join(f"{finding.subject}: {finding.message}" for finding in findings)
    remedies = dict.fromkeys(finding.remedy for finding in findings if finding.remedy)
    return ProblemError(status, code, detail or "it was refused", remedy="; ".join(remedies), findings=findings)


def later(code: str, detail: str, *, seconds: int, remedy: str) -> ProblemError:
    """A problem that passes: 503 with `Retry-After`."""
    return ProblemError(
        HTTPStatus.SERVICE_UNAVAILABLE, code, detail, remedy=remedy, headers={"Retry-After": str(seconds)}
    )


def too_many(code: str, detail: str, *, seconds: int, remedy: str) -> ProblemError:
    """A bound that was reached: 429 with `Retry-After`. Nothing was begun."""
    headers = {"Retry-After": str(seconds)}
    return ProblemError(HTTPStatus.TOO_MANY_REQUESTS, code, detail, remedy=remedy, headers=headers)


def described(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of these refusals."""
    return {int(status): {"model": Problem, "description": status.phrase} for status in statuses}
