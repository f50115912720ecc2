"""The identity of a person or program that the company's log-in has named, and of one who has a session."""

from api.parts import Parts
from rotation.identity.identity import Principal
from rotation.identity.log_in import LogIn
from store.access.key_text import KeyId
from store.access.stated_rows import IdentityAltered
from store.access.subjects import NameTaken, NotLinked, SubjectBarred


async def principal_of(parts: Parts, log_in: LogIn) -> Principal:
    """Its principal now: an admin may have linked or barred it since.

    Raises:
        SubjectBarred, NotLinked, NameTaken, IdentityAltered: when it may not get in.
    """
    link_first = parts.log_in is not None and parts.log_in.settings.link_first
    return await parts.store.subjects.principal(log_in, parts.clock(), link_first=link_first)


async def principal_of_session(parts: Parts, holder: KeyId | LogIn) -> Principal | None:
    """Who has a session, by what it was opened with; None when that opens nothing any more."""
    try:
        if isinstance(holder, LogIn):
            return await principal_of(parts, holder)
        held = await parts.store.identities.still(holder, parts.clock())
    except (SubjectBarred, NotLinked, NameTaken, IdentityAltered):
        return None
    return held.principal if held is not None else None
