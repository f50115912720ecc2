"""Which codes and kinds the product has, which of them a proof has come to, and which test comes to the others."""

import ast
import importlib
import tomllib
from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

from emulator.state.slips import Mistake
from emulator.switches import Switches
from engine.contract import EventKind
from rotation.plan.scope import Treatment
from rotation.plan.step import GatePurpose
from rotation.running.state import Outcome
from simulation.drawn.scenario import Profile
from tests.proof.drawn.event_draws import USUAL, WIDER

HOME = Path(__file__).parent.parent.parent
ELSEWHERE = Path(__file__).with_name("elsewhere.toml")
"""By code or trait, the test that comes to it because no drawn site does."""
_ROOMS = ("rotation", "workflows", "activities", "service")
_SAYS = {
    "blocking": 0,
    "warning": 0,
    "info": 0,
    "raise_attention": 0,
    "ask": 0,
    "ask_on": 0,
    "_stale": 0,
    "_against": 0,
    "_unlike": 1,
}
"""Functions that say something, and which of their arguments is the code."""
_METHODS = frozenset({"raise_attention", "ask", "ask_on"})
_TABLES = (
    ("workflows.waits.clients_cut_off", "CODES"),
    ("workflows.waits.outage", "CODES"),
    ("workflows.steps.signed_gate", "_TEXTS"),
    ("rotation.running.refused_input", "CODES"),
)
"""Codes that stand in a table, and are given as a variable. Those of refused moves, `MOVE-refused`, are left out."""


def codes() -> frozenset[str]:
    """Every code that the product's findings and attention can have, as its source names them."""
    named = {code for room in _ROOMS for file in sorted((HOME / room).rglob("*.py")) for code in _in_file(file)}
    return frozenset(named | table_codes())


def table_codes() -> set[str]:
    """The codes that stand in tables."""
    return {code for module, table in _TABLES for code in getattr(importlib.import_module(module), table)}


def traits() -> frozenset[str]:
    """Everything that a proof is to cover beside the codes."""
    kinds: dict[str, type[StrEnum]] = {
        "profile": Profile, "treatment": Treatment, "gate": GatePurpose, "story": EventKind, "end": Outcome,
        "mistake": Mistake,
    }  # fmt: skip
    of_kinds = {f"{name} {each.value}" for name, kind in kinds.items() for each in kind}
    of_kinds |= {f"event {kind}" for kind in (*USUAL, *WIDER)}
    return frozenset(of_kinds | set(_switches()) | {f"servers {each}" for each in ("1", "2", "3", "4 and more")})


def _switches() -> Iterator[str]:
    for name, field in Switches.model_fields.items():
        kind = field.annotation
        if kind is bool:
            yield from (f"switch {name} {value}" for value in (True, False))
        elif isinstance(kind, type) and issubclass(kind, StrEnum):
            yield from (f"switch {name} {each.value}" for each in kind)
        else:
            yield from (f"switch {name} {how}" for how in ("as usual", "otherwise"))


def elsewhere() -> dict[str, str]:
    """By code or trait, the file of the test that comes to it."""
    tests: dict[str, str] = tomllib.loads(ELSEWHERE.read_text(encoding="utf-8"))
    return tests


def missing(reached: Collection[str]) -> list[str]:
    """What neither the proof nor a named test has come to."""
    return sorted((codes() | traits()) - set(reached) - elsewhere().keys())


def _in_file(file: Path) -> Iterator[str]:
    """The codes that are given to a call that says something, in one file."""
    for call in ast.walk(_parsed(file)):
        if isinstance(call, ast.Call) and _says(call) and (given := _code(call)) is not None:
            yield from _values(given, _constants(file))


def _says(call: ast.Call) -> bool:
    """Whether it makes a finding or raises attention; a logger's `info` does not."""
    if isinstance(call.func, ast.Name):
        return call.func.id in _SAYS
    return isinstance(call.func, ast.Attribute) and call.func.attr in _METHODS


def _code(call: ast.Call) -> ast.expr | None:
    named = (each.value for each in call.keywords if each.arg == "code")
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    place = _SAYS.get(name, 0)
    return next(named, call.args[place] if len(call.args) > place else None)


@cache
def _parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


@cache
def _constants(file: Path) -> Mapping[str, str]:
    """The texts that names of a module stand for: its own, and those that it imports from others of the product."""
    found: dict[str, str] = {}
    for each in _parsed(file).body:
        match each:
            case ast.ImportFrom(module=str(module), names=names) if module.partition(".")[0] in _ROOMS:
                other = HOME / f"{module.replace('.', '/')}.py"
                theirs = _constants(other) if other.exists() else {}
                found |= {(to.asname or to.name): theirs[to.name] for to in names if to.name in theirs}
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text))):
                found[name] = text
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=texts)):
                both = zip(names, texts, strict=True)
                found |= {
                    to.id: text.value
                    for to, text in both
                    if isinstance(to, ast.Name) and isinstance(text, ast.Constant) and isinstance(text.value, str)
                }
            case _:
                pass
    return found


def _values(given: ast.expr, constants: Mapping[str, str]) -> Iterator[str]:
    """What an argument can be: a text, a constant of its module, or one of two. A variable stands in a table."""
    match given:
        case ast.Constant(value=str(text)):
            yield text
        case ast.Name(id=name) if name in constants:
            yield constants[name]
        case ast.IfExp(body=first, orelse=second):
            yield from (*_values(first, constants), *_values(second, constants))
        case _:
            pass
