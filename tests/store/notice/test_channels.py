"""Channels on both databases: kept with their secrets sealed, changed, removed, on the trail of the service."""

import pytest
from pydantic import SecretStr
from sqlalchemy import update

from rotation.notice.channel import ChannelSettings, MailTarget, WebhookTarget
from store.database.chain import canonical
from store.keys.key_encryption import SealBroken
from store.keys.sealed import CHANNEL_SECRET, subject_of
from store.notice.channels import ChannelExists, UnknownChannel
from store.schema.tables import NoticeChannelRow
from store.trail.site_trail import SERVICE_TRAIL, Author

BY = Author(who="ann", address="10.0.0.7")
HOOK = ChannelSettings(name="tickets", target=WebhookTarget(url="https://hooks.test/a?token=hush"))
MAIL = ChannelSettings(
    name="mail", target=MailTarget(host="mail.test", username="rotator", sender="r@x.test", recipients=("a@x.test",))
)


async def test_a_channel_is_kept_and_its_secret_opens(store, make):
    """The list has all but the secret; names are unique while a channel is in use."""
    added = await store.channels.add(HOOK, SecretStr("whsec_abc"), BY, make.t0)
    assert (await store.channels.page()).items == (added,)
    assert (added.has_secret, added.settings, added.waiting) == (True, HOOK, 0)
    assert (await store.channels.with_secret(added.id))[1].get_secret_value() == "whsec_abc"
    with pytest.raises(ChannelExists):
        await store.channels.add(HOOK, None, BY, make.t0)
    await store.channels.remove(added.id, BY, make.t0)
    assert (await store.channels.add(HOOK, None, BY, make.t0)).has_secret is False
    with pytest.raises(UnknownChannel):
        await store.channels.with_secret(added.id)


async def test_a_secret_stays_with_its_place(store, make):
    """A change of what is sent keeps it; another place drops it, unless another secret comes with the change."""
    channel = (await store.channels.add(HOOK, SecretStr("one"), BY, make.t0)).id
    renamed = HOOK.model_copy(update={"name": "queue"})
    assert (await store.channels.change(channel, renamed, None, BY, make.t0)).has_secret
    assert (await store.channels.with_secret(channel))[1].get_secret_value() == "one"
    moved = HOOK.model_copy(update={"target": WebhookTarget(url="https://hooks.test/b")})
    assert not (await store.channels.change(channel, moved, None, BY, make.t0)).has_secret
    assert (await store.channels.change(channel, moved, SecretStr("two"), BY, make.t0)).has_secret
    assert (await store.channels.with_secret(channel))[1].get_secret_value() == "two"


async def test_a_secret_stays_with_a_place_that_an_earlier_release_has_kept(store, make):
    """Its text lacks fields that have come since: a change of the name keeps the secret, which opens still."""
    channel = (await store.channels.add(HOOK, None, BY, make.t0)).id
    old = canonical({"kind": "webhook", "url": "https://hooks.test/a?token=hush"})
    sealed = await store.vault.seal(CHANNEL_SECRET, subject_of(channel, old), b"one")
    async with store.database.write() as session:
        await session.execute(update(NoticeChannelRow).values(target=old, secret_sealed=sealed))
    renamed = HOOK.model_copy(update={"name": "queue"})
    assert (await store.channels.change(channel, renamed, None, BY, make.t0)).has_secret
    assert (await store.channels.with_secret(channel))[1].get_secret_value() == "one"
    async with store.database.write() as session:
        await session.execute(update(NoticeChannelRow).values(target="no target"))
    assert not (await store.channels.change(channel, renamed, None, BY, make.t0)).has_secret


async def test_a_place_that_was_changed_in_the_database_gets_no_secret(store, make):
    """Neither where the settings alone were changed, nor where the text of the place was changed with them."""
    channel = (await store.channels.add(MAIL, SecretStr("hush"), BY, make.t0)).id
    evil = MAIL.model_copy(update={"target": MAIL.target.model_copy(update={"host": "evil.test"})})
    for values in ({"settings": evil}, {"settings": evil, "target": evil.target.model_dump_json()}):
        async with store.database.write() as session:
            await session.execute(update(NoticeChannelRow).values(**values))
        with pytest.raises(SealBroken):
            await store.channels.with_secret(channel)


async def test_changes_are_on_the_trail_of_the_service(store, make):
    """With the person and the address, and without the address of the webhook, which may be a secret."""
    channel = (await store.channels.add(HOOK, None, BY, make.t0)).id
    await store.channels.change(channel, HOOK, None, BY, make.t0)
    await store.channels.remove(channel, BY, make.t0)
    events = await store.trail.list(SERVICE_TRAIL)
    assert [each.kind for each in events] == ["channel-added", "channel-changed", "channel-removed"]
    assert {(each.who, each.address) for each in events} == {("ann", "10.0.0.7")}
    assert not [each for each in events if "hush" in each.model_dump_json()]


async def test_what_is_not_there_cannot_be_changed(store, make):
    """Each call refuses an id that it does not know."""
    for call in (
        store.channels.get("none"),
        store.channels.change("none", HOOK, None, BY, make.t0),
        store.channels.remove("none", BY, make.t0),
    ):
        with pytest.raises(UnknownChannel):
            await call
