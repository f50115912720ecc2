"""Old certificates put back: the same executed prefix, and a way back that has the gates which it needs (rule 15)."""

import pytest

from rotation.drift.restart import _of_server
from rotation.plan.step import Console, Gate, Holdout
from rotation.plan.work.task import DeleteList, PauseReplication, ReplaceCertificate, ResumeReplication
from rotation.procedure.rollback import Former, Reached, _ungated, roll_back
from rotation.proof.reading import Seen, gates_behind_swaps, gates_of_others, reached_no_client, rules
from rotation.values import CertificateId, Fingerprint, ServerName

S1, S2 = ServerName("s1"), ServerName("s2")


@pytest.fixture
def three(make):
    """A site of three servers, a group that fails over and one that is relaxed, and their plan: s3 is the holdout."""
    site = make.site("s1", "s2", "s3")
    groups = (make.group("G"), make.group("H"))
    clients = [make.client("c", "G"), make.client("d", "H", build="14.2.1.0")]
    plan = make.plan(
        site, *groups, clients=clients, replication_partners=("Graz",), request=make.request(site, holdout=("s3",))
    )
    return site, plan.body


@pytest.fixture
def back_from(three):
    """The way back when the plan's step of that number and wave runs, and those servers have their new certificate."""

    def make_it(number, wave, *servers, proven=None, nth=0, silent=()):
        site, body = three
        at = [i for i, step in enumerate(body.steps) if (step.number, step.wave) == (number, wave)][nth]
        done = {step.id for step in body.steps[:at]} if proven is None else set(proven)
        formers = tuple(Former(server=server) for server in servers)
        down = frozenset(map(ServerName, silent))
        return roll_back(site, body, Reached(begun=at + 1, proven=frozenset(done), formers=formers, silent=down))

    return make_it


def ahead(body):
    """The numbers of the steps of the way back."""
    ids = [step.id for step in body.steps]
    return [step.number for step in body.steps[ids.index(body.back_from) :]]


def test_clients_verify_the_old_certificate_on_the_way_back(back_from):
    """Each gate behind a check box that is put back names the certificate that clients verify there."""
    body = back_from("B3", 0, "s1", "s2", nth=1)
    titles = [step.title for step in body.steps[-len(ahead(body)) :] if step.number == "A10c" and step.kind == "gate"]
    assert titles
    assert all(title.endswith("verify the old certificate") or "old certificate: " in title for title in titles)


def test_the_executed_prefix_stays_and_the_targets_are_the_old_certificates(three, back_from):
    """What was done is kept under its ids; the certificates are turned round; the hash is another."""
    _, approved = three
    body = back_from("B3", 0, "s1", "s2", nth=1)
    prefix = body.steps[: len(body.steps) - len(ahead(body))]
    assert prefix == approved.steps[: len(prefix)]
    assert prefix[-1].number == "B3"
    assert len({step.id for step in body.steps}) == len(body.steps)
    assert {(c.server, c.fingerprint, c.replaces) for c in body.certificates} == {
        ("s1", "old-s1", "new-s1"),
        ("s2", "old-s2", "new-s2"),
    }
    assert body.content_hash() != approved.content_hash()


def test_within_a_wave_the_last_server_goes_back_first_and_a8_must_still_hold(back_from):
    """R is relaxed and that is proven: no write before; the gate that has proven it is read again at each claim."""
    body = back_from("B3", 0, "s1", "s2", nth=1)
    assert ahead(body)[:7] == ["B2-undo", "B3", "signed", "B2-undo", "B3", "signed", "look"]
    back = [step for step in body.way_back if isinstance(step, Console) and isinstance(step.work, ReplaceCertificate)]
    assert [getattr(step.work, "server", "") for step in back] == ["s2", "s1"]
    relaxed = [step.id for step in body.steps if step.number == "A8"][-1]
    assert back[0].holds == (relaxed,)
    assert back[1].holds[0] == relaxed
    assert [body.step(held).server for held in back[1].holds[1:]] == ["s2"]
    assert body.holdouts == ("s3",), "it never changed: every client knows it"


