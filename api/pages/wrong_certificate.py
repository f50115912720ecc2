"""A certificate that no step of the rotation put into a server, as the task of a replacement shows it."""

from collections.abc import Sequence
from datetime import datetime

from api.pages.card_view import ActShown, acts_shown
from api.pages.seen_now import presented_now
from api.parts import Parts
from rotation.drift.presented import THIRD
from rotation.finding import Finding
from rotation.plan.card.certificate_cards import right_one_back
from rotation.plan.work.task import ReplaceCertificate
from rotation.running.attention import DRIFT, TASK_WRONG, Attention
from rotation.running.message import Move
from rotation.site import Site
from rotation.text.sentence import Sentence
from rotation.values import ServerName, Value
from texts.catalogue import Translator


class WrongCertificate(Value):
    """What was found, what the servers present now, and how each gets its right certificate back."""

    found: tuple[Finding, ...]
    found_at: datetime | None
    """When it was found first; None where the rotation cannot be asked."""
    is_asked: bool
    """Whether the rotation asks a person about it, so that another try looks at once."""
    presented: tuple[Sentence, ...]
    """What the other servers that it is about present now."""
    back: tuple[tuple[ServerName, tuple[ActShown, ...]], ...]


async def wrong_certificate(
    parts: Parts,
    site: Site,
    work: ReplaceCertificate,
    findings: Sequence[Finding],
    *,
    attention: Sequence[Attention],
    version: str,
    by: Translator,
) -> WrongCertificate | None:
    """What a replacement's task says of such a certificate; None where none is known.

    A known certificate at the wrong server has an instruction of its own: it takes the place of the alarm.

    Args:
        parts: what probes.
        site: where the servers are.
        work: the replacement.
        findings: what the rotation shows.
        attention: the same as the rotation itself has it; none where it cannot be asked.
        version: of the site's SEPM.
        by: the reader's language.
    """
    known = [each for each in findings if each.code == TASK_WRONG]
    found = known or [each for each in findings if each.code == THIRD]
    if not found:
        return None
    named = {name for each in found for name in each.subject.split(", ")}
    others = [each.name for each in site.servers if each.name in named and each.name != work.server]
    return WrongCertificate(
        found=tuple(found),
        found_at=min((each.raised_at for each in attention if each.code == found[0].code), default=None),
        is_asked=any(each.code == DRIFT and Move.RETRY in each.options for each in attention),
        presented=await presented_now(parts, site, others),
        back=tuple((server, acts_shown(right_one_back(server), version, by)) for server in others),
    )
