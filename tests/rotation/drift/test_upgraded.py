"""SEPM of another version waits for a person, who has compared ports and certificates; so does a closed HTTP port."""

import pytest

from rotation.drift.judged_drift import judge
from rotation.drift.reaction import Circumstances, Reaction, react
from rotation.drift.upgraded import HTTP_SILENT, VERSION_CHANGED, confirmed, shut, upgraded
from rotation.plan.step import Console
from rotation.plan.work.stop_drill import StopServer
from rotation.values import Fingerprint

OLD, NEW = "14.3.9816.7000", "14.3.12154.10000"


@pytest.fixture
def site(make):
    """One server and its list."""
    return make.site("s1")


@pytest.fixture
def body(make, site):
    """The plan that relaxes its only group."""
    return make.plan(site, make.group("G"), clients=[make.client("c1")]).body


@pytest.fixture
def found(make, site, body):
    """What is found at a step when SEPM was of one version and is of another now."""

    def find(now, *, then=OLD, number="A8", confirmed_versions=(), planned=None, swapped=(), **seen):
        at = next(step.id for step in body.steps if step.number == number)
        before = make.survey(site, version=then, **(planned or {}))
        after = make.survey(site, version=now, **seen)
        return upgraded(site, body, before, after, at=at, swapped=swapped, confirmed_versions=confirmed_versions)

    return find


def codes(found):
    """Their codes with what they are about."""
    return [(each.finding.code, each.finding.subject) for each in found]


def test_another_version_blocks_and_says_what_to_compare(found):
    """With every port as it was registered."""
    (drift,) = found(NEW)
    assert codes([drift]) == [(VERSION_CHANGED, "Vienna")]
    assert (drift.version, drift.unlike) == (NEW, ())
    assert OLD in drift.finding.message
    assert "s1=443/8014" in drift.finding.remedy


@pytest.mark.parametrize(
    ("now", "then", "versions"),
    [(OLD, OLD, ()), (NEW, "", ()), ("", OLD, ()), (NEW, OLD, (NEW,)), (OLD, OLD, (NEW,))],
    ids=["the same", "not known before", "not known now", "confirmed", "of another server that answers"],
)
def test_a_known_or_missing_version_is_no_change(found, now, then, versions):
    """REST gives the version of the server that answers: the planned one stays known beside a confirmed one."""
    assert found(now, then=then, confirmed_versions=versions) == ()


@pytest.mark.parametrize(
    ("number", "matters"), [("A1-A4", True), ("A9", True), ("A10c", True), ("A2-undo", False), ("closing", False)]
)
def test_it_matters_until_the_last_list_is_assigned(found, number, matters):
    """Behind the last certificate and the last assignment the rotation changes nothing that ports are needed for."""
    assert bool(found(NEW, number=number)) is matters


@pytest.mark.parametrize(("number", "wave", "matters"), [("preflight", 0, True), ("B2", 1, True), ("B3", 1, False)])
def test_where_no_list_is_assigned_it_matters_until_the_last_certificate(make, number, wave, matters):
    """Clients that fail over must find the next server, and know it."""
    site = make.site("s1", "s2")
    body = make.plan(site, make.group("G"), clients=[make.client("c1")]).body
    before, after = (make.survey(site, version=version) for version in (OLD, NEW))
    assert bool(upgraded(site, body, before, after, at=make.step_of(body, number, wave))) is matters


@pytest.mark.parametrize("number", ["A8", "A9", "A10b"])
def test_a_person_is_asked_even_where_the_rest_is_planned_again(found, body, number):
    """A plan that is made again rests on the ports as they were registered, too."""
    (drift,) = found(NEW, number=number)
    at = next(step.id for step in body.steps if step.number == number)
    assert react(drift, Circumstances(body=body, at=at)).reaction is Reaction.ASK