def test_a_gate_that_lost_its_proof_is_proven_again(three, back_from):
    """R is relaxed, but what A8 had proven was taken away: relaxed again, and gated, before anything goes back."""
    _, approved = three
    others = {step.id for step in approved.steps if step.number != "A8"}
    assert ahead(back_from("B3", 0, "s1", proven=others))[:4] == ["A5", "A7", "A8", "B2-undo"]


def test_when_r_was_restored_it_is_relaxed_again(back_from):
    """In the holdout no group is relaxed: the new certificates are what clients verify by."""
    assert ahead(back_from("B5", 1, "s1", "s2"))[:4] == ["A5", "A7", "A8", "B2-undo"]


def test_servers_of_the_last_wave_go_back_first_and_the_others_wait_for_who_is_away(three, back_from):
    """Who took only new certificates, and is away, still finds a server that it knows, for as long as a holdout."""
    site, _ = three
    body = back_from("B3", 1, "s1", "s2", "s3")
    assert body.waves == (("s3",), ("s2", "s1"))
    (held,) = [step for step in body.steps if isinstance(step, Holdout) and step.servers == ("s2", "s1")]
    assert (held.minimum, held.maximum) == (site.limits.holdout_minimum, site.limits.holdout_maximum)
    after = body.steps[body.steps.index(held) :]
    assert [step.number for step in after][:4] == ["B5", "A5", "A7", "A8"]
    second = next(step for step in after if isinstance(step, Console) and isinstance(step.work, ReplaceCertificate))
    assert held.id in second.holds


@pytest.mark.parametrize(
    ("silent", "waves", "holdouts"),
    [
        (("s3",), (("s2", "s1", "s3"),), ()),
        (("s2",), (("s3",), ("s1", "s2")), ("s1", "s2")),
        (("s1", "s2"), (("s3", "s2", "s1"),), ()),
        (("s1", "s2", "s3"), (("s3", "s2", "s1"),), ()),
    ],
)
def test_a_server_that_answers_nowhere_goes_back_last(back_from, silent, waves, holdouts):
    """Nothing can be put into it, and the others do not wait for it; no client can come to it in a holdout."""
    body = back_from("B3", 1, "s1", "s2", "s3", silent=silent)
    assert (body.waves, body.holdouts) == (waves, holdouts)


def test_what_the_closing_has_removed_is_made_again(back_from):
    """Copies that were deleted are made, replication and what hands out Sylink.xml are stopped, before R is relaxed."""
    body = back_from("closing", 0, "s1", "s2", "s3")
    assert ahead(body)[:4] == ["replication", "hand-outs", "A1-A4", "A5"]
    works = [step.work for step in body.steps if isinstance(step, Console)]
    kinds = [type(w) for w in works if isinstance(w, PauseReplication | ResumeReplication | DeleteList)]
    assert kinds == [PauseReplication, ResumeReplication, DeleteList] * 2


def test_what_forward_gates_have_proven_counts_no_more(three, back_from):
    """Who knows the new certificate of s1 does not get on there once the old one is back: gates since then count."""
    site, approved = three
    body = back_from("B3", 0, "s1", "s2", nth=1)
    first, second = body.swap_gates
    assert (first.server, second.server) == ("s2", "s1")
    (owner,) = [each for each in body.scopes if each.path == "G"]
    seen = Seen(site=site, body=body, swapped=(S2, S1), references={})
    assert gates_of_others(second, owner, seen) == {first.id}
    assert _of_server(S1, body, second.id) == (second.id,)
    forth = [step for step in approved.steps if isinstance(step, Gate) and step.server == "s1"]
    assert not {gate.id for gate in forth} & {gate.id for gate in body.swap_gates}


def test_a_server_that_still_has_the_new_certificate_proves_nothing_where_a_ca_is_trusted(make, back_from):
    """Clients that trust a CA get on with any certificate of it: a check-in at a server that changed is no proof."""
    ca = make.server_list("Default List", "s1", "s2", "s3", ca=True)
    site = make.site("s1", "s2", "s3", lists=[ca])
    body = back_from("B3", 0, "s1", "s2", nth=1)
    (gate, _) = body.swap_gates
    seen = Seen(site=site, body=body, swapped=(S2,), references={}, swap_seen=make.t0)
    (owner,) = [each for each in body.scopes if each.path == "G"]
    swap = rules(gate, seen)[owner.group_id].swap
    assert swap is not None
    assert swap.trusted == {"s3"}


