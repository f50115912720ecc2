"""From the errors of SEPM's edge to failures that Temporal retries for ever, or hands to a person."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from temporalio.exceptions import ApplicationError

from engine.contract import SEPM_UNREACHABLE, ErrorType
from sepm.errors import (
    BadCredentials,
    Gone,
    NothingEntered,
    NotPermitted,
    Refused,
    SepmError,
    Throttled,
    Unauthorized,
    UntrustedCertificate,
)
from store.fault import StoreFault
from store.rotation.write_admission import WriteNotAdmitted
from store.site.fingerprints import AccessAltered
from store.site.sites import SiteArchived

_FOR_A_PERSON: tuple[tuple[type[SepmError], ErrorType], ...] = (
    (BadCredentials, ErrorType.SEPM_CREDENTIALS),
    (Unauthorized, ErrorType.SEPM_CREDENTIALS),
    (NotPermitted, ErrorType.SEPM_CREDENTIALS),
    (UntrustedCertificate, ErrorType.THIRD_CERTIFICATE),
    (Gone, ErrorType.GROUP_GONE),
    (Refused, ErrorType.SEPM_REFUSED),
    (NothingEntered, ErrorType.SEPM_REFUSED),
)
_OF_THE_STORE: dict[type[StoreFault], ErrorType] = {
    AccessAltered: ErrorType.ACCESS_ALTERED,
    SiteArchived: ErrorType.SITE_ARCHIVED,
    WriteNotAdmitted: ErrorType.WRITE_NOT_ADMITTED,
}


@contextmanager
def as_activity_failures() -> Iterator[None]:
    """Raise what only an administrator can cure as non-retryable, all else as to be tried again.

    Raises:
        ApplicationError: with the type of `ErrorType`, or `sepm-unreachable`.
    """
    try:
        yield
    except (AccessAltered, SiteArchived, WriteNotAdmitted) as fault:
        raise ApplicationError(str(fault), type=_OF_THE_STORE[type(fault)], non_retryable=True) from fault
    except SepmError as error:
        for kind, code in _FOR_A_PERSON:
            if isinstance(error, kind):
                raise ApplicationError(str(error), type=code, non_retryable=True) from error
        delay: timedelta | None = error.retry_after if isinstance(error, Throttled) else None
        raise ApplicationError(str(error), type=SEPM_UNREACHABLE, next_retry_delay=delay) from error
