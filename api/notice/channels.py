"""/v1/channels: by which ways people are called, and for what."""

from http import HTTPStatus

import structlog
from fastapi import APIRouter, Response
from pydantic import SecretStr

from api.http.allowed import allowed
from api.http.authors import WithAuthor
from api.http.problems import ProblemError, described
from api.manners.paging import AskedPage
from api.notice.channel_document import (
    ChannelKept,
    ChannelList,
    ChannelPatchRequest,
    ChannelRequest,
    DeliveryList,
    RequestedTest,
)
from api.parts import Parts, WithParts
from api.repeats.request_key import WithRequestKey
from notifying.errors import NotDeliveredError, NotifySettingsWrong
from notifying.signature import parts_of
from rotation.identity.permission import Permission
from rotation.notice.channel import ChannelSettings
from rotation.notice.notice import Notice, NoticeKind
from service.notices.channels import SecretNotFitting, check_channel, fitting_secret
from store.notice.channels import Channel

router = APIRouter(tags=["channels"])
_log = structlog.get_logger(__name__)
_MANAGES = allowed(Permission.MANAGE_CHANNELS)


@router.get("/v1/channels", dependencies=[_MANAGES])
async def list_channels(parts: WithParts, asked: AskedPage) -> ChannelList:
    """The channels, how many messages wait for each, and why the last one failed."""
    page = await parts.store.channels.page(asked)
    return ChannelList(items=page.items, next=page.cursor)


@router.post(
    "/v1/channels",
    status_code=HTTPStatus.CREATED,
    responses=described(HTTPStatus.CONFLICT, HTTPStatus.NOT_FOUND),
    dependencies=[_MANAGES],
)
async def add_channel(order: ChannelRequest, author: WithAuthor, parts: WithParts, response: Response) -> ChannelKept:
    """Have people called by mail, webhook or syslog. What waits for a person at that time goes over it first."""
    await _check(order.settings, parts)
    try:
        secret = fitting_secret(order.settings, order.secret, order.token)
    except SecretNotFitting as error:
        raise _not_fitting(error) from None
    channel = await parts.store.channels.add(order.settings, secret, author, parts.clock())
    await parts.store.outbox.catch_up(channel.id)
    _log.info("channel added", channel=channel.id, name=channel.settings.name, who=author.who)
    response.headers.update({"Cache-Control": "no-store", "Location": f"/v1/channels/{channel.id}"})
    return ChannelKept(channel=channel, signing_key=_made(order, secret))


@router.get("/v1/channels/{channel_id}", responses=described(HTTPStatus.NOT_FOUND), dependencies=[_MANAGES])
async def show_channel(channel_id: str, parts: WithParts) -> Channel:
    """One channel."""
    return await parts.store.channels.get(channel_id)


@router.put(
    "/v1/channels/{channel_id}",
    responses=described(HTTPStatus.CONFLICT, HTTPStatus.NOT_FOUND),
    dependencies=[_MANAGES],
)
async def change_channel(
    channel_id: str, order: ChannelRequest, author: WithAuthor, parts: WithParts, response: Response
) -> ChannelKept:
    """Set a channel as a whole. What waits for it stays; it is tried at once."""
    await _check(order.settings, parts)
    known = await parts.store.channels.get(channel_id)
    stays = known.has_secret and known.settings.target == order.settings.target
    try:
        secret = fitting_secret(order.settings, order.secret, order.token, stays=stays)
    except SecretNotFitting as error:
        raise _not_fitting(error) from None
    channel = await parts.store.channels.change(channel_id, order.settings, secret, author, parts.clock())
    _log.info("channel changed", channel=channel.id, name=channel.settings.name, who=author.who)
    response.headers["Cache-Control"] = "no-store"
    return ChannelKept(channel=channel, signing_key=_made(order, secret))


@router.patch(
    "/v1/channels/{channel_id}",
    responses=described(HTTPStatus.CONFLICT, HTTPStatus.NOT_FOUND, HTTPStatus.PRECONDITION_FAILED),
    dependencies=[_MANAGES],
)
async def adjust_channel(channel_id: str, order: ChannelPatchRequest, author: WithAuthor, parts: WithParts) -> Channel:
    """Change some settings of a channel, and let the others, and its secret, be. What waits for it is tried at once.

    Refused (412) when another request changes the channel at the same time.
    """
    known = await parts.store.channels.get(channel_id)
    settings = order.onto(known.settings)
    await _check(settings, parts)
    at, before = parts.clock(), known.settings
    channel = await parts.store.channels.change(channel_id, settings, None, author, at, expected=before)
    _log.info("channel changed", channel=channel.id, name=channel.settings.name, who=author.who)
    return channel


@router.delete("/v1/channels/{channel_id}", responses=described(HTTPStatus.NOT_FOUND), dependencies=[_MANAGES])
async def remove_channel(channel_id: str, author: WithAuthor, parts: WithParts) -> Channel:
    """Send nothing over a channel any more; what waits for it is not sent."""
    channel = await parts.store.channels.remove(channel_id, author, parts.clock())
    _log.info("channel removed", channel=channel.id, name=channel.settings.name, who=author.who)
    return channel


@router.get("/v1/channels/{channel_id}/deliveries", responses=described(HTTPStatus.NOT_FOUND), dependencies=[_MANAGES])
async def list_deliveries(channel_id: str, parts: WithParts, asked: AskedPage) -> DeliveryList:
    """What went over a channel, what waits, and what was given up and why."""
    await parts.store.channels.get(channel_id)
    page = await parts.store.deliveries.page(channel_id, asked)
    return DeliveryList(items=page.items, next=page.cursor)


@router.post(
    "/v1/channels/{channel_id}/test",
    status_code=HTTPStatus.ACCEPTED,
    responses=described(HTTPStatus.NOT_FOUND),
    dependencies=[_MANAGES],
)
async def request_test(channel_id: str, author: WithAuthor, parts: WithParts, key: WithRequestKey) -> RequestedTest:
    """Have the worker send a test message, behind what is due already. Its delivery shows what became of it."""
    notice = Notice(key=f"test/{key.name}", kind=NoticeKind.TEST, at=parts.clock(), subject=author.who)
    return RequestedTest(message_id=await parts.store.outbox.put(channel_id, notice))


async def _check(settings: ChannelSettings, parts: Parts) -> None:
    remedy = "name a host that the service may send to: a public one, or one of ROTATOR_NOTIFY_PRIVATE_HOSTS"
    try:
        if isinstance(parts.sinks, NotifySettingsWrong):
            remedy = "set it right for API and worker, and start them again"
            raise parts.sinks.with_traceback(None)
        await check_channel(settings, parts.sinks, parts.store.sites)
    except NotDeliveredError as error:
        raise ProblemError(HTTPStatus.CONFLICT, "channel-address", str(error), remedy=remedy) from None


def _made(order: ChannelRequest, secret: SecretStr | None) -> str | None:
    """The signing key, where it was made and not given."""
    if secret is None or order.secret is not None:
        return None
    return parts_of(secret)[0].get_secret_value()


def _not_fitting(error: SecretNotFitting) -> ProblemError:
    remedy = "give the password with a username, or of a webhook no secret, so that one is made"
    return ProblemError(HTTPStatus.CONFLICT, "channel-secret", str(error), remedy=remedy)
