"""A plan that replaces a damaged certificate points to the recovery."""

from datetime import timedelta

import pytest

from rotation.plan.refusals import PlanRefusedError
from rotation.planning.planner import make_plan
from rotation.recovery.damage import RecoveryCopy
from rotation.recovery.held_certificate import HeldByClients
from rotation.survey import ServedCertificate
from rotation.values import Fingerprint, PlanId, ServerName

HOUR = timedelta(hours=1)


@pytest.fixture
def advice(make):
    """The finding of a site's plan that points to a recovery, when s1 presents that certificate; None without one."""

    def advised(presents, *, readable=True, copies=None, **held):
        site = make.site("s1", "s2")
        seen = ServedCertificate(
            server=ServerName("s1"),
            fingerprint=presents,
            not_after=make.at(days=500) if presents and readable else None,
            observed_at=make.t0,
        )
        survey = make.survey(site, make.group("G"))
        survey = survey.model_copy(update={"served": (seen, survey.served[1])})
        known = {"fingerprint": "g" * 64, "last_served": make.t0 - HOUR, "not_after": make.at(days=400), **held}
        observed = make.observed(site, survey=survey, clients=[make.client("c1")])
        observed = observed.model_copy(update={"held": {"s1": HeldByClients(**known)}, "recovery_copies": copies or {}})
        try:
            found = make_plan(site, observed, make.request(site), plan_id=PlanId("plan"), now=make.t0).findings
        except PlanRefusedError as refused:
            found = refused.findings
        return next((finding for finding in found if finding.code == "recover-instead"), None)

    return advised


def test_a_server_that_presents_nothing_stops_the_plan_with_the_way_out(advice):
    """The command to run, and the recovery file that is known."""
    copy = RecoveryCopy(name="recovery_1.zip", sha256=Fingerprint("c" * 64), certificate=Fingerprint("g" * 64))
    found = advice(None, copies={"s1": copy})
    assert found.severity.value == "blocking"
    assert found.remedy == f"rotator recover site --file s1=recovery_1.zip; its SHA-256 is {'c' * 64}"
    assert "rotator recover site --file s1=recovery_<timestamp>.zip" in advice(None).remedy


@pytest.mark.parametrize("readable", [True, False])
def test_another_certificate_warns_and_stops_nothing(advice, readable):
    """A malformed one too: an administrator may have meant it, which the service cannot know."""
    assert advice("b" * 64, readable=readable).severity.value == "warning"


def test_no_advice_without_ground(make, advice):
    """What clients hold is presented, ended, contested, seen long ago, or they are heard with the other one."""
    assert advice("g" * 64) is None
    assert advice(None, not_after=make.t0) is None
    assert advice(None, is_contested=True) is None
    assert advice(None, last_served=make.at(days=-8)) is None
    assert advice("b" * 64, heard_at=make.at(minutes=-14)) is None
    assert advice("b" * 64, heard_at=make.at(minutes=-16)) is not None
