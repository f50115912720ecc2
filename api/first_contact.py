"""First contact with a site's SEPM, before anything of the site is stored."""

from datetime import timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

from api.problems import ProblemError
from sepm.access import Access, Patience
from sepm.client import SepmClient
from sepm.trust import Trust, fetch_fingerprint

_HTTPS_PORT = 443
# somebody waits for the answer, so nothing is tried twice
_PATIENCE = Patience(request_timeout=timedelta(seconds=15), read_retries=0, throttle_retries=0)


async def make_contact(access: Access, trust: Trust | None) -> Trust:
    """Check the certificate, then log on. Returns the trust that held. Without `trust` nothing is sent.

    Raises:
        ProblemError: 422 with the fingerprint that is presented, when `trust` is not given.
        SepmError: when SEPM cannot be reached, presents another certificate, or refuses the account.
    """
    if trust is None:
        raise await _untrusted(access)
    async with SepmClient(access, trust, patience=_PATIENCE) as client:
        await client.server_ids()
    return trust


async def _untrusted(access: Access) -> ProblemError:
    parts = urlsplit(access.url)
    presented = await fetch_fingerprint(parts.hostname or "", parts.port or _HTTPS_PORT)
    return ProblemError(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "trust-missing",
        f"nobody said which certificate to trust; {parts.netloc} presents SHA-256 {presented}",
        remedy="compare it with the certificate in the SEPM console; if it is the same, send it as "
        "trust.fingerprint_sha256",
    )