@pytest.mark.parametrize(
    ("moments", "reached_none"),
    [
        ((-10, 5, -5), True),
        ((-4, 5, -5), False),
        ((-10, 1, -5), False),
        ((-10, 5, None), False),
        ((None, 5, -5), True),
    ],
    ids=["silent since", "reported", "may still be published", "nobody knows since when", "never seen"],
)
def test_a_certificate_has_reached_no_client_only_if_none_reported(make, three, moments, reached_none):
    """No client reports from before it went in until what was published with it is gone; a lost one may have."""
    last_seen, clock, since = moments
    site, body = three
    seen = Seen(site=site, body=body, swapped=(S1,), references={}, swap_seen=make.t0)
    clients = [make.client("c", seen=last_seen)]
    known = {"since": None if since is None else make.at(minutes=since), "seen": seen, "clock": make.at(minutes=clock)}
    assert reached_no_client(clients, **known) is reached_none
    assert not reached_no_client([*clients, None], **known)
    known["seen"] = seen.model_copy(update={"as_of": make.t0})
    assert not reached_no_client(clients, **known), "an export of before shows nobody who has reported since"


@pytest.mark.parametrize(("last_seen", "clock", "reached_none"), [(-9, 6, True), (-8, 6, False), (-9, 5, False)])
def test_clocks_apart_make_it_later_that_a_certificate_reached_no_client(make, three, last_seen, clock, reached_none):
    """Publishing takes two minutes and clocks are three apart: both are waited for, and a possible report counts."""
    site, body = three
    skew = make.at(minutes=3) - make.t0
    seen = Seen(site=site, body=body, swapped=(S1,), references={}, swap_seen=make.t0, skew=skew)
    known = {"since": make.at(minutes=-5), "seen": seen, "clock": make.at(minutes=clock)}
    assert reached_no_client([make.client("c", seen=last_seen)], **known) is reached_none


def test_an_amendment_that_would_relax_more_is_relaxed_first(three):
    """A new plan of the rest would relax R again: the gate of the former R does not count."""
    site, approved = three
    steps = approved.steps
    swap = [i for i, step in enumerate(steps) if step.number == "B2"][1]
    relaxing = next(step for step in steps if step.number == "A5")
    amended = approved.model_copy(
        update={"steps": (*steps[:swap], relaxing.model_copy(update={"id": "77-A5"}), *steps[swap:])}
    )
    proven = frozenset(step.id for step in steps[:swap])
    reached = Reached(begun=swap, proven=proven, formers=(Former(server=S1),))
    assert ahead(roll_back(site, approved, reached))[0] == "B2-undo"
    assert ahead(roll_back(site, amended, reached))[0] == "A5"
    later = approved.model_copy(
        update={"steps": (*steps[: swap + 1], relaxing.model_copy(update={"id": "77-A5"}), *steps[swap + 1 :])}
    )
    assert ahead(roll_back(site, later, reached))[0] == "B2-undo", "until that replacement R is relaxed and proven"


def test_a_certificate_that_is_back_already_is_not_waited_for_in_between(three):
    """Both are back: a gate between them could only ask to put a new one in again; the gate after both stays."""
    site, approved = three
    at = [i for i, step in enumerate(approved.steps) if step.number == "B3"][1]
    proven = frozenset(step.id for step in approved.steps[:at])
    for back, expected in (
        (True, ["B2-undo", "B2-undo", "B3", "signed"]),
        (False, ["B2-undo", "B3", "signed", "B2-undo"]),
    ):
        formers = (Former(server=S1, is_back=True), Former(server=S2, is_back=back))
        body = roll_back(site, approved, Reached(begun=at + 1, proven=proven, formers=formers))
        assert ahead(body)[:4] == expected


# -- the whole way back ------------------------------------------------------------------------------

RELAX = ["A5", "A7", "images", "A8"]
CANARIES_FIRST = ["A5", "A7", "A8", *RELAX]
RESTORE = ["A10c", "A10c", "A10d", "A10d"] * 2
BACK = ["B2-undo", "B3", "signed"]


