"""Which certificate a server presents, and whether that is the one the rotation has left it with."""

import pytest

from rotation.drift.presented import (
    Presented,
    Serves,
    certificate_drift,
    given_up,
    left_alone,
    missed,
    must_answer,
    other_certificates,
    serves,
    to_put_right,
)
from rotation.finding import warning
from rotation.plan.scope import Treatment
from rotation.plan.step import Console
from rotation.plan.work.task import ReplaceCertificate
from rotation.survey import ServedCertificate
from rotation.values import Fingerprint, ServerName


@pytest.fixture
def body(make):
    """A plan that replaces the certificates of two servers of three."""
    site = make.site("s1", "s2", "s3")
    return make.plan(site, make.group("G"), request=make.request(site, only=["s1", "s2"])).body


@pytest.fixture
def seen(make):
    """What a server presents."""

    def presents(server, fingerprint):
        return ServedCertificate(server=server, fingerprint=fingerprint, observed_at=make.t0)

    return presents


@pytest.fixture
def codes(body, seen):
    """The drift of one server that presents that certificate."""

    def found(server, fingerprint, **known):
        drifts = certificate_drift(body, [seen(server, fingerprint)], **{"swapped": (), **known})
        assert {each.subject for each in drifts} <= {server}
        return [each.code for each in drifts]

    return found


def test_former_planned_and_unknown_are_distinct(body, seen):
    """A server presents what it had, what it shall have, a third one, or nothing."""
    assert serves(body, seen("s1", "old-s1")) is Serves.FORMER
    assert serves(body, seen("s1", "new-s1")) is Serves.PLANNED
    assert serves(body, seen("s1", "new-s2")) is Serves.UNKNOWN
    assert serves(body, seen("s1", None)) is Serves.NOTHING


def test_rule_16_what_must_be_put_right_before_settings_go_back():
    """In a cancel each server must have its former certificate; in a restore the one that the plan has found in it."""
    renewed, former, unknown, silent = ((ServerName(each),) for each in ("s1", "s2", "s3", "s4"))
    seen = Presented(renewed=renewed, former=former, unknown=unknown, silent=silent)
    assert to_put_right(seen, restore=False) == ("s1", "s3")
    assert to_put_right(seen, restore=True) == ("s2", "s3")


def test_as_the_rotation_left_it_there_is_no_drift(codes):
    """Not yet swapped: the former; its turn: either; swapped: the new one. One that restarts with it is no drift."""
    assert codes("s1", "old-s1") == []
    assert codes("s1", "old-s1", due="s1") == []
    assert codes("s1", "new-s1", due="s1") == []
    assert codes("s1", "new-s1", swapped=("s1",)) == []
    assert codes("s1", None, swapped=("s1",)) == []


def test_rule_20_a_server_that_must_serve_the_former_certificate_is_missed(codes):
    """Who trusts only that one has nowhere else to go. One that is being replaced restarts."""
    assert codes("s1", None) == ["server-silent"]
    assert codes("s2", None, due="s1") == ["server-silent"]
    assert codes("s1", None, due="s1") == []
    assert codes("s3", None) == []


def test_a_way_back_does_not_wait_for_a_server_that_was_down_when_it_was_approved(make, codes):
    """Two persons read that it is down; a forward plan waits for each server, whatever was found before it."""
    plan = make.plan(make.site("s1", "s2", "s3"), make.group("G"))
    named = plan.model_copy(update={"findings": (warning("server-silent", "s1", "it answers on no port"),)})
    back = named.model_copy(update={"body": plan.body.model_copy(update={"back_from": plan.body.steps[0].id})})
    assert (given_up(named), given_up(back)) == (frozenset(), frozenset({ServerName("s1")}))
    assert codes("s1", None, given=given_up(back)) == []
    assert codes("s2", None, given=given_up(back)) == ["server-silent"]
    assert codes("s1", "third", given=given_up(back)) == ["third-certificate"]


