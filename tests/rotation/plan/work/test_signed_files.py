"""The evidence of .SIG files must show that they are newer than the certificate that was put in."""

from datetime import UTC, datetime, timedelta

import pytest

from rotation.plan.scope import OwnerScope, PlannedPair, Treatment
from rotation.plan.work.signed_files import not_signed_again, while_there
from rotation.values import GroupId, ListName, LocationId, ServerName

S1 = ServerName("s1")
SWAP = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FORMER_SEEN = SWAP - timedelta(minutes=10)
NOW = SWAP + timedelta(hours=4)
RIGHT = {"certificate": "2026-03-01T12:00:00Z", "oldest_sig": "2026-03-01T12:00:30Z"}


@pytest.mark.parametrize(
    "evidence",
    [RIGHT, RIGHT | {"oldest_sig": RIGHT["certificate"]}, RIGHT | {"certificate": " 2026-03-01T13:00:00+01:00 "}],
    ids=repr,
)
def test_files_that_are_as_new_as_the_certificate_are_taken(evidence):
    """Dates are compared as moments, with any offset from UTC."""
    assert not_signed_again(S1, evidence, not_before=FORMER_SEEN, not_after=NOW) is None


@pytest.mark.parametrize(
    ("evidence", "code", "subject"),
    [
        ({}, "signed-files-not-told", "certificate"),
        (RIGHT | {"oldest_sig": "yesterday"}, "signed-files-not-told", "oldest_sig"),
        (RIGHT | {"certificate": "2026-03-01T12:00:00"}, "signed-files-not-told", "certificate"),
        (RIGHT | {"certificate": "2026-03-01T11:49:59Z"}, "signed-files-of-another", S1),
        (RIGHT | {"oldest_sig": "2026-03-01T11:59:59Z"}, "signed-files-stale", S1),
        (RIGHT | {"oldest_sig": "2036-03-01T12:00:00Z"}, "signed-files-of-the-future", S1),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_shows_something_else_is_refused(evidence, code, subject):
    """A date without its offset, the keystore of another server, and files of the former key show nothing."""
    found = not_signed_again(S1, evidence, not_before=FORMER_SEEN, not_after=NOW)
    assert found is not None
    assert (found.code, found.subject) == (code, subject)
    assert found.remedy


def test_an_unseen_replacement_begins_at_its_certificate():
    """Where the former certificate was never seen, the keystore's own date counts."""
    assert not_signed_again(S1, RIGHT | {"certificate": "2020-01-01T00:00:00Z"}, not_before=None, not_after=NOW) is None


def owner(treatment, *secure):
    """An owner with a location for each setting of secure communications."""
    pairs = tuple(
        PlannedPair(
            location_id=LocationId(f"L{number}"),
            location_name=f"Place {number}",
            server_list=ListName("List"),
            secure_communications=each,
        )
        for number, each in enumerate(secure)
    )
    beat = timedelta(hours=1)
    return OwnerScope(
        group_id=GroupId("G"), path="G", treatment=treatment, pairs=pairs, slowest_heartbeat=beat, jitter=beat
    )


def test_rule_24_where_clients_verify_meanwhile_files_are_looked_at_before_the_server_is_left():
    """One location whose clients verify and fail over is enough; relaxed clients take what the former key signs."""
    relaxed = owner(Treatment.RELAX, True)
    text = "\n".join(each.english for each in while_there([relaxed, owner(Treatment.FAILOVER, False, True)]))
    assert [word for word in (".SIG", "keystore.jks", "publish again", "before you leave") if word not in text] == []
    assert while_there([relaxed, owner(Treatment.FAILOVER, False)]) == ()
