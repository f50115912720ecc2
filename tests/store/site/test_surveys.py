import pytest

from store.site.surveys import SurveyNotSaved, UnknownSurvey


async def _survey(store, make, at, *clients):
    survey_id = await store.surveys.begin("site-1", at)
    await store.surveys.save(survey_id, make.survey())
    await store.surveys.add_clients(survey_id, clients)
    await store.surveys.finish(survey_id, len(clients))
    return survey_id


async def _present(store):
    return {client.id: client.observed is not None for client in await store.roster.entries("site-1")}


async def test_a_survey_comes_back_as_saved(site, make):
    """A survey is read as it was saved, and only a finished one is the latest."""
    assert await site.surveys.latest_complete("site-1") is None
    first = await _survey(site, make, make.at(hours=1))
    unfinished = await site.surveys.begin("site-1", make.at(hours=2))
    await site.surveys.save(unfinished, make.survey())
    assert await site.surveys.get(first) == make.survey()
    assert await site.surveys.latest_complete("site-1") == first
    await site.surveys.finish(unfinished, 0)
    await site.surveys.finish(unfinished, 0)
    assert await site.surveys.latest_complete("site-1") == unfinished


async def test_a_client_missing_from_a_finished_survey_has_vanished(site, make):
    """Only finishing makes absent clients vanish; they keep their name and group, and may come back."""
    await _survey(site, make, make.at(hours=1), make.client("a"), make.client("b", group="G2"))
    second = await site.surveys.begin("site-1", make.at(hours=2))
    await site.surveys.save(second, make.survey())
    await site.surveys.add_clients(second, [make.client("a")])
    assert await _present(site) == {"a": True, "b": True}
    await site.surveys.finish(second, 1)
    gone = {client.id: client for client in await site.roster.entries("site-1")}["b"]
    assert (gone.observed, gone.name, gone.group_id) == (None, "pc-b", "G2")
    await _survey(site, make, make.at(hours=3), make.client("b", group="G3"))
    back = {client.id: client for client in await site.roster.entries("site-1")}["b"]
    assert back.observed == make.client("b", group="G3")
    assert back.first_seen_at == make.at(hours=1)


async def test_an_old_survey_that_ends_late_changes_nothing_newer(site, make):
    """What a newer reading showed of a client stays when an older survey arrives after it."""
    old = await site.surveys.begin("site-1", make.at(hours=1))
    await site.surveys.save(old, make.survey())
    await _survey(site, make, make.at(hours=2), make.client("a", build="new"), make.client("new"))
    await site.surveys.add_clients(old, [make.client("a", build="old"), make.client("older")])
    await site.surveys.finish(old, 2)
    builds = {client.id: client.observed and client.observed.build for client in await site.roster.entries("site-1")}
    assert builds == {"a": "new", "new": "14.3.1.1", "older": "14.3.1.1"}


async def test_a_big_survey_is_stored_in_chunks(site, make):
    """Thousands of clients, with some shown twice by paging, are each in the roster once."""
    many = [make.client(f"c{number:05}") for number in range(2600)]
    await _survey(site, make, make.at(hours=1), *many, *many[:700])
    assert len(await site.roster.entries("site-1")) == 2600


async def test_steps_in_the_wrong_order_are_refused(site, make):
    """A survey that was not begun, or not saved, says so and marks no client as vanished."""
    await _survey(site, make, make.at(hours=1), make.client("a"))
    begun = await site.surveys.begin("site-1", make.at(hours=2))
    for question in (site.surveys.finish(begun, 0), site.surveys.get(begun)):
        with pytest.raises(SurveyNotSaved):
            await question
    for question in (
        site.surveys.get("none"),
        site.surveys.save("none", make.survey()),
        site.surveys.finish("none", 0),
    ):
        with pytest.raises(UnknownSurvey):
            await question
    assert await _present(site) == {"a": True}


async def test_a_survey_of_a_clock_that_was_ahead_is_not_the_newest_for_ever(site, make):
    """The survey that was begun last is the latest, and what it saw of clients is taken, whatever clocks say."""
    await _survey(site, make, make.at(days=365), make.client("a", build="ahead"), make.client("b"))
    later = await _survey(site, make, make.at(hours=1), make.client("a", build="now"))
    assert await site.surveys.latest_complete("site-1") == later
    builds = {client.id: client.observed and client.observed.build for client in await site.roster.entries("site-1")}
    assert builds == {"a": "now", "b": None}
