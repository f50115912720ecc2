"""An identity: the person or the program behind a request, whatever key it has shown."""

from typing import Annotated, NewType, Self

from pydantic import Field, model_validator

from rotation.bounds import Text
from rotation.identity.name import IdentityName
from rotation.identity.permission import OF_ALL_SITES, Permission, Role, may
from rotation.values import SiteId, Value

IdentityId = NewType("IdentityId", str)


class Grant(Value):
    """What an identity may do, and where."""

    roles: tuple[Role, ...] = Field(min_length=1, max_length=len(Role))
    sites: tuple[Annotated[SiteId, Text], ...] | None = Field(
        default=None, min_length=1, max_length=10_000, description="The only sites that it sees; null: all"
    )

    @model_validator(mode="after")
    def _robot_alone(self) -> Self:
        if Role.ROBOT in self.roles and len(set(self.roles)) > 1:
            raise ValueError("a robot does tasks only, and has no second role")
        return self


class Principal(Grant):
    """Who makes a request. It comes from a key; a token of the company's log-in would give the same."""

    id: IdentityId
    name: IdentityName

    def may(self, permission: Permission) -> bool:
        """Whether its roles and its sites let it."""
        return may(self.roles, permission) and (self.sites is None or permission not in OF_ALL_SITES)

    def sees(self, site: SiteId) -> bool:
        """Whether the site is one of its sites."""
        return self.sites is None or site in self.sites
