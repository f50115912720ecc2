"""Roles from claims: what the settings give, and never more."""

import pytest

from oidc.errors import NoRole
from oidc.grants import grant_of
from oidc.settings import OidcSettings
from rotation.identity.identity import Grant
from rotation.identity.permission import Role
from rotation.values import SiteId
from tests.oidc.provider import GRANTS

SETTINGS = OidcSettings(grants=GRANTS)


@pytest.mark.parametrize(
    ("values", "roles", "sites"),
    [
        (["sepm-admins"], [Role.ADMIN], None),
        ("sepm-admins", [Role.ADMIN], None),
        (["unknown", "looks", 7, None, ["sepm-admins"]], [Role.VIEWER], None),
        (["vienna"], [Role.OPERATOR], ("vienna",)),
        (["vienna", "brno"], [Role.OPERATOR, Role.APPROVER], ("vienna",)),
        (["looks", "brno", "looks"], [Role.VIEWER, Role.APPROVER], ("brno", "vienna")),
        (["sepm-admins", "vienna"], [Role.ADMIN, Role.OPERATOR], ("vienna",)),
        (["robots"], [Role.ROBOT], None),
    ],
    ids=str,
)
def test_all_roles_for_the_sites_that_all_have_in_common(values, roles, sites):
    """So no role is given at a site for which the settings do not give it."""
    found = grant_of({"roles": values}, SETTINGS)
    assert (list(found.roles), found.sites) == (roles, sites)


@pytest.mark.parametrize(
    "values", [[], None, "", {}, 7, ["unknown"], ["SEPM-ADMINS"], ["sepm-admins "], ["robots", "looks"]], ids=str
)
def test_no_role_is_a_refusal(values):
    """No value that is known, letter by letter, or a robot that would look as well."""
    with pytest.raises(NoRole):
        grant_of({"roles": values}, SETTINGS)


def test_no_site_in_common_is_a_refusal():
    """Two roles for different sites cannot be one identity's."""
    grants = {name: Grant(roles=(Role.VIEWER,), sites=(SiteId(name),)) for name in ("a", "b")}
    with pytest.raises(NoRole, match="common"):
        grant_of({"roles": ["a", "b"]}, OidcSettings(grants=grants))


@pytest.mark.parametrize(
    ("claim", "claims"),
    [
        ("realm_access.roles", {"realm_access": {"roles": ["looks"]}}),
        ("https://example.com/roles", {"https://example.com/roles": ["looks"]}),
        ("a.b", {"a.b": ["looks"], "a": {"b": ["sepm-admins"]}}),
    ],
)
def test_where_the_claim_is(claim, claims):
    """Inside another one, as Keycloak has it; a claim of that very name goes first."""
    found = grant_of(claims, OidcSettings(grants=GRANTS, roles_claim=claim))
    assert found.roles == (Role.VIEWER,)
    with pytest.raises(NoRole):
        grant_of({"realm_access": "roles"}, OidcSettings(grants=GRANTS, roles_claim="realm_access.roles"))
