"""Who may know a certificate that was in a server for a while: clients that reported last meanwhile."""

from datetime import timedelta

import pytest

from rotation.drift.other_certificate import OtherIn, may_know_another

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def found(make):
    """What stands against a replacement, by the hours at which clients reported last; it was in from 10 to 12."""

    def names(*, ahead=timedelta(0), **hours):
        minutes = {name: (timedelta(hours=hour) + ahead) / MINUTE for name, hour in hours.items()}
        clients = [make.client(name, "H" if name == "h1" else "G", seen=at) for name, at in minutes.items()]
        site, groups = make.site("s1", "s2"), (make.group("G"), make.group("H"))
        old = make.client("d1", "H", build="14.2.1.0")
        body = make.plan(site, *groups, clients=[make.client("c1"), old]).body
        survey = make.survey(site, *groups, skew=timedelta(0), sepm_clock=make.t0 + ahead)
        other = OtherIn(since=make.at(hours=10), until=make.at(hours=12))
        return [(each.code, each.subject, each.message) for each in may_know_another(body, survey, clients, other)]

    return names


def test_rule_12b_who_reported_last_while_another_certificate_was_in_is_named(found):
    """Such a client may have learned it. One that reported before has not, and one that did since has the right one."""
    (only,) = found(before=9, early=10, late=12, since=13)
    assert only[:2] == ("other-certificate-known", "G")
    assert only[2].startswith("2 clients reported last while another certificate was in a server")
    assert only[2].endswith("EARLY, LATE")


def test_rule_12b_relaxed_clients_take_any_certificate(found):
    """Only a group that fails over is named."""
    assert found(h1=11) == []


def test_rule_12b_contacts_are_on_the_clock_of_sepm(found):
    """A clock that is hours ahead shows the same contacts hours later."""
    assert [each[2][-4:] for each in found(ahead=5 * HOUR, late=11, since=13)] == ["LATE"]
