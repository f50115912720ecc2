"""What each route asks for: one permission, and that the caller sees the site which the path names."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import Depends, Request

from api.http.problems import ProblemError
from api.parts import Parts, WithParts
from rotation.identity.identity import Principal
from rotation.identity.permission import OF_ALL_SITES, Permission, Role, may, roles_with
from rotation.values import PlanId, RotationId, SiteId, TaskId
from store.fault import StoreFault
from store.rotation.plans import UnknownPlan
from store.rotation.rotations import UnknownRotation
from store.rotation.tasks import UnknownTask
from store.site.sites import UnknownSite


@dataclass(frozen=True)
class Allowed:
    """A dependency of a route."""

    permission: Permission

    async def __call__(self, request: Request, parts: WithParts) -> None:
        """Refuse what the caller may not do.

        Raises:
            ProblemError: 403, which says who may.
            StoreFault: when the path names a site, plan, rotation or task of a site that the caller does not see. It is
                refused as one that is not there: names of sites are not for everybody.
        """
        caller: Principal = request.state.principal
        if not caller.may(self.permission):
            raise await forbidden(parts, caller, self.permission)
        await require_seen(parts, caller, request.path_params)


def allowed(permission: Permission) -> Any:
    """The dependency that each route names: `dependencies=[allowed(Permission.SEE)]`."""
    return Depends(Allowed(permission))


async def require_seen(parts: Parts, caller: Principal, named: Mapping[str, str | None]) -> None:
    """Refuse what belongs to a site that the caller does not see; `named` has ids by the names of path parameters.

    Raises:
        StoreFault: as if it were not there.
    """
    if caller.sites is None:
        return
    for name, (find, unknown) in _SITES_OF.items():
        if (subject := named.get(name)) is not None and not caller.sees(await find(parts, subject)):
            raise unknown(subject)


async def _of_plan(parts: Parts, plan: str) -> SiteId:
    return (await parts.store.plans.get(PlanId(plan))).body.site_id


async def _of_rotation(parts: Parts, rotation: str) -> SiteId:
    return (await parts.store.rotations.get(RotationId(rotation))).site_id


async def _of_task(parts: Parts, task: str) -> SiteId:
    return (await parts.store.tasks.get(TaskId(task))).site_id


async def _of_site(parts: Parts, site: str) -> SiteId:
    return (await parts.store.sites.get(SiteId(site))).id


_Find = Callable[[Parts, str], Awaitable[SiteId]]
_Unknown = Callable[[str], StoreFault]
_SITES_OF: dict[str, tuple[_Find, _Unknown]] = {
    "site_id": (_of_site, lambda site: UnknownSite(f"no site of id {site} is registered")),
    "plan_id": (_of_plan, lambda plan: UnknownPlan(f"no plan of id {plan} is kept")),
    "rotation_id": (_of_rotation, lambda rotation: UnknownRotation(f"no rotation of id {rotation} is kept")),
    "task_id": (_of_task, lambda task: UnknownTask(f"no console task of id {task} is kept")),
}


async def forbidden(parts: Parts, caller: Principal, permission: Permission) -> ProblemError:
    """403: which roles could, and who has one, where the caller may see that."""
    roles = roles_with(permission)
    role_names = " or ".join(role.words for role in roles)
    if may(caller.roles, permission) and permission in OF_ALL_SITES:
        detail = f"{caller.name} sees some sites only, and to {permission.value} takes an identity of all sites"
    else:
        role_names_here = ", ".join(role.words for role in caller.roles)
        detail = f"{caller.name} ({role_names_here}) may not {permission.value}: that takes the role {role_names}"
    remedy = f"have a person with the role {role_names} do it"
    if caller.may(Permission.SEE_IDENTITIES):
        names = ", ".join(await _names(parts, roles))
        remedy = f"have one of {names} do it" if names else "add an identity with that role (rotator key add)"
    return ProblemError(HTTPStatus.FORBIDDEN, "forbidden", detail, remedy=remedy)


async def _names(parts: Parts, roles: tuple[Role, ...]) -> tuple[str, ...]:
    return await parts.store.identities.with_role(roles)
