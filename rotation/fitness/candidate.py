"""What the rules look at: a certificate, the time, and how long it must live."""

from datetime import datetime, timedelta

from rotation.certificate import CertificateFacts
from rotation.values import Value


class CandidateCertificate(Value):
    """A certificate that may go into a server."""

    facts: CertificateFacts
    now: datetime
    needed: timedelta
    """How long it must live from now."""
