"""Saying something to a running rotation, and what its answer means to the one who asked."""

from api.parts import Parts
from api.problems import refused
from engine.speaking import send
from rotation.running.message import Message
from rotation.values import SiteId


async def say(parts: Parts, site_id: SiteId, message: Message) -> bool:
    """Send `message`, and wait until the rotation has answered it; False while it is still at work on it.

    Raises:
        ProblemError: 409 with the findings, when the rotation does not accept it.
        EngineFault: when it is refused at once, or withdrawn, or the rotation is not running or cannot be reached.
    """
    reply = await send(parts.temporal, site_id, message, patience=parts.answer_wait)
    if reply is not None and not reply.accepted:
        raise refused(f"{message.move.value.replace('_', '-')}-refused", reply.findings)
    return reply is not None