def test_a_version_is_not_confirmed_while_a_port_is_not_as_it_was(found):
    """A person's confirmation does not stand against what the ports show."""
    (right,) = found(NEW)
    (silent,) = found(NEW, silent=("s1",), swapped=("s1",))
    _, shut = found(NEW, http_silent=frozenset({"s1"}))
    assert confirmed([right], [NEW]) == (NEW,)
    assert confirmed([right], []) == ()
    assert [each.unlike for each in (silent, shut)] == [("s1",), ("s1",)]
    assert confirmed([silent], [NEW]) == confirmed([shut], [NEW]) == ()
    assert "s1.test:443" in silent.finding.message
    assert "HTTP port 8014" in shut.finding.message


def test_a_replaced_server_that_answers_nowhere_is_named_and_stops_no_confirmation(found):
    """It may be down for good, and nothing can be compared there; one that answers on any port can be."""
    planned = {"http_silent": frozenset({"s1"})}
    for before in ({}, planned):
        (down,) = found(NEW, planned=before, silent=("s1",), swapped=("s1",), http_silent=frozenset({"s1"}))
        assert down.unlike == ()
        assert "s1: answers on no port" in down.finding.message
        assert "do the same at s1 before its services start again" in down.finding.remedy
        assert confirmed([down], [NEW]) == (NEW,)


def test_a_server_that_comes_back_with_another_https_port_has_the_version_asked_again(found):
    """It was confirmed while the server answered nowhere; now it answers over HTTP, and not over HTTPS."""
    down = {"silent": ("s1",), "swapped": ("s1",), "confirmed_versions": (NEW,)}
    assert found(NEW, **down, http_silent=frozenset({"s1"})) == ()
    (moved,) = found(NEW, **down)
    assert (moved.unlike, confirmed([moved], [NEW])) == (("s1",), ())
    assert found(NEW, swapped=("s1",), confirmed_versions=(NEW,)) == ()


def test_a_replaced_server_whose_port_speaks_no_tls_can_be_corrected(found, make, site):
    """It answers there, and with nothing that clients take: that holds the confirmation."""
    (mute,) = make.survey(site, silent=("s1",)).served
    served = (mute.model_copy(update={"unread": True}),)
    (drift,) = found(NEW, served=served, swapped=("s1",), http_silent=frozenset({"s1"}))
    assert drift.unlike == ("s1",)
    assert "on no port" not in drift.finding.message


def test_a_server_without_a_planned_certificate_must_present_the_one_that_it_had(make):
    """A third certificate speaks against the port; of a server that presented none before, none is known."""
    site = make.site("s1", "s2")
    body = make.plan(site, make.group("G"), request=make.request(site, only=["s1"]), clients=[make.client("c1")]).body
    known, silent = (make.survey(site, version=OLD, silent=down) for down in ((), ("s1", "s2")))
    as_it_was = make.survey(site, version=NEW)
    other = tuple(each.model_copy(update={"fingerprint": Fingerprint("other")}) for each in as_it_was.served)

    def unlike(before, after):
        (drift,) = upgraded(site, body, before, after, at=make.step_of(body, "preflight"))
        return drift.unlike

    assert unlike(known, as_it_was) == ()
    assert unlike(known, as_it_was.model_copy(update={"served": other})) == ("s1", "s2")
    assert unlike(silent, as_it_was.model_copy(update={"served": other})) == ()


def test_a_replaced_server_that_a_drill_has_stopped_is_not_waited_for(make):
    """The drill took it away just then; behind the drill it must answer as before."""
    site = make.site("s1", "s2", "s3")
    request = make.request(site, drill_stop=True)
    body = make.plan(site, make.group("G"), clients=[make.client("c1")], request=request).body
    server = next(
        step.work.server for step in body.steps if isinstance(step, Console) and isinstance(step.work, StopServer)
    )
    before, after = make.survey(site, version=OLD), make.survey(site, version=NEW, silent=(server,))
    unlike = [
        upgraded(site, body, before, after, at=make.step_of(body, number), swapped=(server,))[0].unlike
        for number in ("drill", "B3")
    ]
    assert unlike == [(), (server,)]


