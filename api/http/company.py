"""The identity of a person or program that the company's log-in has named."""

from api.parts import Parts
from rotation.identity.identity import Principal
from rotation.identity.log_in import LogIn


async def principal_of(parts: Parts, log_in: LogIn) -> Principal:
    """Its principal now: an admin may have linked or barred it since.

    Raises:
        SubjectBarred, NotLinked, NameTaken: when it may not get in.
    """
    link_first = parts.log_in is not None and parts.log_in.settings.link_first
    return await parts.store.subjects.principal(log_in, parts.clock(), link_first=link_first)
