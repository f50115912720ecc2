"""Who goes first: rule 10's canaries."""

from datetime import timedelta

import pytest

from rotation.plan.step import ScopeName


@pytest.fixture
def choice(make):
    """The groups that go first on a site with one server, and the findings about it."""

    def build(*groups, clients, lists=None, request=None):
        site = make.site("s1", lists=lists)
        plan = make.plan(site, *groups, clients=clients, request=request)
        found = [(each.code, each.subject) for each in plan.findings if each.code.startswith("canary")]
        return [owner.path for owner in plan.body.owners(ScopeName.CANARIES)], found

    return build


def some(make, count, group, **fields):
    """So many clients of a group."""
    return [make.client(f"{group}{number}", group, **fields) for number in range(count)]


def test_rule_10_the_smallest_group_goes_first(make, choice):
    """A path that does not work cuts off as few clients as can be."""
    clients = [*some(make, 5, "G"), *some(make, 2, "H"), *some(make, 3, "K")]
    chosen, found = choice(make.group("G"), make.group("H"), make.group("K"), clients=clients)
    assert (chosen, found) == (["H"], [("canary", "H")])


def test_rule_10_a_group_of_absent_or_non_persistent_clients_never_goes_first(make, choice):
    """Neither can show that its path works: one is not there, the other is taken back to its image."""
    clients = [*some(make, 9, "G"), *some(make, 1, "H", seen=-60), *some(make, 2, "K", images=True)]
    clients += [*some(make, 3, "L", seen=None), *some(make, 4, "M")]
    groups = [make.group(path) for path in "GHKLM"]
    assert choice(*groups, clients=clients)[0] == ["M"]


def test_rule_10_an_inheriting_group_counts_for_its_owner(make, choice):
    """Settings change on the owner, and every inheritor follows: H is two clients, not none."""
    groups = [make.group("H"), make.group("H\\A", inherits=True), make.group("G"), make.group("K")]
    clients = [*some(make, 2, "H\\A"), *some(make, 3, "G"), *some(make, 4, "K")]
    assert choice(*groups, clients=clients)[0] == ["H"]


def test_rule_10_every_list_and_location_is_shown_where_it_can_be(make, choice):
    """M's servers and the office network need a canary each; K shows both, though it is not the smallest."""
    lists = [make.server_list(name, "s1") for name in ("L", "M")]
    office, home = make.location("Office", server_list="M"), make.location("Home", server_list="L")
    groups = [make.group("G", home), make.group("K", office, home), make.group("Big", office, home)]
    clients = [*some(make, 1, "G"), *some(make, 2, "K"), *some(make, 9, "Big")]
    chosen, found = choice(*groups, clients=clients, lists=lists)
    assert (chosen, found) == (["K"], [("canary", "K")])


def test_rule_10_a_place_without_a_canary_is_named(make, choice):
    """Only the largest group uses M: it follows the others, and the plan says that M is untried."""
    lists = [make.server_list(name, "s1") for name in ("L", "M")]
    groups = [make.group("G", server_list="L"), make.group("H", server_list="M")]
    chosen, found = choice(*groups, clients=[*some(make, 1, "G"), *some(make, 2, "H")], lists=lists)
    assert chosen == ["G"]
    assert found == [("canary", "G"), ("canary-missing", "list 'M' at location 'Default'")]


def test_rule_10_a_group_that_is_relaxed_already_shows_nothing(make, choice):
    """Nothing is written to H: that its clients get through proves nothing about the new list."""
    lists = [make.server_list("L", "s1"), make.server_list("Plain", "s1", http=True)]
    groups = [make.group(path, server_list="L") for path in "GK"]
    groups.append(make.group("H", server_list="Plain", secure=False))
    clients = [*some(make, 1, "H"), *some(make, 2, "G"), *some(make, 3, "K")]
    assert choice(*groups, clients=clients, lists=lists)[0] == ["G"]


def test_rule_13_who_never_verifies_does_not_stand_for_those_who_do(make, choice):
    """H is smaller, and takes any file: only G can show that servers sign with the new key."""
    groups = [make.group("H", secure=False), make.group("G"), make.group("Big")]
    clients = [*some(make, 1, "H"), *some(make, 2, "G"), *some(make, 9, "Big")]
    assert choice(*groups, clients=clients) == (["G"], [("canary", "G")])


def test_rule_13_the_plan_says_where_no_canary_verifies(make, choice):
    """H shows the way to the servers of the list; what they sign is shown to all of G at once."""
    clients = [*some(make, 1, "H"), *some(make, 2, "G")]
    chosen, found = choice(make.group("H", secure=False), make.group("G"), clients=clients)
    assert chosen == ["H"]
    place = "list 'Default List' at location 'Default'"
    assert found == [("canary", "H"), ("canary-unverified", place)]