def test_a_server_that_is_down_before_its_turn_does_not_hold_the_word(found):
    """Rule 20 names it, and offers an end without it; of one that is given up nothing is waited for."""
    (drift,) = found(NEW, silent=("s1",))
    assert drift.unlike == ()


def test_a_server_that_did_not_answer_before_is_not_waited_for(found):
    """What was so when the plan was made is no sign of the upgrade."""
    was_silent = {"silent": ("s1",), "http_silent": frozenset({"s1"})}
    (drift,) = found(NEW, planned=was_silent, **was_silent)
    assert drift.unlike == ()


@pytest.mark.parametrize(
    ("number", "seen", "blocks"),
    [
        ("A1-A4", {"http_silent": frozenset({"s1"})}, True),
        ("A1-A4", {"http_silent": frozenset({"s1"}), "silent": ("s1",)}, False),
        ("A2-undo", {"http_silent": frozenset({"s1"})}, False),
    ],
    ids=["before clients are relaxed", "the whole server is down", "clients have their own list again"],
)
def test_a_closed_http_port_stops_the_relaxation(found, number, seen, blocks):
    """Whatever the version says. Of a server that is down `server-silent` tells."""
    assert codes(found(OLD, number=number, **seen)) == ([(HTTP_SILENT, "s1")] if blocks else [])


@pytest.mark.parametrize("number", ["A7", "A8", "A10c", "A10d"])
def test_a_closed_http_port_of_relaxed_clients_is_shown_and_stops_nothing(found, body, number):
    """They are silent until it is open. To stand still would open no port, and the gates wait for the clients."""
    (drift,) = found(OLD, number=number, http_silent=frozenset({"s1"}))
    at = next(step.id for step in body.steps if step.number == number)
    judged = judge(drift, Circumstances(body=body, at=at)).named
    assert (judged.code, judged.matters, judged.blocks) == (HTTP_SILENT, True, False)
    assert "relaxed clients cannot reach it until it listens there again" in judged.message
    assert drift.finding.remedy == "make s1 listen there again"


def test_a_closed_http_port_is_shown_until_each_group_is_given_its_own_list(make, site, body):
    """Still at the gate before that and while it is assigned, also in a later wave; not at the gate behind it."""
    shut = make.survey(site, http_silent=frozenset({"s1"}))

    def shows(plan, at):
        return codes(upgraded(site, plan, make.survey(site), shut, at=at)) == [(HTTP_SILENT, "s1")]

    *_, verifying, assigning, returned = [step.id for step in body.steps if step.number in {"A10c", "A10d"}]
    assert [shows(body, at) for at in (verifying, assigning, returned)] == [True, True, False]
    relaxing = [step.model_copy(update={"id": f"again-{step.id}"}) for step in body.steps if step.number[0] == "A"]
    twice = body.model_copy(update={"steps": (*body.steps[:-1], *relaxing, body.steps[-1])})
    assert [shows(twice, f"again-{at}") for at in (verifying, assigning, returned)] == [True, True, False]
    back = body.model_copy(update={"steps": tuple(step for step in body.steps if step.number not in {"A5", "A7"})})
    assert [shows(back, at) for at in (assigning, returned)] == [True, False], "a restore assigns lists once"


def test_a_closed_port_is_named_with_its_server(site):
    """In the words of every text about it."""
    assert shut(site.servers[0]) == "s1 does not answer on its HTTP port 8014"


def test_where_canaries_go_first_a_closed_port_is_shown_until_the_rest_has_its_list(make):
    """The canaries have their own list before: the rest is relaxed still."""
    site, groups = make.site("s1"), [make.group("G"), make.group("H"), make.group("I")]
    clients = [make.client(f"c{each.path}", each.path) for each in groups]
    body = make.plan(site, *groups, clients=clients).body
    before, after = make.survey(site), make.survey(site, http_silent=frozenset({"s1"}))
    steps = [step.id for step in body.steps if step.number == "A10d"]
    found = [codes(upgraded(site, body, before, after, at=step)) for step in steps]
    assert found == [[(HTTP_SILENT, "s1")]] * 3 + [[]], "the gate behind the last assignment comes after all of them"
