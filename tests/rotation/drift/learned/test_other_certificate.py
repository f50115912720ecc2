"""Who may know a certificate that was in a server for a while: clients that reported last meanwhile."""

from datetime import timedelta

import pytest

from rotation.drift.learned.other_certificate import OtherIn, may_know_another
from rotation.plan.plan import LeftOut
from rotation.values import ClientId

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


GROUPS = {"h1": "A", "young": "G\\Young", "strange": "Strange"}
"""Of clients that are not in G: A is relaxed, G\\Young follows G and was born since, and Strange follows none."""


def left(name):
    """A client that two persons have left out of the plan."""
    return LeftOut(id=ClientId(name), name=name.upper(), group="G", reason="away")


@pytest.fixture
def found(make):
    """What stands against a replacement, by the hours at which clients reported last; it was in from 10 to 12."""

    def names(*, ahead=timedelta(0), skew=timedelta(0), publishing=timedelta(0), left_out=(), **hours):
        minutes = {name: (timedelta(hours=hour) + ahead) / MINUTE for name, hour in hours.items()}
        clients = [make.client(name, GROUPS.get(name, "G"), seen=at) for name, at in minutes.items()]
        site, groups = make.site("s1", "s2", publish_delay=publishing), (make.group("A"), make.group("G"))
        born = (make.group("G\\Young", inherits=True), make.group("Strange"))
        old = make.client("d1", "A", build="14.2.1.0")
        body = make.plan(site, *groups, clients=[make.client("c1"), old]).body
        body = body.model_copy(update={"left_out": tuple(left(name) for name in left_out)})
        survey = make.survey(site, *groups, *born, skew=skew, sepm_clock=make.t0 + ahead)
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
    (only,) = found(ahead=5 * HOUR, before=9, early=10, late=12, since=13)
    assert only[2].startswith("2 clients ")
    assert only[2].endswith("EARLY, LATE")


def test_rule_12b_what_the_clocks_and_the_servers_need_counts_on_both_sides(found):
    """How far the two clocks may differ, before and behind; and how long a server goes on publishing what it had."""
    (only,) = found(skew=HOUR, publishing=2 * HOUR, before=8.9, early=9, late=15, since=15.1)
    assert only[2].startswith("2 clients ")
    assert only[2].endswith("EARLY, LATE")


def test_rule_12b_clients_of_a_group_that_was_born_count_where_it_follows(found):
    """A group that follows one that fails over has its lists; a stranger has settings that no plan knows."""
    (only,) = found(young=11, strange=11)
    assert only[1] == "G"
    assert only[2].startswith("1 clients ")
    assert only[2].endswith(": YOUNG")


def test_rule_12b_who_is_left_out_by_name_is_not_waited_for(found):
    """Two persons have left the client out of the plan."""
    assert found(left_out=("c2",), c2=11) == []
