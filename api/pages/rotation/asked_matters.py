"""What a rotation asks, or shows as attention, with the answers that it takes."""

import re
from datetime import datetime

from api.pages.move_offers import MEANINGS, MoveOffer, answers
from api.pages.rotation.held_canaries import which_canaries
from api.parts import Parts
from api.rotation.rotation_document import RotationShown
from rotation.finding import Finding
from rotation.identity.identity import Principal
from rotation.identity.two_persons import TwoPersonAct, Wish
from rotation.running.attention import (
    LAPSED,
    PLAN_DIFFERS,
    PLAN_ON_TRUST,
    ROLL_BACK,
    SECOND,
    Attention,
    is_only_shown,
    options_of,
)
from rotation.running.message import Move
from rotation.running.state import RotationState
from rotation.text.sentence import Sentence
from rotation.values import Value

_ABOUT_PLANS = frozenset({ROLL_BACK, PLAN_DIFFERS})
_PLAN = re.compile(r"plan ([A-Za-z0-9-]{1,100}), hash")
"""How the message of such a question names it."""


class MatterAsked(Value):
    """An attention with the answers that it offers."""

    subject: str
    message: str
    code: str
    remedy: str = ""
    which: Sentence | None = None
    """Which clients or servers it is about, where the message does not say that."""
    answers: tuple[Sentence, ...] = ()
    """What it offers, by their names, where the rotation cannot be asked now."""
    offers: tuple[MoveOffer, ...] = ()
    wished: Wish | None = None
    """The first of two approvals, where one is kept."""
    found_at: datetime | None = None
    """When it was found, where it is known."""

    @property
    def is_tried(self) -> bool:
        """Whether another try looks at once."""
        return any(each.move is Move.RETRY and each.offered for each in self.offers)

    @property
    def is_only_shown(self) -> bool:
        """Whether it is a drift that the rotation takes as it is: it asks nothing, and goes on."""
        return self.found_at is not None and is_only_shown(self.code, self.offers)

    @property
    def names_later(self) -> bool:
        """Whether the plan that its answer leads to has the names."""
        return self.code == PLAN_ON_TRUST

    @property
    def is_lapsed(self) -> bool:
        """Whether it is proof that has lapsed: its cause may be gone before the proof is read again."""
        return self.code == LAPSED

    @property
    def is_of_second_person(self) -> bool:
        """Whether one person has answered a question, and a second one is asked about the answer."""
        return self.code == SECOND

    @property
    def plan(self) -> str:
        """The id of the plan that it asks about; empty where it asks about none."""
        return plan_asked_about(self.code, self.message)


def plan_asked_about(code: str, message: str) -> str:
    """The id of the plan that a question asks about; empty where it asks about none."""
    named = _PLAN.findall(message) if code in _ABOUT_PLANS else []
    return named[-1] if named else ""


async def asked_matters(
    parts: Parts, shown: RotationShown, now: RotationState | None, caller: Principal
) -> tuple[MatterAsked, ...]:
    """What is shown as attention; with its answers where the rotation can be asked now."""
    first = await _first_approval(parts, now)
    asked: dict[str, Attention] = {each.code: each for each in now.attention} if now is not None else {}

    def matter(found: Finding) -> MatterAsked:
        attention = asked.get(found.code)
        if attention is None or now is None:
            named = tuple(MEANINGS[move][0] for move in options_of(found) if move in MEANINGS)
            remedy = "" if named else found.remedy
            return MatterAsked(
                subject=found.subject, message=found.message, code=found.code, remedy=remedy, answers=named
            )
        return MatterAsked(
            subject=found.subject,
            message=found.message,
            code=found.code,
            which=which_canaries(attention, now),
            offers=answers(attention, now, caller),
            wished=first if attention.code == PLAN_DIFFERS else None,
            found_at=attention.raised_at,
        )

    return tuple(map(matter, shown.attention))


async def _first_approval(parts: Parts, now: RotationState | None) -> Wish | None:
    """What the first person has approved of an amendment, where two persons approve each plan."""
    asked = next((each for each in now.attention if each.code == PLAN_DIFFERS), None) if now is not None else None
    if now is None or asked is None:
        return None
    content = {"rotation": now.rotation_id, "question": asked.question}
    return await parts.store.wishes.waiting(TwoPersonAct.AMEND, content, at=parts.clock())
