from datetime import timedelta

from emulator.events.site_events import ComputersAppear, ListEdited
from emulator.people.operator_actions import perform
from emulator.simulation import SettingsWrite
from emulator.spec import ROOT_GROUP, ClientSpec, Protocol
from emulator.state.effects import Actor, acting
from emulator.switches import Switches

HOUR = timedelta(hours=1)


def lost_by(played):
    """What each lost client was lost by, in short."""
    return {
        (each.server, each.after.kind if each.after else "", each.others_did) for each in played.verdict().lost_ever
    }


def test_a_swap_that_the_product_asked_for_is_named(play, site_of):
    """A client that is lost by a swap names it, the server, the first failed heartbeat and that the product asked."""
    played = play(site_of(1, ClientSpec(group=ROOT_GROUP, count=1))).run(HOUR)
    with acting(Actor.TASK):
        played.swap("A")
    swapped = played.simulation.now
    lost = played.run(9 * HOUR).verdict().lost[0]
    assert lost_by(played) == {("A", "console.replace_certificate", False)}
    assert swapped < lost.first_failed < lost.since
    assert (lost.after.at, lost.after.actor, lost.after.subject[0]) == (swapped, Actor.TASK, "A")
    assert lost.first_why == "it does not hold the certificate that A shows"


def test_the_swap_that_took_the_last_trusted_server_counts(play, site_of):
    """Of two swaps the one is named after which a client trusts no server: here an administrator's, too soon."""
    played = play(site_of(2)).run(2 * HOUR)
    with acting(Actor.TASK):
        played.swap("A")
    played.run(timedelta(minutes=1))
    played.swap("B")
    played.run(9 * HOUR)
    assert {(server, others) for server, _, others in lost_by(played)} == {("B", True)}


def test_a_defective_build_is_lost_by_its_own_server(play, site_of):
    """A 14.2.x client is lost by the swap of the server it is stuck at, whatever is done to others later."""
    played = play(site_of(2, ClientSpec(group=ROOT_GROUP, count=30, build="14.2.3335.1000"))).run(2 * HOUR)
    with acting(Actor.TASK):
        played.swap("A")
    played.run(2 * HOUR)
    played.swap("B")
    played.run(9 * HOUR)
    assert {server for server, _, _ in lost_by(played)} == {"A", "B"}
    assert {others for server, _, others in lost_by(played) if server == "A"} == {False}


def test_a_list_with_the_wrong_port_is_named(play, site_of):
    """A client that follows a list to a port where no server listens names the assignment and both ports."""
    played = play(site_of(1)).run(HOUR)
    played.console.copy_list("Default Management Server List", "Copy")
    played.console.edit_list("Copy", protocol=Protocol.HTTP, http_ports={"A": 8015})
    with acting(Actor.PRODUCT):
        played.simulation.write_settings(ROOT_GROUP, "Default", SettingsWrite(server_list="Copy"))
    played.run(9 * HOUR)
    assert lost_by(played) == {("A", "rest.sem_server", False)}
    assert {each.first_why for each in played.verdict().lost} == {
        "its list gives port 8015 for A, which listens on 8014"
    }


def test_an_edit_of_a_list_in_use_is_named(play, site_of):
    """A list that is broken while it is in use is named by its edit, not by its assignment."""
    played = play(site_of(1)).run(HOUR)
    played.relax()
    played.run(4 * HOUR)
    played.console.edit_list("Default Management Server List HTTP", http_ports={"A": 8015})
    played.run(9 * HOUR)
    assert lost_by(played) == {("A", "console.edit_list", True)}


def test_an_edit_that_clients_met_by_a_later_file_is_named(play, site_of):
    """A client that was switched off when a list was broken names the edit, not the write whose file brought it."""
    off = ClientSpec(group=ROOT_GROUP, count=2, away=((4 * HOUR, 8 * HOUR),))
    played = play(site_of(1, off)).run(HOUR)
    played.relax()
    played.run(4 * HOUR)
    played.console.edit_list("Default Management Server List HTTP", http_ports={"A": 8015})
    with acting(Actor.PRODUCT):
        played.simulation.write_settings(ROOT_GROUP, "Default", SettingsWrite(secure_communications=True))
    played.run(15 * HOUR)
    assert lost_by(played) == {("A", "console.edit_list", True)}


def test_a_list_that_speaks_http_is_named_by_its_assignment(play, site_of):
    """A client whose network lets no HTTP through names the HTTP list, whatever policy brought it there."""
    blocked = ClientSpec(group=ROOT_GROUP, count=1, http_blocked=True, away=((HOUR, 3 * HOUR),))
    played = play(site_of(1, blocked)).run(2 * HOUR)
    played.console.copy_list("Default Management Server List", "Copy")
    played.console.edit_list("Copy", protocol=Protocol.HTTP)
    with acting(Actor.PRODUCT):
        played.simulation.write_settings(ROOT_GROUP, "Default", SettingsWrite(server_list="Copy"))
    played.console.edit_policy(ROOT_GROUP)
    played.run(12 * HOUR)
    assert lost_by(played) == {("A", "rest.sem_server", False)}


