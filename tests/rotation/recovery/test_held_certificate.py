"""Which certificate of a server clients hold, by what was seen."""

from datetime import timedelta

import pytest

from rotation.recovery.held_certificate import PresentedPeriod, clients_hold

DAY = timedelta(days=1)


@pytest.fixture
def sight(make):
    """A certificate that was presented from one day of the story to another."""

    def between(name, first, last, **fields):
        return PresentedPeriod(
            fingerprint=name, first_seen=make.t0 + first * DAY, last_seen=make.t0 + last * DAY, **fields
        )

    return between


@pytest.fixture
def hold():
    """What clients hold, with plain strings for fingerprints and no contact unless one is given."""

    def held(sights, **known):
        return clients_hold(sights, **{"heard_at": None, **known})

    return held


def test_what_was_never_seen_is_unknown(hold):
    """Without a sight and without a statement there is no answer."""
    assert hold((), presents="x", heard_at=None) is None


def test_clients_hold_what_they_were_heard_with(make, sight, hold):
    """The newest certificate with which a client was heard at the server, not one that came after the last contact."""
    sights = [sight("old", 0, 3), sight("good", 3, 9, not_after=make.at(days=99)), sight("bad", 10, 10.5)]
    held = hold(sights, presents="bad", heard_at=make.at(days=9))
    assert (held.fingerprint, held.not_after, held.last_served) == ("good", make.at(days=99), make.at(days=9))
    assert not held.is_contested
    assert hold(sights, presents="bad", heard_at=make.at(days=10, hours=2)).fingerprint == "bad"


def test_a_server_without_contacts(sight, hold):
    """Clients hold what it does not present now; where it never had another certificate, they hold that one."""
    sights = [sight("good", 0, 9), sight("bad", 10, 10.5)]
    assert hold(sights, presents="bad", heard_at=None).fingerprint == "good"
    assert hold(sights[:1], presents="good", heard_at=None).fingerprint == "good"
    assert hold(sights[:1], presents=None, heard_at=None).fingerprint == "good"


def test_what_a_rotation_has_put_in_is_no_damage(sight, hold):
    """No client need have been heard at it: the rotation's gates have seen to that. A person's statement decides."""
    sights = [sight("good", 0, 9), sight("new", 10, 10.5)]
    assert hold(sights, presents="new", put_in="new").fingerprint == "new"
    assert hold(sights, presents="new", put_in="other").fingerprint == "good"
    assert hold([*sights, sight("bad", 11, 11.5)], presents="bad", put_in="new").fingerprint == "new"
    assert hold(sights, presents="new", put_in="new", stated="good").fingerprint == "good"


def test_what_a_rotation_has_put_in_since_the_last_contact_is_held(make, sight, hold):
    """Also where the port presents another one now, or nothing: lists have named it since. A later contact decides."""
    sights = [sight("good", 0, 9), sight("new", 10, 10.5)]
    for heard_at in (None, make.at(days=5)):
        for presents in ("other", None):
            assert hold(sights, presents=presents, put_in="new", heard_at=heard_at).fingerprint == "new"
    later = [*sights, sight("other", 11, 12)]
    assert hold(later, presents="other", put_in="new", heard_at=make.at(days=11, hours=5)).fingerprint == "other"


def test_another_one_that_was_there_for_a_day_contests_it(make, sight, hold):
    """Clients may have it by other servers: it is unknown which one they hold."""
    sights = [sight("good", 0, 9), sight("bad", 10, 11)]
    assert hold(sights, presents=None, heard_at=make.at(days=8)).is_contested
    assert not hold([sights[0]], presents=None, heard_at=make.at(days=8)).is_contested


def test_a_word_read_off_a_client_decides(make, sight, hold):
    """With what is known of that certificate, or with nothing."""
    sights = [sight("good", 0, 9, not_after=make.at(days=99)), sight("bad", 10, 20)]
    read = hold(sights, presents="bad", heard_at=make.at(days=20), stated="good")
    assert (read.fingerprint, read.by_statement, read.not_after, read.is_contested) == (
        "good",
        True,
        make.at(days=99),
        False,
    )
    assert hold((), presents="bad", heard_at=None, stated="good").last_served is None