@pytest.fixture
def mixed(make):
    """Three servers; G fails over, H with an image and K, its canary, are relaxed: in its plan s3 is the holdout."""

    def build(number, wave, *servers, keep_relaxed=False):
        site = make.site("s1", "s2", "s3")
        stuck = {"build": "14.2.1.0"}
        clients = [make.client("c", "G"), make.client("d", "H", **stuck), make.client("e", "K", **stuck)]
        clients.append(make.client("v", "H", images=True, **stuck))
        request = make.request(site, holdout=("s3",), keep_relaxed=keep_relaxed)
        body = make.plan(site, *(make.group(path) for path in "GHK"), clients=clients, request=request).body
        at = body.steps.index(body.step(make.step_of(body, number, wave)))
        proven = frozenset(step.id for step in body.steps[:at])
        formers = tuple(Former(server=server) for server in servers)
        return roll_back(site, body, Reached(begun=at + 1, proven=proven, formers=formers))

    return build


def steps_of(body, wave):
    """The numbers of the steps of the way back in a wave."""
    return [step.number for step in body.way_back if step.wave == wave]


def test_two_waves_back_relax_and_restore_around_each(mixed):
    """s3 first, then a holdout on the new certificates of the others, then they: gated; canaries verify first."""
    body = mixed("B3", 1, "s1", "s2", "s3")
    assert steps_of(body, 2) == [*BACK, "look", "images", *RESTORE]
    assert steps_of(body, 3) == ["B5", *RELAX, *BACK, *BACK, "look", "images", *RESTORE]
    assert body.holdouts == ("s2", "s1")
    gates = [step for step in body.way_back if isinstance(step, Gate) and step.number in {"A10c", "A10d"}]
    assert len(gates) == 8, "a restore is gated on the way back too"


def test_one_wave_back_leaves_the_holdout_alone(mixed):
    """s3 never changed: no client has to be waited for on a new certificate."""
    body = mixed("B5", 1, "s1", "s2")
    assert steps_of(body, 2) == [*RELAX, *BACK, *BACK, "look", "images", *RESTORE]
    assert not any(isinstance(step, Holdout) for step in body.way_back)
    assert body.holdouts == ("s3",)


def test_canaries_are_relaxed_first_where_not_all_of_r_was_relaxed_behind_the_last_write(mixed):
    """The rest of R has not shown yet that plain HTTP gets through; behind the gate for all no canary is asked."""
    assert steps_of(mixed("A8", 1, "s1", "s2"), 2)[:7] == CANARIES_FIRST
    assert steps_of(mixed("B2", 1, "s1", "s2"), 2)[:2] == BACK[:2]


def test_canaries_are_relaxed_first_where_copies_of_lists_are_made_again(mixed):
    """A copy that a person makes once more may give a port that nothing serves: it shows at the canaries."""
    body = mixed("closing", 0, "s1", "s2", "s3")
    assert [steps_of(body, 2)[:7], steps_of(body, 3)[:8]] == [CANARIES_FIRST, ["B5", *CANARIES_FIRST]]


def test_r_that_is_kept_relaxed_is_restored_at_the_end_only(mixed):
    """Relaxed once, through the holdout on the way back as through the one on the way there."""
    body = mixed("closing", 0, "s1", "s2", "s3", keep_relaxed=True)
    assert steps_of(body, 2) == [*CANARIES_FIRST, *BACK]
    assert steps_of(body, 3) == ["B5", *BACK, *BACK, "look", "images", *RESTORE]


