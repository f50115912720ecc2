"""How a site's REST API is reached, and how that is stored: the password sealed for this place and account only."""

import hashlib
from typing import Any

from pydantic import SecretStr

from rotation.site import Site
from rotation.values import Fingerprint, Value
from store.keys.envelope import unpack
from store.keys.key_encryption import SealBroken
from store.keys.mac_key import Codes, MacKey
from store.keys.sealed import SITE_PASSWORD, subject_of
from store.keys.vault import Vault
from store.site.fingerprints import AccessAltered, pins_code


class SiteAccess(Value):
    """Where a site's REST API is, for whom, and which certificates it may present."""

    rest_url: str
    username: str
    domain: str = ""
    fingerprints: frozenset[Fingerprint] = frozenset()
    """Those that are known, and while a swap is not settled the announced ones (`rotation.trust.fingerprints`)."""
    ca_pem: str | None = None
    by_ca: bool = True
    """Whether a certificate from the CA is enough now."""


class SiteConnection(SiteAccess):
    """How a site's REST API is reached."""

    password: SecretStr


async def sealed_access(vault: Vault, mac_key: MacKey, site: Site, connection: SiteConnection) -> dict[str, Any]:
    """The columns of a site that say how it is reached. Call it before a transaction.

    Raises:
        KeyServerDown, KeyServerRefused: when the password cannot be sealed.
    """
    password, codes = connection.password.get_secret_value().encode(), await mac_key.codes()
    sealed = await vault.seal(SITE_PASSWORD, _subject(site.id, connection), password)
    return {
        "rest_url": connection.rest_url,
        "username": connection.username,
        "password_sealed": sealed,
        "domain": connection.domain,
        "ca_pem": connection.ca_pem,
        "access_code": _code(codes, site.id, connection, sealed),
        "pins_code": pins_code(codes, site, connection.fingerprints),
    }


def prove(codes: Codes, site_id: str, access: SiteAccess, sealed: bytes, code: str) -> None:
    """Nothing where address, account, domain, CA and password are those that were stored together.

    The password is not opened for it, so an API proves it too that has no key for passwords.

    Raises:
        AccessAltered: when they are not.
    """
    try:
        same = code == _code(codes, site_id, access, sealed)
    except SealBroken:
        same = False
    if not same:
        raise _altered(site_id)


async def with_password(vault: Vault, site_id: str, access: SiteAccess, sealed: bytes) -> SiteConnection:
    """The connection of a site as it is stored.

    Raises:
        AccessAltered: when address, account, domain, CA or password are not those that were stored together.
        VaultKeyWrong, KeyServerDown, KeyServerRefused: when the password cannot be read.
    """
    try:
        password = await vault.open(SITE_PASSWORD, _subject(site_id, access), sealed)
    except SealBroken:
        raise _altered(site_id) from None
    return SiteConnection(**dict(access), password=SecretStr(password.decode()))


def _code(codes: Codes, site_id: str, access: SiteAccess, sealed: bytes) -> str:
    # the body alone: a new encryption key changes how its key is wrapped
    body = hashlib.sha256(unpack(sealed).body).hexdigest()
    return codes.code("access to a site", _subject(site_id, access), body)


def _altered(site_id: str) -> AccessAltered:
    return AccessAltered(site_id, "its address, account, domain, CA or password was changed")


def _subject(site_id: str, access: SiteAccess) -> str:
    """What the site's password is bound to (`PASSWORD_BOUND`)."""
    return subject_of(site_id, access.rest_url, access.username, access.domain, access.ca_pem)