def test_a_replacement_waits_for_the_servers_that_are_not_replaced(make):
    """Those with their former certificate, but for the one that is being replaced; in a recovery none is known."""
    body = make.plan(make.site("s1", "s2", "s3"), make.group("G")).body
    assert must_answer(body, swapped=(ServerName("s1"),), due=ServerName("s2")) == {"s3"}
    assert must_answer(body, swapped=(), due=None) == {"s1", "s2", "s3"}
    recovery = body.model_copy(update={"purpose": "recover"})
    assert must_answer(recovery, swapped=(), due=None) == frozenset()


@pytest.fixture
def alone(make, seen):
    """The servers that a plan leaves alone, and to which clients fail over; the plan is changed as is stated."""

    def found(*only, before=("s1", "s2", "s3"), listed=("s1", "s2", "s3"), old=False, up=(), due=None, **changed):
        lists = [make.server_list("Default List", *listed), make.server_list("Unused", "s1", "s2", "s3", "s4")]
        site = make.site("s1", "s2", "s3", "s4", lists=lists)
        clients = [make.client("c1", **({"build": "14.2.1.0"} if old else {}))]
        plan = make.plan(site, make.group("G"), clients=clients, request=make.request(site, only=only))
        if back := changed.pop("back", False):
            update = {"purpose": "roll-back", "back_from": plan.body.steps[0].id}
            changed["body"] = plan.body.model_copy(update=update)
        assert back or not (up or due)
        return left_alone(plan.model_copy(update=changed), site, before, [seen(each, "any") for each in up], due=due)

    return found


def test_rule_20_a_server_that_the_plan_leaves_alone_must_answer(alone):
    """Clients that fail over may trust no other one; those that answered, and that a list of theirs names."""
    assert alone("s1") == {"s2", "s3"}
    assert alone("s1", before=("s1", "s2", "s4")) == {"s2"}
    assert alone("s1", listed=("s1", "s3")) == {"s3"}
    assert alone("s1", old=True) == frozenset()
    assert alone("s1", findings=(warning("server-silent", "s2", "people go on without it"),)) == {"s3"}


def test_rule_20_on_a_way_back_it_is_missed_where_no_other_server_is_up(alone):
    """At the turn of the only server that answers: clients that have taken its new certificate have no other way."""
    assert alone("s1", back=True, up=["s1"], due="s1") == {"s2", "s3"}
    assert alone("s1", back=True, up=["s1", "s3"], due="s1") == frozenset()
    assert alone("s1", back=True, up=["s1"]) == frozenset()
    assert alone("s1", back=True) == frozenset()
    given = (warning("server-silent", "s2", "people go on without it"),)
    assert alone("s1", back=True, up=["s1"], due="s1", findings=given) == {"s3"}


def test_rule_20_the_finding_on_a_way_back_says_which_clients_are_cut_off(body, seen):
    """A server that keeps its certificate is named by what its clients lose; the others as before."""
    back, kept = body.model_copy(update={"back_from": body.steps[0].id}), {ServerName("s3")}
    (found,) = certificate_drift(back, [seen("s3", None)], swapped=(), due=ServerName("s1"), kept=kept)
    assert (found.code, found.remedy) == ("server-silent", "start s3 with the certificate and the port that it had")
    assert "a client that has taken the new certificate is cut off when the old one goes back" in found.message
    (other,) = certificate_drift(back, [seen("s2", None)], swapped=(), due=ServerName("s1"), kept=kept)
    assert other.message == "s2 must keep its certificate in use and does not answer (no answer)"


def test_a_server_that_the_plan_leaves_alone_is_missed_while_a_certificate_is_to_be_replaced(body, codes, seen):
    """Behind the last replacement nothing waits for it any more; its remedy is to start it as it was."""
    kept = {ServerName("s3")}
    assert codes("s3", None, due="s1", kept=kept) == ["server-silent"]
    assert codes("s3", None, swapped=("s1",), kept=kept) == ["server-silent"]
    assert codes("s3", None, swapped=("s1", "s2"), kept=kept) == []
    assert codes("s3", "old-s3", before={"s3": "old-s3"}, kept=kept) == []
    (found,) = certificate_drift(body, [seen("s3", None)], swapped=(), kept=kept)
    assert found.remedy == "start s3 with the certificate and the port that it had"
    waited_for = {ServerName("s1"), ServerName("s3")}
    assert missed([seen("s2", None), seen("s3", None), seen("s1", "old-s1")], waited_for) == (found,)