def test_a_single_server_goes_back_by_the_numbers_of_list_a(make):
    """Its old certificate, from where it is kept; the gate after it passes when no client has heard of the new one."""
    site = make.site("s1")
    body = make.plan(site, make.group("H"), clients=[make.client("d", "H")]).body
    at = body.steps.index(body.step(make.step_of(body, "A10b")))
    former = Former(
        server=S1,
        certificate_id=CertificateId("kept"),
        has_file=True,
        recovery_file="recovery.zip",
        recovery_sha256="ab",
    )
    proven = frozenset(step.id for step in body.steps[:at])
    back = roll_back(site, body, Reached(begun=at + 1, proven=proven, formers=(former,)))
    assert steps_of(back, 1) == ["A9-undo", "A10b", "signed", "look", *RESTORE[:4]]
    swap, gate = back.way_back[:2]
    assert isinstance(swap, Console)
    assert swap.work == ReplaceCertificate(
        server=S1,
        fingerprint_sha256=Fingerprint("old-s1"),
        has_file=True,
        puts_back=True,
        recovery_file="recovery.zip",
        recovery_sha256="ab",
    )
    assert [(each.certificate_id, each.fingerprint) for each in back.certificates] == [("kept", "old-s1")]
    assert isinstance(gate, Gate)
    assert (gate.title, gate.passes_unanswered) == ("Wait until clients know the old certificate of s1", True)
    assert (back.waves, back.holdouts) == ((("s1",),), ())


def test_one_client_of_each_build_is_looked_at_before_clients_verify_again(mixed):
    """A client whose list comes days late still has the certificate that was taken out; no look comes before."""
    looks = [step.work for step in mixed("B5", 1, "s1", "s2").way_back if step.number == "look"]
    assert [(work.verifying, work.relaxed, work.failover) for work in looks] == [(True, False, False)]


def test_a_server_without_a_planned_certificate_has_nothing_to_be_put_back(three):
    """It was never replaced: a request for it is a defect, and raises an error."""
    site, approved = three
    with pytest.raises(LookupError, match="no certificate for s9"):
        roll_back(site, approved, Reached(begun=1, proven=frozenset(), formers=(Former(server=ServerName("s9")),)))


def test_a_server_that_any_list_of_a_verifying_group_offers_has_a_gate_of_its_own(make):
    """G verifies over s1 and s2, I over s3: after each of them clients could be cut off. Only s4 is left to R."""
    lists = [make.server_list("L", "s1", "s2"), make.server_list("M", "s1", "s3"), make.server_list("N", "s4")]
    site = make.site("s1", "s2", "s3", "s4", lists=lists)
    groups = [make.group("G", server_list="L"), make.group("I", server_list="M"), make.group("H", server_list="N")]
    clients = [make.client("c", "G"), make.client("i", "I"), make.client("d", "H", build="14.2.1.0")]
    approved = make.plan(site, *groups, clients=clients).body
    assert _ungated(site, approved) == {"s4"}
    forgotten = site.model_copy(update={"lists": tuple(each for each in site.lists if each.name != "M")})
    assert _ungated(forgotten, approved) == frozenset(), "of a list that nobody describes, any server may be in it"


def test_of_three_waves_the_last_one_goes_back_first(three):
    """After amendments a plan has more waves than two: who was away longest knows what was replaced last."""
    site, approved = three
    amended = approved.model_copy(update={"waves": (("s1",), ("s2",), ("s3",))})
    formers = tuple(Former(server=ServerName(name)) for name in ("s1", "s2", "s3"))
    body = roll_back(site, amended, Reached(begun=len(approved.steps), proven=frozenset(), formers=formers))
    assert body.waves == (("s3",), ("s2", "s1"))


def test_a_gate_of_the_way_back_knows_which_servers_are_still_to_come(three, back_from):
    """Clients that refuse what one of them signs are brought back by it, and not waited for before."""
    site, approved = three
    body = back_from("B3", 0, "s1", "s2", nth=1)
    begun = [step.id for step in body.steps].index(body.back_from)
    swaps = [step for step in body.steps[begun:] if isinstance(step, Gate) and step.server is not None]
    later = [
        {rule.goes_back_later for rule in rules(step, Seen(site=site, body=body, swapped=(), references={})).values()}
        for step in swaps
    ]
    assert later[0] == {frozenset({S1})}
    assert later[-1] == {frozenset()}
    shown_by = gates_behind_swaps(swaps[0], body)
    assert {server: approved.step(gate).server for server, gate in shown_by.items()} == {S1: S1}
    gate = next(step for step in approved.steps if isinstance(step, Gate) and step.server is not None)
    seen = Seen(site=site, body=approved, swapped=(), references={})
    assert {rule.goes_back_later for rule in rules(gate, seen).values()} == {frozenset()}
    assert gates_behind_swaps(gate, approved) == {}
