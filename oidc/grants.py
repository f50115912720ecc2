"""From claims to roles and sites: only what the settings name is given, and never more than each of them gives."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from oidc.errors import NoRole
from oidc.settings import OidcSettings
from rotation.identity.identity import Grant
from rotation.values import SiteId


def grant_of(claims: Mapping[str, Any], settings: OidcSettings) -> Grant:
    """All roles that the values of the claim give, for the sites that all of them give.

    A person with two roles for different sites has both for the common ones only: a role is nowhere given that the
    settings do not give there.

    Raises:
        NoRole: when no value gives a role, no site is common to all, or a robot would have a second role.
    """
    given = [settings.grants[value] for value in _values(claims, settings.roles_claim) if value in settings.grants]
    if not given:
        raise NoRole(f"no value of the claim {settings.roles_claim} gives a role here")
    roles = tuple(dict.fromkeys(role for each in given for role in each.roles))
    limited = [frozenset(each.sites) for each in given if each.sites is not None]
    sites = tuple(sorted(frozenset.intersection(*limited))) if limited else None
    try:
        return Grant(roles=roles, sites=tuple(SiteId(site) for site in sites) if sites is not None else None)
    except ValidationError:
        raise NoRole(
            f"the values of the claim {settings.roles_claim} do not go together: they have no site in common, or a "
            "robot has a second role"
        ) from None


def text_claim(claims: Mapping[str, Any], name: str) -> str | None:
    """The text of a claim; None where it is none."""
    found = _claim(claims, name)
    return found if isinstance(found, str) else None


def _values(claims: Mapping[str, Any], name: str) -> list[str]:
    found = _claim(claims, name)
    values = found if isinstance(found, list) else [found]
    return list(dict.fromkeys(value for value in values if isinstance(value, str)))


def _claim(claims: Mapping[str, Any], name: str) -> Any:
    """The claim of that very name; else the one that the words between the dots lead to."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for word in name.split("."):
        found = found.get(word) if isinstance(found, dict) else None
    return found