def test_a_file_that_does_not_verify_names_what_it_was_published_for(play, site_of):
    """With stale signatures a client is lost by the write whose file it rejects, not by the swap before it."""
    played = play(site_of(1, switches=Switches(stale_sig_files=True))).run(HOUR)
    played.relax()
    played.run(4 * HOUR)
    played.swap("A")
    played.run(4 * HOUR).restore_security()
    played.run(9 * HOUR)
    with acting(Actor.PRODUCT):
        played.simulation.write_settings(
            ROOT_GROUP, "Default", SettingsWrite(server_list="Default Management Server List")
        )
    played.run(9 * HOUR)
    assert lost_by(played) == {("A", "rest.sem_server", False)}
    assert {each.first_why for each in played.verdict().lost} == {"the policy file of A does not verify"}


def test_who_came_upon_a_file_that_does_not_verify_is_lost_by_coming(play, site_of):
    """Whatever is published before its first contact changes nothing for who would have rejected the file before."""
    played = play(site_of(1)).run(HOUR)
    played.relax()
    played.restore_security()
    played.run(9 * HOUR)
    played.swap("A")
    played.run(HOUR)
    came = ComputersAppear(group=ROOT_GROUP, count=1, package_age=2 * HOUR)
    played.simulation.schedule(came, played.simulation.now)
    with acting(Actor.PRODUCT):
        played.simulation.write_settings(ROOT_GROUP, "Default", SettingsWrite(secure_communications=False))
    played.run(9 * HOUR)
    (lost,) = (each for each in played.verdict().lost_ever if each.name.startswith("NEW"))
    assert (lost.first_why, lost.after.kind) == ("the policy file of A does not verify", "machine.install")


def test_a_file_that_does_not_verify_counts_before_the_certificate_that_led_to_it(play, site_of):
    """A client that fails over from a replaced certificate to a stale signature is lost by that signature."""
    played = play(site_of(2, ClientSpec(group=ROOT_GROUP, count=20), switches=Switches(stale_sig_files=True))).run(HOUR)
    played.swap("A")
    played.run(4 * HOUR)
    with acting(Actor.TASK):
        played.swap("B")
    played.run(9 * HOUR)
    lost = played.verdict().lost
    assert len(lost) == 20
    assert {each.first_why for each in lost} == {"the policy file of A does not verify"}
    assert lost_by(played) == {("A", "console.replace_certificate", False)}


def test_what_was_wrong_from_the_start_follows_from_nothing(play, site_of):
    """A client that never had a way to a server is lost by no effect, and the product did not do it."""
    blocked = ClientSpec(group=ROOT_GROUP, count=2, reachable_servers=frozenset())
    played = play(site_of(1, blocked)).run(9 * HOUR)
    assert lost_by(played) == {("A", "", True)}
    assert {each.first_why for each in played.verdict().lost} == {"its network does not reach A"}


def test_a_server_that_its_network_never_reaches_is_not_what_a_client_fails_by(play, site_of):
    """The list gives a wrong port for the one server that it reaches; that others are out of reach is nothing new."""
    far = ClientSpec(group=ROOT_GROUP, count=20, reachable_servers=frozenset({"B"}))
    played = play(site_of(3, far, switches=Switches(stays=timedelta(0)))).run(HOUR)
    played.relax()
    played.run(3 * HOUR)
    played.simulation.schedule(ListEdited(group=ROOT_GROUP, http_ports={"B": 8015}), played.simulation.now)
    lost = played.run(9 * HOUR).verdict().lost
    assert {each.first_why for each in lost} == {"its list gives port 8015 for B, which listens on 8014"}
    assert len(lost) == 20


def test_first_loss_keeps_its_cause(play, site_of):
    """A client that found back and is lost again names its first loss in `lost_ever` and its present one in `lost`."""
    played = play(site_of(1, ClientSpec(group=ROOT_GROUP, count=1))).run(HOUR)
    old = played.site.server("A").credential
    played.swap("A")
    played.run(9 * HOUR)
    played.simulation.console.restore_certificate("A", old.fingerprint)
    played.run(9 * HOUR)
    played.swap("A")
    verdict = played.run(9 * HOUR).verdict()
    first, present = verdict.lost_ever[0], verdict.lost[0]
    assert (first.after.number, present.after.number) == (0, 2)
    assert first.first_failed < present.first_failed
    assert (first.healed, present.healed) == (True, False)


async def test_the_journal_tells_who_did_what(play, site_of):
    """Each effect is written down with its time and its actor: the product, its task, a person."""
    played = play(site_of(1)).run(HOUR)
    played.console.copy_list("Default Management Server List", "Copy")
    with acting(Actor.PRODUCT):
        played.simulation.write_settings(ROOT_GROUP, "Default", SettingsWrite(secure_communications=False))
    await perform(played.desk(), played.task("delete_list", list="Copy"), None)
    assert [(each.kind, each.actor) for each in played.simulation.effects.views()] == [
        ("console.copy_list", Actor.PERSON),
        ("rest.secure_communications", Actor.PRODUCT),
        ("console.delete_list", Actor.TASK),
    ]
    assert {each.at for each in played.simulation.effects.views()} == {played.simulation.now}
