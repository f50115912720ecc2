"""The moves of a rotation as the page offers them: what each means now, and why one that cannot work is not offered."""

from datetime import timedelta
from uuid import uuid4

from api.rotation.moves import permission_of
from rotation.identity.identity import Principal
from rotation.identity.permission import Permission
from rotation.running.attention import CANARY_HELD, SECOND, Attention
from rotation.running.message import Message, Move
from rotation.running.moves import EXPLAINED, refusal
from rotation.running.state import RotationState
from rotation.text.sentence import Sentence, sentence
from rotation.values import Value

MEANINGS: dict[Move, tuple[Sentence, Sentence]] = {
    Move.APPROVE: (
        sentence("Approve"),
        sentence(
            "What the question asks is done. Where two persons have to approve, the first approval is kept, and a "
            "second person gives the same."
        ),
    ),
    Move.PROCEED: (
        sentence("Go on all the same"),
        sentence("A second person approves that first. Clients that are not proven may be cut off."),
    ),
    Move.STATE_GATE: (
        sentence("State what the console shows"),
        sentence("A second person approves the statement. It counts as the proof of these clients."),
    ),
    Move.RETRY: (sentence("Try again"), sentence("The service looks once more, or does once more what has failed.")),
    Move.FINISH: (sentence("Let it finish"), sentence("The roll-back is dropped, and the rotation goes on.")),
    Move.EXTEND: (
        sentence("Wait longer"),
        sentence("The service asks that many days later. No client loses anything by it."),
    ),
    Move.LOOK_AGAIN: (sentence("Read now"), sentence("The service reads the clients now and not at its next time.")),
    Move.HOLD: (
        sentence("Hold"),
        sentence(
            "The rotation stands still before its next act, until an operator resumes it. A gate reads clients on, and "
            "shows those that are cut off."
        ),
    ),
    Move.RESUME: (
        sentence("Resume"),
        sentence("The rotation goes on where it stands. One that was cancelled puts every setting back."),
    ),
    Move.CANCEL: (
        sentence("Cancel"),
        sentence("Every setting goes back to what it was. Possible until the first certificate is replaced."),
    ),
    Move.ROLL_BACK: (
        sentence("Roll back"),
        sentence("The old certificates go back, one server at a time and by the same gates. A second person approves."),
    ),
}
"""What a button says, and what it does."""
_RISKS = {
    CANARY_HELD: sentence(
        "A second person approves that first. The other groups follow: what keeps the first clients may keep theirs, "
        "too, until an operator mends it. No client is left out, since the next gate waits for all of them."
    ),
}
"""What going on risks, by the code of what is asked, where it is not what `MEANINGS` has."""
_SECONDED = sentence("What the first person wants is done. Clients that are not proven may be cut off.")
_SECONDED_RISKS = {
    CANARY_HELD: sentence(
        "What the first person wants is done: the other groups follow. What keeps the first clients, or what their "
        "server signs with, may keep theirs, too, until an operator mends it: see first what the question names. No "
        "client is left out, since the next gate waits for all of them."
    ),
}
"""What a second person's approval risks, by what the first one wants."""
GENERAL = (Move.LOOK_AGAIN, Move.EXTEND, Move.HOLD, Move.RESUME, Move.CANCEL, Move.ROLL_BACK)
"""Those that answer no question."""
_NOT_YOURS = sentence("Your roles do not let you.")
_A_DAY = timedelta(days=1)


class MoveOffer(Value):
    """A move, as a button or as the reason why there is none."""

    move: Move
    label: Sentence
    meaning: Sentence
    question: str = ""
    explained: bool
    refused: str = ""
    """Why the rotation would refuse it now."""
    barred: Sentence | None = None
    """Why the reader may not make it."""
    request_id: str

    @property
    def offered(self) -> bool:
        """Whether it may work."""
        return not self.refused and self.barred is None

    @property
    def permission(self) -> Permission:
        """What the reader needs to make it."""
        return permission_of(self.move)

    @property
    def path(self) -> str:
        """The last part of its address."""
        return self.move.value.replace("_", "-")


def general_offers(state: RotationState, caller: Principal) -> tuple[MoveOffer, ...]:
    """The moves that answer no question."""
    return tuple(_offer(move, state, caller, "") for move in GENERAL)


def answers(attention: Attention, state: RotationState, caller: Principal) -> tuple[MoveOffer, ...]:
    """The answers to a question; cancel and extend stand among the general ones, too."""
    offers = (_offer(move, state, caller, attention.question) for move in attention.options if move in MEANINGS)
    move, risk = _risk(attention, state)
    if risk is None:
        return tuple(offers)
    return tuple(each.model_copy(update={"meaning": risk}) if each.move is move else each for each in offers)


def _risk(attention: Attention, state: RotationState) -> tuple[Move, Sentence | None]:
    """Which answer risks something else than its general meaning has, and what."""
    if attention.code == SECOND and state.proceed is not None:
        return Move.APPROVE, _SECONDED_RISKS.get(state.proceed.about, _SECONDED)
    return Move.PROCEED, _RISKS.get(attention.code)


def _offer(move: Move, state: RotationState, caller: Principal, question: str) -> MoveOffer:
    label, meaning = MEANINGS[move]
    return MoveOffer(
        move=move,
        label=label,
        meaning=meaning,
        question=question,
        explained=move in EXPLAINED,
        refused=_why_not(move, state, caller, question),
        barred=None if caller.may(permission_of(move)) else _NOT_YOURS,
        request_id=uuid4().hex,
    )


def _why_not(move: Move, state: RotationState, caller: Principal, question: str) -> str:
    """What the rotation would answer now; a statement is judged when it is made."""
    if move is Move.STATE_GATE:
        return ""
    message = Message(
        move=move,
        rotation_id=state.rotation_id,
        who=caller.name,
        identity=caller.id,
        why="to look",
        by=_A_DAY if move is Move.EXTEND else None,
        question=question,
        request_id="to look",
    )
    found = refusal(message, state)
    return found.message if found is not None else ""
