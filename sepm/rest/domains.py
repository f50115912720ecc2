"""The domains of a site: a system administrator must look into each."""

from collections.abc import Collection

from pydantic import TypeAdapter

from sepm.rest.payloads import DomainPayload
from sepm.rest.session import Session

_DOMAINS = TypeAdapter(list[DomainPayload])


async def domain_ids(session: Session) -> tuple[str, ...]:
    """The ids of all domains; one empty text for a single one, which is then not named in requests.

    What form the `domain` of a request takes is not documented, so it is left out where it changes nothing.
    """
    return as_named([domain.id for domain in await session.get("/api/v1/domains", _DOMAINS)])


def home_of(logged_on: str, found: Collection[DomainPayload]) -> str:
    """The domain whose groups are named by their path alone: the one logged on to, or the first that a group shows."""
    listed = [domain.id for domain in found]
    return logged_on if logged_on in listed else next(iter(listed), "")


def path_within(path: str, domain: DomainPayload | None, home: str) -> str:
    """A group's path for people: all domains have a root of the same name, so another domain's name comes first."""
    return path if domain is None or domain.id == home else f"{domain.name or domain.id}: {path}"


def as_named(ids: Collection[str]) -> tuple[str, ...]:
    """`ids` of all domains as requests name them."""
    return tuple(ids) if len(ids) > 1 else ("",)
