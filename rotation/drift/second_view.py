"""Another server of the site answers for it too: what stands before one REST API does not stand before another."""

from collections.abc import Iterable

from rotation.drift.site_glance import SiteGlance
from rotation.finding import Finding, blocking, some
from rotation.survey import SiteSurvey
from rotation.values import ServerName

ANSWERS_DIFFER = "answers-differ"


def contradictions(survey: SiteSurvey, other: SiteGlance, server: ServerName) -> Iterable[Finding]:
    """What another server shows otherwise than the survey has it: one of the two is stale, or the site has changed.

    All servers of a site share its database, so there is no third reason.
    """
    policies = other.policies or {}
    differ = [group.path for group in survey.groups if policies.get(group.id, group.policy_date) != group.policy_date]
    differ += [group for group in policies if survey.group(group) is None]
    lists = other.lists if other.lists is not None else survey.lists_edited
    names = survey.lists_edited.keys() | lists.keys()
    differ += [name for name in names if survey.lists_edited.get(name) != lists.get(name)]
    if differ:
        shown = ", ".join(some(sorted(differ)))
        text = (
            f"the server and SEPM's REST address show different data for {shown}: one of them is stale, or the "
            "data has just changed"
        )
        remedy = f"look for a cache or proxy in front of each of them, and check that {server} uses the same database"
        yield blocking(ANSWERS_DIFFER, server, text, remedy)
