"""A wish to lower limits of a site calls a second person: once, by each kind of channel, until it is over."""

from datetime import timedelta

import pytest

from rotation.identity.identity import Grant
from rotation.identity.permission import Role
from rotation.identity.two_persons import LASTS, TwoPersonAct, WishedFloors
from rotation.notice.channel import ChannelSettings, MailSecurity, MailTarget, MessageLanguage
from rotation.site import Limits
from rotation.values import SiteId
from store.access.key_text import KeyText
from store.settings import StoreSettings
from store.site.site_changes import ReasonedAct
from store.store import Store
from tests.notifying.sinks import MAIL, MailServer
from tests.service.notices.conftest import BY
from tests.store.roles import API, WORKER, with_roles
from tests.texts.english_words import english_in

LOWER = Limits(relax_floor=timedelta(hours=1), holdout_minimum=timedelta(days=2))
WISHED = WishedFloors(site=SiteId("site-1"), limits=LOWER).model_dump(mode="json")


async def person(store, name, now):
    """An admin with a key."""
    grant = Grant(roles=(Role.ADMIN,))
    return (await store.identities.add(name, grant, KeyText.new(), by=BY, at=now, expires_at=None)).principal


async def wish(store, by, now, content=WISHED):
    """What one of them wishes; the wish of the other one, where that is seconded by it."""
    return await store.wishes.second(TwoPersonAct.FLOORS, content, by=by, why="a short night; soon", at=now)


@pytest.fixture
async def people(site, make):
    """Two admins."""
    return [await person(site, name, make.t0) for name in ("ann", "ben")]


async def test_a_wish_calls_once_until_it_is_approved(site, make, calling, people):
    """With a link to the site and the time when it lapses; each look again, and another worker, add nothing."""
    await calling.add(site)
    first, second = calling.notifier(site), calling.notifier(site)
    await first.turn()
    assert calling.kinds == []
    assert await wish(site, people[0], calling.clock()) is None
    for each in (first, second, first):
        await each.turn()
    assert calling.kinds == ["approval-wanted"]
    (_, body), *_ = calling.hook.taken
    assert body["data"]["link"] == "https://rotator.test/sites/site-1"
    assert body["data"]["title"] == "Vienna: a second person is asked to approve: lower limits of the site"
    text = body["data"]["text"]
    assert "What is asked: another administrator approves the wish on the page of the site, or it lapses" in text
    assert "the least wait before the first certificate would be 1 hour; the least time" in text
    assert "ann wishes it, and says why: a short night; soon" in text
    (notice,) = body["data"]["notices"]
    assert notice["notice"]["by_when"] == (make.t0 + LASTS).isoformat().replace("+00:00", "Z")
    assert await wish(site, people[1], calling.clock()) is not None
    for each in (first, second, first):
        await each.turn()
    assert calling.kinds == ["approval-wanted", "over"]


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("ends", ["lapses", "is set", "archived"])
async def test_a_wish_that_is_over_otherwise(site, make, calling, people, ends):
    """It lapses after a week; or the site has these limits by now, or is archived. A wish of later calls again."""
    await calling.add(site)
    notifier = calling.notifier(site)
    await wish(site, people[0], calling.clock())
    await notifier.turn()
    act = ReasonedAct(at=make.t0, author=BY, why="so", expected=await site.site_changes.version("site-1"))
    if ends == "lapses":
        calling.clock.now = make.t0 + LASTS
    elif ends == "is set":
        await site.site_changes.set_limits("site-1", LOWER, act)
    else:
        await site.site_changes.archive("site-1", act)
    await notifier.turn()
    assert calling.kinds == ["approval-wanted", "over"]
    if ends == "lapses":
        await wish(site, people[1], calling.clock())
        await notifier.turn()
        assert calling.kinds == ["approval-wanted", "over", "approval-wanted"]


async def test_other_wishes_call_no_person(site, calling, people):
    """Those about a site that is not registered yet, those of another act, and what no longer can be read."""
    await calling.add(site)
    await wish(site, people[0], calling.clock(), {"name": "Linz", "limits": {}})
    content = {"site": "site-1"}
    await site.wishes.second(TwoPersonAct.TRUST, content, by=people[0], why="so", at=calling.clock())
    await calling.notifier(site).turn()
    assert calling.kinds == []


async def test_a_czech_mail_and_a_digest(site, calling, people):
    """The mail is Czech; a channel with a digest gets the wish within it."""
    server = MailServer(calling.hook)
    await calling.add(site, digest=timedelta(hours=1))
    async with server.running("none"):
        target = MailTarget(
            host=MAIL, port=server.port, security=MailSecurity.NONE, sender="r@x.test", recipients=("a@x.test",)
        )
        chosen = ChannelSettings(name="mail", target=target, language=MessageLanguage.CZECH)
        await site.channels.add(chosen, None, BY, calling.clock())
        await wish(site, people[0], calling.clock())
        await calling.notifier(site).turn()
        assert calling.kinds == []
        calling.clock.later(hours=2)
        await calling.notifier(site).turn()
    assert calling.kinds == ["approval-wanted"]
    ((_, mail),) = server.mails
    assert "nižší limity pracoviště" in mail["Subject"]
    text = mail.get_content()
    assert "nejkratší čekání před prvním certifikátem (nově: 1 hodina)" in text
    assert english_in(text.replace("a short night; soon", "")) == []


async def test_the_worker_reads_no_table_of_access(postgres, tmp_path, make, calling):
    """On PostgreSQL with a role of its own it may not read wishes or keys; the trail has what it needs."""
    with postgres.database() as url:
        opened = {
            role: await Store.open(StoreSettings(folder=tmp_path, database_url=its))
            for role, its in with_roles(url).items()
        }
        try:
            api, worker = opened[API], opened[WORKER]
            await api.sites.add(make.site(), make.connection(), make.t0)
            await calling.add(api)
            await wish(api, await person(api, "ann", make.t0), calling.clock())
            await calling.notifier(worker).turn()
            assert calling.kinds == ["approval-wanted"]
        finally:
            for store in opened.values():
                await store.close()
