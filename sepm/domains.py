"""The domains of a site: a system administrator must look into each."""

from pydantic import TypeAdapter

from sepm.payloads import DomainPayload
from sepm.session import Session

_DOMAINS = TypeAdapter(list[DomainPayload])


async def domain_ids(session: Session) -> tuple[str, ...]:
    """The ids of all domains; one empty text for a single one, which is then not named in requests.

    What form the `domain` of a request takes is not documented, so it is left out where it changes nothing.
    """
    domains = await session.get("/api/v1/domains", _DOMAINS)
    return tuple(domain.id for domain in domains) if len(domains) > 1 else ("",)
