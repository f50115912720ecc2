from datetime import timedelta


async def _ids(store, groups=None):
    return {client.id: client.observed is not None for client in await store.roster.entries("site-1", groups)}


async def test_a_full_reading_speaks_for_its_groups_only(site, make):
    """A reading of some groups makes their absent clients vanish, and leaves the others alone."""
    clients = [make.client("a"), make.client("b"), make.client("c", group="G2")]
    await site.roster.update("site-1", make.at(hours=1), None, clients)
    await site.roster.update("site-1", make.at(hours=2), ["G1"], [make.client("a")])
    assert await _ids(site) == {"a": True, "b": False, "c": True}
    assert await site.roster.present("site-1") == {"a", "c"}
    assert await _ids(site, ["G1"]) == {"a": True, "b": False}
    assert await _ids(site, ["G2"]) == {"c": True}
    await site.roster.update("site-1", make.at(hours=3), None, [])
    assert await _ids(site) == {"a": False, "b": False, "c": False}


async def test_a_client_that_moved_is_found_in_its_new_group(site, make):
    """A client read in another group is not missed in its old one."""
    await site.roster.update("site-1", make.at(hours=1), None, [make.client("a")])
    await site.roster.update("site-1", make.at(hours=2), ["G1", "G2"], [make.client("a", group="G2")])
    assert await _ids(site, ["G2"]) == {"a": True}
    assert await _ids(site, ["G1"]) == {}


async def test_a_move_is_remembered_with_where_the_client_came_from(site, make):
    """The reading that first sees a client in another group says so; later ones, and an old one, change nothing."""
    for hour, group in ((1, "G1"), (3, "G2"), (2, "G3"), (4, "G2")):
        await site.roster.update("site-1", make.at(hours=hour), None, [make.client("a", group=group), make.client("b")])
    (moved,) = await site.roster.moved("site-1", make.at(hours=1))
    assert (moved.id, moved.before, moved.now, moved.read_at) == ("a", "G1", "G2", make.at(hours=3))
    assert await site.roster.moved("site-1", make.at(hours=4)) == ()


async def test_an_old_reading_that_arrives_late_changes_nothing(site, make):
    """A reading that is tried again after a newer one neither brings clients back nor takes them."""
    await site.roster.update("site-1", make.at(hours=1), None, [make.client("a"), make.client("b")])
    await site.roster.update("site-1", make.at(hours=3), None, [make.client("a")])
    await site.roster.update("site-1", make.at(hours=2), None, [make.client("b")])
    assert await _ids(site) == {"a": True, "b": False}


async def test_servers_where_a_client_was_seen_are_kept(site, make):
    """Every server at which a client was seen stays in its history; one without a time or a name adds nothing."""
    for hour, server in enumerate(("sepm1", "sepm2", None, "sepm1")):
        client = make.client("a", last_server=server, last_seen=make.at(hours=hour))
        await site.roster.update("site-1", make.at(hours=hour), None, [client])
    await site.roster.update("site-1", make.at(hours=5), None, [make.client("b", last_seen=None)])
    assert await site.roster.servers_seen("site-1") == {"a": {"sepm1", "sepm2"}}
    assert await site.roster.visits("site-1") == {"a": {"sepm1": make.at(hours=3), "sepm2": make.at(hours=1)}}


async def test_the_longest_silence_that_ended_is_kept(site, make):
    """A silence counts once it is over: a long one up to its end, at most twice as long as a reading met it."""

    async def silences(*readings):
        for hour, seen in readings:
            client = make.client("a", last_seen=make.at(hours=seen))
            await site.roster.update("site-1", make.at(hours=hour), None, [client])
        (client,) = await site.roster.entries("site-1", None)
        return client.longest_silence

    assert await silences((1, 1), (3, 1), (9, 8)) == timedelta(hours=2)  # met for 2 hours
    assert await silences((11, 8), (20, 12)) == timedelta(hours=4)  # met for 3 hours, over after 4
    assert await silences((30, 27)) == timedelta(hours=15)  # met for 8 hours, over after 15
    assert await silences((31, 27), (50, 40)) == timedelta(hours=15)  # met for 4 hours: 8 at most, not 13
    assert await silences((90, 40)) == timedelta(hours=15)  # it lasts


async def test_a_name_that_comes_back_shows_that_two_machines_have_one_record(site, make):
    """A record that was renamed has one machine. Of two, what the other one showed last is kept, over what follows."""

    async def read(hour, name, serial):
        client = make.client("a", serial=serial, last_seen=make.at(hours=hour)).model_copy(update={"name": name})
        await site.roster.update("site-1", make.at(hours=hour), None, [client])
        (known,) = await site.roster.entries("site-1", None)
        twin = known.twin
        return twin and (twin.id, twin.name, twin.serial, twin.last_seen)

    assert await read(1, "here", "old") is None
    assert await read(2, "there", "new") is None
    assert await read(3, "here", "old") == ("a", "there", "new", make.at(hours=2))
    assert await read(4, "there", "new") == ("a", "here", "old", make.at(hours=3))
    assert await read(5, "there", "newer") == ("a", "here", "old", make.at(hours=3))


async def test_the_first_word_on_a_client_left_out_stays(running, make):
    """Clients are left out of one rotation by name, and naming one again is no error."""
    await running.roster.leave_out("rot-1", ["a", "b"], "ann", "scrapped", make.t0)
    await running.roster.leave_out("rot-1", ["b", "c"], "bob", "lost", make.t0)
    assert await running.roster.left_out("rot-1") == {"a", "b", "c"}
    assert await running.roster.left_out("rot-2") == frozenset()


async def test_builds_are_those_of_present_clients(site, make):
    """A look asks for the builds first, and reads only the clients whose build matters, in the groups that matter."""
    old, new, unknown = make.client("a", build="14.2.1"), make.client("b"), make.client("c", build=None)
    await site.roster.update("site-1", make.at(hours=1), None, [old, new, unknown])
    assert await site.roster.builds("site-1") == {"14.2.1", "14.3.1.1", None}
    assert await site.roster.present_of("site-1", ["14.2.1", None], ["G1"]) == (old, unknown)
    assert await site.roster.present_of("site-1", ["14.2.1"], ["G2"]) == ()
    await site.roster.update("site-1", make.at(hours=2), None, [new])
    assert await site.roster.builds("site-1") == {"14.3.1.1"}


async def test_a_reading_of_a_clock_that_was_ahead_gives_way(site, make):
    """A reading that begins after one that was dated a year ahead is taken, and shows who has vanished."""
    await site.roster.update("site-1", make.at(days=365), None, [make.client("a", build="ahead"), make.client("b")])
    await site.roster.begin_reading("site-1", make.at(hours=1))
    await site.roster.update("site-1", make.at(hours=1), None, [make.client("a", build="now")])
    found = {client.id: client.observed and client.observed.build for client in await site.roster.entries("site-1")}
    assert found == {"a": "now", "b": None}
