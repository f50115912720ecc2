"""After a recovery: who is heard again, and where."""

from datetime import timedelta

import pytest

from rotation.plan.work.task import PutCertificateBack
from rotation.proof.verdict import ClientEvidence, Reason, RosterEntry, Verdict
from rotation.recovery.returned_clients import PutBack, judge_returned, shown_at
from rotation.values import ClientId, Fingerprint, GroupId, ServerName

G = GroupId("G")


@pytest.fixture
def back(make):
    """The certificate was back at the start; before that, clients silent for thirty days were away."""
    return PutBack(since=make.t0, quiet_before=make.t0 - timedelta(days=30))


@pytest.fixture
def entry(make):
    """A client of the roster, last seen so many minutes after the certificate was back."""

    def of(name, seen, *, gone=False, server="s1", **fields):
        client = None if gone else make.client(name, seen=seen, server=server)
        return RosterEntry(id=name, name=name, group_id=G, owner=G, observed=client, **fields)

    return of


def judged(entries, back, kept=None):
    """Verdict and reason by client."""
    return {each.client: (each.verdict, each.reason) for each in judge_returned(entries, back, kept or {})}


def test_who_is_waited_for(entry, back):
    """Clients that were there before the damage and not since; none that was away already, or is left out."""
    month = -31 * 24 * 60
    entries = [
        entry("heard", 1),
        entry("at-that-moment", 0),
        entry("waiting", -5),
        entry("away", month),
        entry("never", None),
        entry("gone", 1, gone=True),
        entry("image", 1, non_persistent=True),
        entry("named", -5, left_out=True),
    ]
    assert judged(entries, back) == {
        "heard": (Verdict.COVERED, Reason.HEARD_AGAIN),
        "at-that-moment": (Verdict.WAITING, Reason.NOT_SEEN),
        "waiting": (Verdict.WAITING, Reason.NOT_SEEN),
        "away": (Verdict.SAFE, Reason.AWAY_BEFORE),
        "never": (Verdict.SAFE, Reason.AWAY_BEFORE),
        "gone": (Verdict.WAITING, Reason.VANISHED),
        "image": (Verdict.IMAGE, Reason.NON_PERSISTENT),
        "named": (Verdict.LEFT_OUT, Reason.LEFT_OUT_BY_NAME),
    }


def test_who_was_heard_stays_so(entry, back):
    """Though it is not listed any more, or its clock was set back."""
    kept = {"c": ClientEvidence(client=ClientId("c"), covered=True, reason=Reason.HEARD_AGAIN)}
    assert judged([entry("c", 1, gone=True)], back, kept) == {"c": (Verdict.COVERED, Reason.HEARD_AGAIN)}


def test_each_recovered_server_is_shown_by_a_client(entry, back):
    """A client heard there since shows what clients hold. A server at which no client was before needs none."""
    works = [
        PutCertificateBack(
            server=ServerName(name),
            fingerprint_sha256=Fingerprint("a"),
            recovery_file="z",
            recovery_sha256=Fingerprint("b"),
            heard=heard,
        )
        for name, heard in (("s1", 3), ("s2", 3), ("s3", 0))
    ]
    entries = [entry("c1", 1, server="s1"), entry("c2", -1, server="s2")]
    assert shown_at(entries, back, works, ()) == (("s1",), ("s2",))
    assert shown_at([], back, works, (ServerName("s2"),)) == (("s2",), ("s1",))
