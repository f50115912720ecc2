"""The first key: an admin's, made on the database itself. Who may read its keys may do everything anyway."""

from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter

from cli.language.wording import _
from cli.service.local_operator import local_operator
from cli.terminal.new_file import write_new
from rotation.identity.identity import Grant
from rotation.identity.name import IdentityName
from rotation.identity.permission import Role
from store.access.api_key import NoGrant
from store.access.identities import Identities, IdentityExists, UnknownIdentity
from store.access.key_text import KeyText
from store.settings import StoreSettings
from store.store import Store

_NAME: TypeAdapter[str] = TypeAdapter(IdentityName)


async def make_first_key(settings: StoreSettings, name: str, file: Path, *, only: bool) -> bool:
    """Write the key of an admin of all sites to a new file that its owner alone may read; it never expires.

    A file that is there beside a database without any identity, after a loss say, is kept under another name.

    Args:
        settings: where database and keys are.
        name: the admin's; one of this name who is there gets another key.
        file: where to write it.
        only: whether to make none where there is an identity. Whether one was made is the result.

    Raises:
        StoreFault: when the database or its keys cannot be used, or that name is of an identity that is no admin.
        ValueError: when it is no name.
        UnreadableError: when the file cannot be written; the key counts and is in no hands: revoke it.
    """
    name = _NAME.validate_python(name)
    store = await Store.open(settings)
    try:
        if only:
            if await store.identities.any():
                return False
            _put_aside(file)
        key = KeyText.new()
        await _keep(store.identities, name, key)
    finally:
        await store.close()
    write_new(file, f"{key.write()}\n".encode(), remedy=_("revoke key %(id)s and make another one", id=key.id))
    return True


def _put_aside(file: Path) -> None:
    if file.exists():
        file.rename(file.with_name(f"{file.name}.former"))


async def _keep(identities: Identities, name: str, key: KeyText) -> None:
    now, admin, by = datetime.now(UTC), Grant(roles=(Role.ADMIN,)), local_operator()
    try:
        held = await identities.named(name)
    except (UnknownIdentity, NoGrant) as new:
        known = isinstance(new, NoGrant)  # by the company's log-in
        await identities.add(name, admin, key, by=by, at=now, expires_at=None, another=known)
        return
    if Role.ADMIN not in held.roles or held.sites is not None:
        raise IdentityExists(_("%(name)s exists and is no admin of all sites; give another --name", name=name))
    await identities.add_key(held.id, key, by=by, at=now, expires_at=None)
