"""What the roles may do: the one table that every route is held against."""

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """What a person or a program is here for. One may have several."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    APPROVER = "approver"
    ADMIN = "admin"
    ROBOT = "robot"
    """A program that does console tasks. It never approves, and has no other role."""
    AUDITOR = "auditor"

    @property
    def words(self) -> str:
        """Its name as texts for people have it; with the code, which people type, where that is another."""
        return "administrator (admin)" if self is Role.ADMIN else self.value


class Permission(StrEnum):
    """What a route asks for."""

    KNOW_ITSELF = "see its own identity"
    SEE = "see sites, certificates, plans, rotations and their trail"
    SEE_TASKS = "see console tasks"
    DO_TASKS = "claim, do and give back console tasks, and take their files"
    REGISTER_SITES = "register sites"
    CONFIGURE_SITES = "set the name, the limits and the database of a site, archive it and take it back"
    RECORD = "survey sites, describe their lists, bring exports and answers of clients"
    TRUST = "trust and drop fingerprints of SEPM's certificate"
    KEEP_CERTIFICATES = "add certificates, and have new ones made, requested and ordered"
    TAKE_KEYSTORES = "have keystores made, and take them"
    DESTROY_KEYS = "destroy the private keys of certificates"
    PLAN = "make plans and play them"
    START = "start rotations and restores"
    MOVE = "hold, resume, extend, proceed, state gates, cancel, roll back, finish"
    APPROVE = "approve what another person asked for"
    READ_PAYLOADS = "look at the Temporal UI, and read payloads there"
    WRITE_PAYLOADS = "encrypt payloads, which Temporal then accepts as those of the service"
    AUDIT = "verify the audit trails, and read that of the service"
    SEE_IDENTITIES = "see who has keys"
    MANAGE_IDENTITIES = "add and revoke keys"
    MANAGE_CHANNELS = "see, set and test the channels by which people are called"


_SEES = frozenset({Permission.KNOW_ITSELF, Permission.SEE, Permission.SEE_TASKS})
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: _SEES,
    Role.OPERATOR: _SEES
    | {
        Permission.DO_TASKS,
        Permission.RECORD,
        Permission.TRUST,
        Permission.KEEP_CERTIFICATES,
        Permission.TAKE_KEYSTORES,
        Permission.PLAN,
        Permission.START,
        Permission.MOVE,
        Permission.READ_PAYLOADS,
    },
    Role.APPROVER: _SEES | {Permission.APPROVE, Permission.TRUST, Permission.READ_PAYLOADS},
    Role.ADMIN: frozenset(Permission),
    Role.ROBOT: frozenset({Permission.KNOW_ITSELF, Permission.SEE_TASKS, Permission.DO_TASKS}),
    Role.AUDITOR: _SEES | {Permission.READ_PAYLOADS, Permission.AUDIT, Permission.SEE_IDENTITIES},
}

OF_ALL_SITES = frozenset(
    {
        Permission.REGISTER_SITES,
        Permission.TAKE_KEYSTORES,
        Permission.DESTROY_KEYS,
        Permission.READ_PAYLOADS,
        Permission.WRITE_PAYLOADS,
        Permission.AUDIT,
        Permission.SEE_IDENTITIES,
        Permission.MANAGE_IDENTITIES,
        Permission.MANAGE_CHANNELS,
    }
)
"""What reaches beyond any one site: an identity that is limited to some sites may not do it, whatever its role."""


def may(roles: Iterable[Role], permission: Permission) -> bool:
    """Whether one of the roles has the permission."""
    return any(permission in PERMISSIONS[role] for role in roles)


def roles_with(permission: Permission) -> tuple[Role, ...]:
    """The roles that have it, in the order of the table."""
    return tuple(role for role, has in PERMISSIONS.items() if permission in has)
