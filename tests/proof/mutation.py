"""A mutation: one rule of the product switched off in this process, wherever its function is known."""

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any

from simulation.drawn.faults import Faults
from simulation.drawn.scenario import Scenario

_PRODUCT = frozenset({"activities", "certificates", "engine", "rotation", "sepm", "service", "store", "workflows"})


@dataclass(frozen=True)
class Mutation:
    """One function of the product, and what takes its place."""

    name: str
    rule: str
    """The rule of proof that is off (docs/proof.md), or `issue` for a hole that has no rule of its own."""
    wrong: str
    """What is wrong with the product then."""
    replaces: Any
    """The function, method or property."""
    changed: Callable[..., Any]
    """Called with the original, then with its arguments."""
    where: Callable[[Scenario], bool]
    """In which drawn scenarios the rule can matter: others are not worth a search."""
    hole: str = ""
    """The known scenario that the rule closes (tests/simulation/known_holes.py), where none is drawn that needs it."""
    faults: Faults = Faults.ALL
    """What goes wrong in those."""
    behind: tuple[tuple[Any, Callable[..., Any]], ...] = ()
    """Where the same rule stands a second time, and what takes its place there."""
    unproven: str = ""
    """Why nothing catches it, where that is known: other rules notice the same."""


def everywhere(_scenario: Scenario) -> bool:
    """Every scenario."""
    return True


def mutation(
    *,
    rule: str,
    replaces: Any,
    where: Callable[[Scenario], bool] = everywhere,
    hole: str = "",
    faults: Faults = Faults.ALL,
    behind: Mapping[Any, Callable[..., Any]] | None = None,
    unproven: str = "",
) -> Callable[[Callable[..., Any]], Mutation]:
    """Make a mutation of a function: its name, and its docstring as what is wrong then."""

    def made(changed: Callable[..., Any]) -> Mutation:
        return Mutation(
            name=changed.__name__.replace("_", "-"),
            rule=rule,
            wrong=inspect.cleandoc(changed.__doc__ or ""),
            replaces=replaces,
            changed=changed,
            where=where,
            hole=hole,
            faults=faults,
            behind=tuple((behind or {}).items()),
            unproven=unproven,
        )

    return made


@contextmanager
def applied(mutated: Mutation) -> Iterator[None]:
    """Have the product run with the mutation.

    1. find every place of the product that holds the function: modules, tuples of rules, classes
    2. put the changed one there, and in the end the original again

    Raises:
        LookupError: when no place holds it: the mutation would change nothing.
    """
    changes = [
        (holder, name, value, original, changed)
        for original, changed in ((mutated.replaces, mutated.changed), *mutated.behind)
        for holder, name, value in _found(mutated, original)
    ]
    for holder, name, value, original, changed in changes:
        put = _instead(original, changed)
        setattr(holder, name, tuple(put if each is original else each for each in value) if _is_many(value) else put)
    try:
        yield
    finally:
        for holder, name, value, *_ in changes:
            setattr(holder, name, value)


def _found(mutated: Mutation, original: Any) -> list[tuple[Any, str, Any]]:
    places = list(_places(original))
    if not places:
        raise LookupError(f"{mutated.name}: the product has no {original!r}")
    return places


def _instead(original: Any, changed: Callable[..., Any]) -> Any:
    """What stands in the original's place: a property where that is one."""
    if isinstance(original, property):
        return property(lambda instance: changed(original.fget, instance))

    @wraps(original)
    def called(*args: Any, **named: Any) -> Any:
        return changed(original, *args, **named)

    return called


def _places(original: object) -> Iterator[tuple[Any, str, Any]]:
    """The holder, the name and the value of everything in the product that is `original` or lists it."""
    for module in [each for name, each in sys.modules.items() if name.partition(".")[0] in _PRODUCT]:
        own = [each for each in vars(module).values() if _is_own(each, module.__name__)]
        for holder in (module, *own):
            for name, value in list(vars(holder).items()):
                if value is original or (_is_many(value) and any(each is original for each in value)):
                    yield holder, name, value


def _is_own(value: object, module: str) -> bool:
    return inspect.isclass(value) and value.__module__ == module


def _is_many(value: object) -> bool:
    return type(value) is tuple
