"""What the REST service may do, since no document promises otherwise: storms of 429, slow and shrinking pages."""

from datetime import timedelta

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def turn(handset, **switches):
    """Put other switches in force."""
    handset.simulation.set_switches(handset.simulation.switches.model_copy(update=switches))


async def pages(handset, size=10):
    """The names on all pages of clients, page by page."""
    first = (await handset.http.get("/computers", params={"pageSize": size})).json()
    answers = [first]
    while not answers[-1]["lastPage"]:
        query = {"pageSize": size, "pageIndex": len(answers) + 1}
        answers.append((await handset.http.get("/computers", params=query)).json())
    return answers, [row["computerName"] for answer in answers for row in answer["content"]]


async def test_a_storm_passes(stranger):
    """At the end of each span whatever is asked is answered by 429, and not before or after."""
    turn(stranger, storm_every=HOUR, storm_lasting=10 * MINUTE)
    statuses = []
    for _ in range(12):
        statuses.append((await stranger.http.get("/version")).status_code)
        stranger.later(10 * MINUTE)
    assert statuses == [200, 200, 200, 200, 200, 429] * 2


async def test_tokens_may_live_for_seconds(sepm):
    """A token of a few seconds is issued as such, and dies on time."""
    turn(sepm, token_life=timedelta(seconds=5))
    assert (await sepm.log_on())["tokenExpiration"] == 5
    assert (await sepm.http.get("/groups")).status_code == 200
    sepm.later(timedelta(seconds=5))
    assert (await sepm.http.get("/groups")).status_code == 401


async def test_a_page_may_hold_fewer_rows_than_asked_for(sepm):
    """A largest page caps what is asked for, says so in `size`, and still every client comes once."""
    turn(sepm, largest_page=7)
    answers, names = await pages(sepm, size=500)
    assert [answer["size"] for answer in answers] == [7] * 5
    assert len(names) == len(set(names)) == 30


async def test_a_page_may_be_slow(sepm):
    """A slow page passes its time, and shows the site as it is at its end."""
    spans = []

    async def pause(span):
        spans.append(span)
        sepm.later(span)

    sepm.service.pause = pause
    turn(sepm, page_delay=timedelta(seconds=9))
    answer = await sepm.http.get("/computers")
    assert spans == [timedelta(seconds=9)]
    seen = max(row["lastUpdateTime"] for row in answer.json()["content"])
    assert seen > (sepm.now.timestamp() + 90 - 4) * 1000
    assert sepm.simulation.now == sepm.now


async def test_a_page_may_shrink_while_it_is_read(sepm):
    """In some hours a row leaves between two pages: the count falls by one, and one client is on no page."""
    turn(sepm, shrinking_pages=True)
    missed = set()
    for _ in range(24):
        answers, names = await pages(sepm)
        counted = [answer["totalElements"] for answer in answers]
        shrank = counted == [30, 29, 29]
        assert shrank or counted == [30, 30, 30]
        assert len(set(names)) == len(names) == (29 if shrank else 30)
        missed.add(shrank)
        sepm.later(HOUR)
        await sepm.log_on()
    assert missed == {True, False}