def test_certificate_early(codes):
    """The new certificate before its turn: an operator used the wrong server."""
    assert codes("s2", "new-s2", due="s1") == ["certificate-early"]


def test_certificate_restored(codes):
    """The former certificate after the swap: an operator put it back."""
    assert codes("s1", "old-s1", swapped=("s1",)) == ["certificate-restored"]


@pytest.mark.parametrize("known", [{}, {"due": "s1"}, {"swapped": ("s1",)}])
def test_certificate_replaced(codes, known):
    """A third certificate is drift at any time."""
    assert codes("s1", "third", **known) == ["third-certificate"]


def test_server_that_the_plan_leaves_alone(codes):
    """Its certificate must stay what it was when the plan was made; where that is not known, there is no finding."""
    assert codes("s3", "old-s3", before={"s3": "old-s3"}) == []
    assert codes("s3", "third", before={"s3": "old-s3"}) == ["third-certificate"]
    assert codes("s3", "third") == []


def test_on_the_way_back_each_certificate_is_called_what_it_is(body, seen):
    """There the old certificate is the plan's own: no remedy is to put the new one in for good, or to roll back."""
    back = body.model_copy(update={"back_from": body.steps[0].id})
    (early,) = certificate_drift(back, [seen("s2", "new-s2")], swapped=(), due=ServerName("s1"))
    (again,) = certificate_drift(back, [seen("s1", "old-s1")], swapped=(ServerName("s1"),))
    assert (early.message, early.remedy) == (
        "s2 presents its old certificate before its turn",
        "install its new certificate until then",
    )
    assert (again.message, again.remedy) == ("s1 presents its new certificate again", "install the old one again")


THIRD = (
    "SHA-256 0123456789abcdef0123, a certificate that no step of the rotation put there; expected is SHA-256 old-s1, "
    "SHA-256 new-s1: look at s1: if its certificate was replaced, install the right one; if not, another machine "
    "answers at its address: find that machine before the rotation goes on. Where the right file is gone, put the old "
    "certificate back from its recovery file: the task can be given back then, and has a new file"
)


@pytest.mark.parametrize(
    ("presented", "known", "text"),
    [
        ("old-s1", {"swapped": ("s1",)}, "its former certificate again: install the new one again, or roll back"),
        ("new-s1", {}, "its new certificate before its turn: install its former certificate until then"),
        (
            "0123456789abcdef0123",
            {"addresses": {"s1": "one.test:443"}, "due": "s1"},
            THIRD,
        ),
    ],
)
def test_the_finding_names_the_certificate(body, seen, presented, known, text):
    """It has the certificate, in full and beside the expected ones where it is unknown, and what to do."""
    (finding,) = certificate_drift(body, [seen("s1", presented)], **{"swapped": (), **known})
    message = finding.message.replace("s1 (one.test:443) presents", "s1 presents")
    assert ("one.test:443" in finding.message) == ("addresses" in known)
    assert f"{message}: {finding.remedy}" == f"s1 presents {text}"


@pytest.mark.parametrize(
    ("server", "known", "expected"),
    [
        ("s1", {}, "SHA-256 old-s1"),
        ("s1", {"due": "s1"}, "SHA-256 old-s1, SHA-256 new-s1"),
        ("s1", {"due": "s1", "swapped": ("s1",)}, "SHA-256 new-s1"),
        ("s1", {"swapped": ("s1",)}, "SHA-256 new-s1"),
        ("s3", {"before": {"s3": "old-s3"}}, "SHA-256 old-s3"),
    ],
    ids=["not its turn", "its turn", "its turn, and replaced", "replaced", "left alone"],
)
def test_an_unknown_certificate_is_held_against_the_one_that_belongs_there(body, seen, server, known, expected):
    """An operator compares what is presented with what the rotation left; a server without an address has its name."""
    (finding,) = certificate_drift(body, [seen(server, "third")], **{"swapped": (), **known})
    assert finding.message.startswith(f"{server} presents SHA-256 third, a certificate")
    assert finding.message.endswith(f"; expected is {expected}")