def test_rule_10_a_group_that_needs_one_write_only_can_go_first(make, choice):
    """H's list is HTTP already and it verifies: turning that off is a change whose path H can show."""
    lists = [make.server_list("L", "s1"), make.server_list("Plain", "s1", http=True)]
    groups = [make.group("H", server_list="Plain"), make.group("G", server_list="L")]
    clients = [*some(make, 1, "H"), *some(make, 2, "G")]
    assert choice(*groups, clients=clients, lists=lists)[0] == ["H"]


def test_rule_13_who_gets_no_second_policy_does_not_show_what_servers_sign(make, choice):
    """H's list stays, so that nothing is signed for H once it verifies again: the plan says that no group shows it."""
    lists = [make.server_list("L", "s1"), make.server_list("Plain", "s1", http=True)]
    groups = [make.group("H", server_list="Plain"), make.group("G", server_list="Plain")]
    chosen, found = choice(*groups, clients=[*some(make, 1, "H"), *some(make, 2, "G")], lists=lists)
    assert chosen == ["H"]
    assert found == [("canary", "H"), ("canary-unverified", "list 'Plain' at location 'Default'")]


@pytest.mark.parametrize(
    ("sizes", "fields", "subject"),
    [({"G": 3, "H": 0}, {}, "G"), ({"G": 3, "H": 2}, {"seen": -60}, "H"), ({"G": 0, "H": 0}, {}, "the relaxed groups")],
)
def test_rule_10_the_plan_says_when_no_group_goes_first(make, choice, sizes, fields, subject):
    """One group of clients only, or no client there: the steps are as without canaries, and the reason is given."""
    clients = [client for path, size in sizes.items() for client in some(make, size, path, **fields)]
    assert choice(*map(make.group, sizes), clients=clients) == ([], [("canary-none", subject)])


def test_no_group_is_chosen_where_none_is_relaxed(make):
    """List B writes nothing: there is nothing to say about canaries."""
    site = make.site("s1", "s2")
    clients = [*some(make, 1, "G"), *some(make, 2, "H")]
    plan = make.plan(site, make.group("G"), make.group("H"), clients=clients)
    assert plan.body.canaries == ()
    assert not [each for each in plan.findings if each.code.startswith("canary")]


def test_a_slow_heartbeat_counts_as_there(make, choice):
    """Seen five hours ago with a heartbeat of four hours: it is switched on."""
    slow = {"heartbeat": timedelta(hours=4)}
    clients = [*some(make, 1, "H", seen=-300), *some(make, 2, "G", seen=-300)]
    assert choice(make.group("G", **slow), make.group("H", **slow), clients=clients)[0] == ["H"]


def test_rule_10_the_plan_says_what_canaries_stand_for_and_what_is_untried(make):
    """With how many clients it goes first, for which lists and locations; and what would give the others one."""
    lists = [make.server_list(name, "s1") for name in ("L", "M")]
    office, home = make.location("Office", server_list="L"), make.location("Home", server_list="L")
    groups = [make.group("G", office, home), make.group("H", server_list="M")]
    clients = [*some(make, 1, "G"), *some(make, 2, "H")]
    plan = make.plan(make.site("s1", lists=lists), *groups, clients=clients)
    found = {each.code: each for each in plan.findings if each.code.startswith("canary")}
    assert found["canary"].message == (
        "the group goes first in each wave, with its 1 clients, as a canary for "
        "list 'L' at location 'Home'; list 'L' at location 'Office'"
    )
    missing = found["canary-missing"]
    assert missing.message == "no group that could go first uses this; all its clients are relaxed at once"
    assert missing.remedy.startswith("move a few clients that are switched on into a group of their own there")


@pytest.mark.parametrize(("minutes", "chosen"), [(-15, ["H"]), (-16, ["G"])])
def test_rule_10_there_is_who_was_seen_within_three_heartbeats(make, choice, minutes, chosen):
    """The last moment counts; a minute before it the group cannot go first, and a larger one does."""
    clients = [*some(make, 1, "H", seen=minutes), *some(make, 2, "G"), *some(make, 3, "K")]
    assert choice(*(make.group(path) for path in "GHK"), clients=clients)[0] == chosen


def test_many_groups_that_cannot_go_first_are_named(make):
    """Each of them could go first, if an operator switched a client on there."""
    clients = [*some(make, 1, "G", seen=-60), *some(make, 2, "H", seen=-60), *some(make, 3, "K")]
    plan = make.plan(make.site("s1"), *(make.group(path) for path in "GHK"), clients=clients)
    (found,) = [each for each in plan.findings if each.code.startswith("canary")]
    assert (found.code, found.subject) == ("canary-none", "G, H")
    assert found.message.startswith("no persistent client of these groups was seen within three heartbeats")
    assert found.remedy == "survey again while clients are switched on"
    plan = make.plan(make.site("s1"), make.group("G"), make.group("H"), clients=clients[:3])
    (two,) = [each for each in plan.findings if each.code.startswith("canary")]
    assert (two.subject, two.message) == ("G", found.message)
