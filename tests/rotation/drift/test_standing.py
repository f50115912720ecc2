"""What the site must show at each step: as recorded, relaxed, or one of both while it is being changed."""

import pytest

from rotation.drift.standing import ExpectedSettings, last_write, relaxed, standing
from rotation.plan.step import SettingField

LIST = "Default List"
COPY = "Default List (HTTP for certificate rotation)"


@pytest.fixture
def body(make):
    """A plan in which G fails over and H is relaxed around each of two waves."""
    clients = [make.client("c1"), make.client("d1", "H", build="14.2.1.0")]
    return make.plan(make.site("s1", "s2"), make.group("G"), make.group("H"), clients=clients).body


@pytest.fixture
def shown(make, body):
    """What H and G may show at the step of that number, in its first or second wave."""

    def at(number, wave=0):
        left = standing(body, make.step_of(body, number, wave))
        of_group = {pair.group_id: each for pair, each in left.items()}
        relaxed, failover = of_group[make.id_of("H")], of_group[make.id_of("G")]
        assert failover == ExpectedSettings.model_validate({"server_lists": {LIST}, "secure_communications": {True}}), (
            "G is never changed"
        )
        return set(relaxed.server_lists), set(relaxed.secure_communications)

    return at


@pytest.mark.parametrize("wave", [0, 1])
def test_each_wave_relaxes_and_restores(shown, wave):
    """A5 and A7 relax, A10c and A10d restore; a setting that is being changed may show both."""
    assert shown("A5", wave) == ({LIST, COPY}, {True})
    assert shown("A7", wave) == ({COPY}, {True, False})
    assert shown("A8", wave) == ({COPY}, {False})
    assert shown("B2", wave) == ({COPY}, {False})
    assert shown("A10c", wave) == ({COPY}, {True, False})
    assert shown("A10d", wave) == ({LIST, COPY}, {True})


def test_outside_the_waves_everything_is_as_recorded(shown):
    """Before the first change, in the holdout, and at the end."""
    for number, wave in (("preflight", 0), ("B5", 1), ("recheck", 1), ("closing", 0)):
        assert shown(number, wave) == ({LIST}, {True})


def test_pair_that_is_relaxed_already_never_changes(make):
    """Over HTTP and unverified from the start, a pair shows the same at every step."""
    site = make.site("s1", lists=[make.server_list(LIST, "s1", http=True)])
    body = make.plan(site, make.group("G", secure=False)).body
    assert {str(standing(body, step.id)) for step in body.steps} == {str(standing(body, body.steps[0].id))}


def test_the_last_write_is_the_one_that_counts(make, body):
    """At the swap it is A7 of its wave, at the end A10c; a group that fails over was never written."""
    failover, relaxed = sorted(body.scopes, key=lambda owner: owner.path)
    field = SettingField.SECURE_COMMUNICATIONS

    def written(number, wave, owner):
        step = last_write(body, make.step_of(body, number, wave), field, owner)
        return (step.number, step.wave) if step else None

    assert written("B2", 1, relaxed) == ("A7", 1)
    assert written("closing", 0, relaxed) == ("A10c", 1)
    assert written("preflight", 0, relaxed) is None
    assert written("closing", 0, failover) is None


def test_what_an_amendment_takes_along_shows_its_own_list_until_it_is_relaxed(make, body):
    """The prefix has relaxed H, and the steps ahead do so again: what came since is not drift before them."""
    at = make.step_of(body, "A8")
    relaxing = [step for step in body.steps if step.number in {"A5", "A7"} and step.wave == 0]
    index = next(index for index, step in enumerate(body.steps) if step.id == at) + 1
    again = tuple(step.model_copy(update={"id": f"again-{step.id}"}) for step in relaxing)
    amended = body.model_copy(update={"steps": (*body.steps[:index], *again, *body.steps[index:])})
    left = {pair.group_id: each for pair, each in standing(amended, at).items()}[make.id_of("H")]
    assert (set(left.server_lists), set(left.secure_communications)) == ({LIST, COPY}, {True, False})
    left = {pair.group_id: each for pair, each in standing(amended, again[0].id).items()}[make.id_of("H")]
    assert set(left.server_lists) == {LIST, COPY}
    left = {pair.group_id: each for pair, each in standing(amended, again[-1].id).items()}[make.id_of("H")]
    assert (set(left.server_lists), set(left.secure_communications)) == ({COPY}, {True, False})


def test_the_rest_is_untouched_while_the_canaries_go_first(make):
    """Only the canary may show its copy before its gate; a repair is held against the step that wrote it."""
    clients = [make.client("c1", "H"), make.client("d1"), make.client("d2")]
    body = make.plan(make.site("s1"), make.group("G"), make.group("H"), clients=clients).body
    first, rest = (next(o for o in body.scopes if o.path == path) for path in "HG")
    gates = [step.id for step in body.steps if step.number == "A8"]
    shown = [{pair.group_id: each for pair, each in standing(body, gate).items()} for gate in gates]
    assert [(set(each[first.group_id].server_lists), set(each[rest.group_id].server_lists)) for each in shown] == [
        ({COPY}, {LIST}),
        ({COPY}, {COPY}),
    ]
    wrote = [last_write(body, gate, SettingField.SERVER_LIST, owner) for gate in gates for owner in (first, rest)]
    assert [each and each.title for each in wrote] == [
        "Assign the HTTP copies of the canaries",
        None,
        "Assign the HTTP copies of the canaries",
        "Assign the HTTP copies of the rest",
    ]


def test_a_write_in_which_a_roll_back_stopped_the_steps_leaves_both(make, body):
    """Some pairs were restored and some not: either is as it was left, until the way back writes them."""
    at = next(i for i, step in enumerate(body.steps) if step.number == "A10c")
    relax = [step.model_copy(update={"id": f"9{step.id}"}) for step in body.steps if step.number in {"A5", "A7", "A8"}]
    back = body.model_copy(update={"steps": (*body.steps[: at + 1], *relax[:3]), "back_from": relax[0].id})

    def secure(index):
        left = standing(back, back.steps[index].id)
        return next(set(each.secure_communications) for pair, each in left.items() if pair.group_id == make.id_of("H"))

    assert secure(at + 1) == {True, False}
    assert secure(at + 3) == {False}


def test_only_a_pair_that_needs_the_copy_of_its_list_has_it(body):
    """A pair that fails over has its own list, though a copy of that was made for others."""
    assert {owner.path: relaxed(body, owner.pairs[0])[0] for owner in body.scopes} == {"G": LIST, "H": COPY}


def test_a_pair_shows_what_is_expected_where_only_that_is_right(make):
    """Both settings; while one of them may have two values, nothing is shown."""
    now = make.location(server_list=COPY, secure=False).settings
    expected = ExpectedSettings.model_validate({"server_lists": {COPY}, "secure_communications": {False}})
    assert expected.is_shown_by(now)
    for other in ({"server_lists": {LIST}}, {"secure_communications": {True}}, {"server_lists": {LIST, COPY}}):
        assert not ExpectedSettings.model_validate({**expected.model_dump(), **other}).is_shown_by(now)