def test_a_server_that_does_not_answer_is_named_with_what_was_met_there(body, make):
    """The probe's error is kept where there is one; a server that a drill has stopped is started first."""

    def silent(error, **known):
        served = ServedCertificate(server=ServerName("s1"), fingerprint=None, observed_at=make.t0, error=error)
        (finding,) = certificate_drift(body, [served], swapped=(), **known)
        return finding.message, finding.remedy

    text, start = "s1 must keep its certificate in use and does not answer", "start s1 with the certificate and"
    assert silent("refused") == (f"{text} (refused)", f"{start} the port that it had")
    assert silent("", stopped=[ServerName("s2")]) == (
        f"{text} (no answer)",
        f"start s2 first, which a drill stopped, then {start} the port that it had",
    )


@pytest.mark.parametrize("known", [{"swapped": ("s1",)}, {"due": "s1"}, {"due": "s1", "swapped": ("s1",)}], ids=str)
def test_on_the_way_back_a_certificate_that_was_put_back_is_no_drift(body, seen, known):
    """It is the plan's own there: it may be in from the turn of its server on."""
    back = body.model_copy(update={"back_from": body.steps[0].id})
    assert certificate_drift(back, [seen("s1", "new-s1")], **{"swapped": (), **known}) == ()


def test_a_server_that_a_roll_back_leaves_out_may_present_what_its_steps_put_in(body, seen):
    """Its task was begun and stays in the plan, whose certificates do not name the server any more."""
    put_in, put_back = (
        Console(
            id=f"x{number}",
            number="B2-undo",
            title="",
            work=ReplaceCertificate(
                server=ServerName("s1"), fingerprint_sha256=Fingerprint(name), has_file=True, puts_back=back
            ),
        )
        for number, name, back in ((1, "new-s1", False), (2, "old-s1", True))
    )
    others = tuple(each for each in body.certificates if each.server != "s1")
    left = body.model_copy(update={"certificates": others, "steps": (*body.steps, put_in, put_back)})
    before = Fingerprint("first-s1")
    found = [serves(left, seen("s1", name), before=before) for name in ("first-s1", "new-s1", "old-s1", "third")]
    assert found == [Serves.FORMER, Serves.FORMER, Serves.FORMER, Serves.UNKNOWN]


@pytest.mark.parametrize(
    ("presented", "known", "text"),
    [
        ("old-s1", {"swapped": ("s1",)}, "its new certificate again: install the old one again"),
        ("new-s1", {}, "its old certificate before its turn: install its new certificate until then"),
    ],
)
def test_on_the_way_back_the_old_certificate_is_the_one_that_is_put_in(body, seen, presented, known, text):
    """Certificates have the names that the administrator knows, and no remedy is to roll back once more."""
    back = body.model_copy(update={"back_from": body.steps[0].id})
    (finding,) = certificate_drift(back, [seen("s1", presented)], **{"swapped": (), **known})
    assert f"{finding.message}: {finding.remedy}" == f"s1 presents {text}"


def test_a_server_that_is_silent_has_no_other_certificate(body, seen):
    """Only a certificate that is presented is another one; the one whose turn it is may have either."""
    presented = [seen("s1", "new-s1"), seen("s2", "alien"), seen("s3", "alien")]
    before = {ServerName("s3"): Fingerprint("old-s3")}
    due = other_certificates(body, presented, swapped=(), before=before, due=ServerName("s1"))
    assert [each.subject for each in due] == ["s2", "s3"]
    none_due = other_certificates(body, presented, swapped=(), before=before)
    assert [each.subject for each in none_due] == ["s1", "s2", "s3"]
    assert (
        other_certificates(body, [seen("s1", "new-s1"), seen("s2", None)], swapped=[ServerName("s1")], before={}) == ()
    )


def test_a_plan_that_is_made_while_a_server_is_down_does_not_count_on_it(make):
    """Its clients are relaxed where no second server of their list answers, and nothing waits for it."""
    site, group = make.site("s1", "s2"), make.group("G")
    survey = make.survey(site, group, silent=["s2"])
    plan = make.plan(site, group, request=make.request(site, only=["s1"]), survey=survey)
    assert {each.treatment for each in plan.body.scopes} == {Treatment.RELAX}
    assert left_alone(plan, site, survey.presented, survey.served) == frozenset()
