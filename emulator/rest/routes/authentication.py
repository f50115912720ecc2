"""Log-on, log-out, and who is logged on."""

import secrets
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from emulator.instants import to_ms
from emulator.rest.errors import BadArgumentError
from emulator.rest.service import Here, RestService, answer, authorise
from emulator.rest.tokens import Token
from emulator.spec import SiteSpec
from emulator.state.draws import identity

_SYSTEM_ADMINISTRATOR = 8


class Credential(BaseModel):
    """The body of a log-on. SEPM takes more than it documents, so unknown fields pass."""

    model_config = ConfigDict(extra="ignore")

    username: str
    password: str
    domain: str | None = ""


def user_token(token: Token, service: RestService) -> dict[str, Any]:
    """The answer to a log-on."""
    spec = service.simulation.spec
    administrator = identity(spec.seed, "administrator", spec.administrator)
    rights = ("reportingRights", "groupRights", "siteRights", "remoteCommandRights", "policyRights")
    return {
        "token": token.value,
        "tokenExpiration": int(token.life.total_seconds()),
        "refreshToken": token.refresh,
        "refreshTokenExpiration": int(token.refresh_life.total_seconds()),
        "username": spec.administrator,
        "fullname": "",
        "domain": service.site.domain.name,
        "domainid": service.site.domain.id,
        "adminId": administrator,
        "clientId": identity(spec.seed, "application", spec.administrator),
        "clientSecret": identity(spec.seed, "application secret", spec.administrator),
        "role": {"title": "sysadmin", "bitMask": _SYSTEM_ADMINISTRATOR},
        "permissionSet": dict.fromkeys(rights, True),
        "bannerTitle": None,
        "bannerText": None,
        "serverTime": to_ms(service.server_time()),
    }


def log_on(service: RestService, credential: Credential) -> JSONResponse:
    """A new token for a caller that gives the right credential.

    Raises:
        BadArgumentError: It is wrong.
    """
    if not _matches(credential, service.simulation.spec, service.site.domain.name):
        raise BadArgumentError("The user name, the password or the domain is wrong.")
    return answer(user_token(service.issue(), service))


def authentication_routes() -> APIRouter:
    """Routes below `/sepm/api/v1`."""
    router = APIRouter()

    @router.post("/identity/authenticate")
    async def authenticate(service: Here, credential: Credential) -> JSONResponse:
        return log_on(service, credential)

    @router.post("/identity/logout", status_code=204)
    async def logout(service: Here, token: Annotated[Token, Depends(authorise)]) -> Response:
        service.tokens.revoke(token.value)
        return Response(status_code=204)

    @router.get("/sessions/currentuser")
    async def current_user(service: Here, token: Annotated[Token, Depends(authorise)]) -> JSONResponse:
        return answer(user_token(token, service))

    return router


def oauth_routes() -> APIRouter:
    """The refresh of a token: outside `/api/v1`, and answered in another shape."""
    router = APIRouter()

    @router.api_route("/oauth/token", methods=["GET", "POST"])
    async def refresh(
        service: Here,
        grant_type: Annotated[Literal["refresh_token"], Query()],
        refresh_token: Annotated[str, Query()],
    ) -> JSONResponse:
        _ = grant_type
        token = service.refresh(refresh_token)
        return answer(
            {
                "access_token": token.value,
                "tokenExpiration": int(token.life.total_seconds()),
                "refreshToken": token.refresh,
                "refreshTokenExpiration": int(token.refresh_life.total_seconds()),
            }
        )

    return router


def _matches(credential: Credential, spec: SiteSpec, domain: str) -> bool:
    return (
        credential.username.lower() == spec.administrator.lower()
        and secrets.compare_digest(credential.password.encode("utf-8", "surrogatepass"), spec.password.encode())
        and credential.domain in {"", None, domain}
    )
