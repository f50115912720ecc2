"""Which of the moves that an attention offers its owner chooses."""

from rotation.running.attention import PLAN_DIFFERS, PLAN_ON_TRUST, Attention
from rotation.running.message import Move
from rotation.running.state import RotationState
from simulation.drawn.networking import WhenShut
from simulation.drawn.scenario import Scenario
from simulation.people import looks, stopping
from simulation.people.operator import Operator

_TIMEOUT = 4
"""How often a person tries the same before choosing another way."""


def choose(
    attention: Attention, tries: int, state: RotationState, operator: Operator, scenario: Scenario
) -> tuple[Attention, Move]:
    """The question that they answer, and how: of a plan that differs they may wish another one."""
    beside = next((each for each in state.attention if each.code == PLAN_ON_TRUST), None)
    if attention.code == PLAN_DIFFERS and beside is not None and tries > _TIMEOUT and not _fits(attention):
        return beside, Move.PROCEED
    return attention, _chosen(attention, tries, state, operator, scenario)


def _fits(attention: Attention) -> bool:
    """Whether a plan is there to go on with."""
    return bool({Move.APPROVE, Move.PROCEED} & set(attention.options))


def _chosen(attention: Attention, tries: int, state: RotationState, operator: Operator, scenario: Scenario) -> Move:
    """Wait longer, or approve, or try again; another way when that has not helped for some time."""
    options = attention.options
    held = state.wait.held if state.wait is not None else ()
    if attention.code == "canary-back":
        way = Move.PROCEED if operator.finds_http_open(held) else Move.CANCEL
        return way if way in options else options[0]
    if attention.code == "canary-held":
        about = _about_networks(held, operator, scenario.networking.when_shut)
        if about is not None and about in options:
            return about
    if attention.code == looks.ASKED:
        operator.stop_what_gave_old_lists(attention.message)
        return looks.choice(state, options, tries, scenario.looks)
    if attention.code == "gate-limit" and state.outline.purpose == "roll-back" and Move.PROCEED in options:
        reading = state.wait.reading if state.wait is not None else None
        if reading is not None and operator.finds_failing(reading.waiting_names):
            return Move.PROCEED
    if attention.code == "site-differs" and tries <= _TIMEOUT:
        return Move.RETRY  # they have put it right
    return _usual(options, helps=tries <= stopping.patience(attention.code, _TIMEOUT))


def _usual(options: tuple[Move, ...], *, helps: bool) -> Move:
    """The choice of a person who has nothing to put right; `helps`: it may still help to wait or to try again."""
    ways = () if helps else (Move.PROCEED, Move.CANCEL)
    patient = (Move.APPROVE, Move.RETRY) if Move.APPROVE in options else (Move.EXTEND, Move.RETRY)
    return next((way for way in (*ways, *patient) if way in options), options[0])


def _about_networks(held: tuple[str, ...], operator: Operator, when_shut: WhenShut) -> Move | None:
    """What they do about canaries whose network lets no plain HTTP through; None: what they do about any."""
    if operator.finds_http_open(held):
        return None
    match when_shut:
        case WhenShut.OPEN:
            operator.open_http(held)
            return Move.EXTEND
        case WhenShut.GIVE_UP:
            return Move.CANCEL
        case WhenShut.LEAVE_OUT:
            return None
