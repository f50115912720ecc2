"""Until when clients may lack a list that was put right: agents of some builds take it hours or days after the policy.

A gate that is proven again rests on the policy. A look has shown the lag of a build (rule 10): the time from the policy
to the list, at most. A client whose lag is longer than a list was wrong has never taken it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from rotation.proof.list_lag import LONGEST_LAG

_CHECK_INS = 2
"""One to take the policy, and one to take the list."""


def late_until(
    now: datetime, *, since: datetime, lags: Mapping[str, timedelta], check_in: timedelta, published_within: timedelta
) -> datetime:
    """Until when clients may lack a list that was wrong a moment ago.

    Where a look has shown lags, for the longest of these; else for as long as the list was wrong, four days at most.

    Args:
        now: when the list was known to be wrong, or was found to be right again.
        since: when it was last found to be right before.
        lags: by build, the lags that looks have shown.
        check_in: the longest time between two check-ins.
        published_within: how long a server takes to publish.
    """
    lag = max(lags.values()) if lags else min(now - since, LONGEST_LAG)
    return now + lag + _CHECK_INS * check_in + published_within


def unseen_until(
    now: datetime, *, since: datetime, lags: Mapping[str, timedelta], check_in: timedelta
) -> datetime | None:
    """Until when clients may lack a list since policies have changed unseen, and lists may have been wrong.

    None where no look has shown a lag.

    Args:
        now: the time of the later look, which has found every list right.
        since: the time of the earlier one.
        lags: by build, the lags that looks have shown.
        check_in: the longest time between two check-ins.
    """
    if not lags:
        return None
    return now + min(now - since, max(lags.values())) + _CHECK_INS * check_in
