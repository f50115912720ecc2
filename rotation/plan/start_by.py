"""By when a plan must begin, and what decides that."""

from datetime import datetime, timedelta

from rotation.span import Length
from rotation.values import ServerName, Value

LEAST_MARGIN = timedelta(days=1)
"""The least time between the end of a wait and that of a certificate that is needed until then."""


class LatestStart(Value):
    """The last moment at which a plan may begin so that no old certificate ends while it is still needed."""

    at: datetime
    """`ends`, less `takes` and `margin`."""
    server: ServerName
    """The server whose old certificate decides."""
    ends: datetime
    """When that certificate ends."""
    takes: Length
    """From the start until the certificate has been replaced, with all that is promised to clients that are away."""
    margin: Length
