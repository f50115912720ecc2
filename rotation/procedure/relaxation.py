"""Relaxing R before a wave's swaps, and restoring it after them: canaries first, then the rest (rules 10 and 13)."""

from collections.abc import Iterator

from rotation.plan.procedure_choices import ProcedureChoices
from rotation.plan.scope import OwnerScope
from rotation.plan.step import Console, Gate, GatePurpose, ScopeName, SettingField, Step, Write
from rotation.plan.work.task import RefreshImages
from rotation.proof.gate import minimum
from rotation.text.some_names import some_of

_ASKED_AFTER = 2
"""A canary was there just before: after so many times its minimum a person is asked what holds it."""

_NAMES_SHOWN = 3


def relax(choices: ProcedureChoices, wave: int) -> Iterator[Step]:
    """The steps that relax R.

    0. where lists stay as they are (12.x), without A5
    1. A5, A7 on the canaries; a gate over them: the new path works where they are
    2. A5, A7 on the rest
    3. golden images and install packages
    4. A8: the gate for all of R
    """
    if choices.first:
        yield from _loosen(choices, wave, ScopeName.CANARIES)
        yield _canary_gate(choices, wave, "A8", GatePurpose.RELAXED)
    yield from _loosen(choices, wave, _all_others(choices))
    if choices.image_groups:
        yield refresh_images(choices, wave)
    least = minimum(choices.relaxed, floor=choices.limits.relax_floor)
    yield Gate(
        id="",
        number="A8",
        wave=wave,
        title="Wait until every client of the relaxed groups holds the relaxed policy",
        purpose=GatePurpose.RELAXED,
        scope=ScopeName.RELAXED,
        minimum=least,
        # Patience goes before the swap: an absentee of a relaxed group has no holdout (rule 3).
        patience=max(choices.limits.holdout_maximum, least),
    )


def still_relaxed(choices: ProcedureChoices, wave: int) -> Iterator[Step]:
    """Before another server is swapped while R stays relaxed: A8 once more, where settings cannot be read.

    A swap may move serials: an export with those that were copied shows their policies, or operators state them.
    """
    if not choices.unread or not choices.relaxed:
        return
    least = minimum(choices.relaxed) + choices.limits.publish_delay
    yield Gate(
        id="",
        number="A8",
        wave=wave,
        title="Wait until every client of the relaxed groups is shown to be relaxed still",
        purpose=GatePurpose.RELAXED,
        scope=ScopeName.RELAXED,
        minimum=least,
        patience=max(choices.limits.gate_patience, least),
    )


def restore(choices: ProcedureChoices, wave: int, *, gated: bool) -> Iterator[Step]:
    """The steps that restore R to the recorded state, not "on": the check box first, then the list (seed 10).

    0. gated, images: a machine that starts from its image must know the certificates before it verifies (rule 4)
    1. A10c on the canaries, gate, A10d on the canaries, gate: they report a policy that was signed with the new key
       after they began to verify
    2. A10c on the rest, gate, A10d on the rest, gate: both gates are for all of R
    3. of a site whose lists stay as they are, A10c only
    """
    if gated and choices.image_groups:
        yield refresh_images(choices, wave)
    if gated and choices.first:
        yield _secure(wave, ScopeName.CANARIES)
        yield _canary_gate(choices, wave, "A10c", GatePurpose.VERIFYING)
        if not choices.lists_stay:
            yield _reassign(wave, ScopeName.CANARIES)
            yield _canary_gate(choices, wave, "A10d", GatePurpose.RETURNED)
    others = _all_others(choices) if gated else ScopeName.RELAXED
    yield _secure(wave, others)
    if gated:
        yield _restore_gate(choices, wave, "A10c", GatePurpose.VERIFYING)
    if choices.lists_stay:
        return
    yield _reassign(wave, others)
    if gated:
        yield _restore_gate(choices, wave, "A10d", GatePurpose.RETURNED)


def refresh_images(choices: ProcedureChoices, wave: int, groups: tuple[str, ...] = ()) -> Console:
    """Images and packages are made again: clients made from them start with what they hold (rule 4).

    Args:
        choices: the plan's.
        wave: the wave.
        groups: whose; of all that have any, when it names none.
    """
    work = RefreshImages(groups=groups or choices.image_groups)
    return Console(id="", number="images", wave=wave, title="Refresh golden images and install packages", work=work)


def _all_others(choices: ProcedureChoices) -> ScopeName:
    return ScopeName.REST if choices.first else ScopeName.RELAXED


_WHOSE = {ScopeName.CANARIES: " of the canaries", ScopeName.REST: " of the rest"}


def _loosen(choices: ProcedureChoices, wave: int, scope: ScopeName) -> Iterator[Write]:
    if not choices.lists_stay:
        yield Write(
            id="",
            number="A5",
            wave=wave,
            title=f"Assign the HTTP copies{_WHOSE.get(scope, '')}",
            field=SettingField.SERVER_LIST,
            scope=scope,
        )
    yield Write(
        id="",
        number="A6-A7" if choices.lists_stay else "A7",
        wave=wave,
        title=f"Turn secure communications{_WHOSE.get(scope, '')} off",
        field=SettingField.SECURE_COMMUNICATIONS,
        scope=scope,
    )


def _secure(wave: int, scope: ScopeName) -> Write:
    return Write(
        id="",
        number="A10c",
        wave=wave,
        title=f"Put secure communications{_WHOSE.get(scope, '')} back as recorded",
        field=SettingField.SECURE_COMMUNICATIONS,
        scope=scope,
        restores=True,
    )


def _reassign(wave: int, scope: ScopeName) -> Write:
    return Write(
        id="",
        number="A10d",
        wave=wave,
        title=f"Assign the original lists{_WHOSE.get(scope, '')} again",
        field=SettingField.SERVER_LIST,
        scope=scope,
        restores=True,
    )


_PROVES = {
    GatePurpose.RELAXED: "hold the relaxed policy",
    GatePurpose.VERIFYING: "verify the new certificate",
    GatePurpose.RETURNED: "are back on their own list",
}
_PROVES_OLD = {**_PROVES, GatePurpose.VERIFYING: "verify the old certificate"}


def _proves(choices: ProcedureChoices, purpose: GatePurpose) -> str:
    """What clients show at a gate; on the way back the certificate that they verify is the old one."""
    turned_back = any(replacement.puts_back for replacement in choices.replacements.values())
    return (_PROVES_OLD if turned_back else _PROVES)[purpose]


def _canary_gate(choices: ProcedureChoices, wave: int, number: str, purpose: GatePurpose) -> Gate:
    least = minimum(choices.first)
    return Gate(
        id="",
        number=number,
        wave=wave,
        title=f"Wait until the canaries {_proves(choices, purpose)}: {_names(choices.first)}",
        purpose=purpose,
        scope=ScopeName.CANARIES,
        minimum=least,
        patience=_ASKED_AFTER * least,
    )


def _restore_gate(choices: ProcedureChoices, wave: int, number: str, purpose: GatePurpose) -> Gate:
    least = minimum(choices.relaxed)
    return Gate(
        id="",
        number=number,
        wave=wave,
        title=f"Wait until the clients of the relaxed groups {_proves(choices, purpose)}",
        purpose=purpose,
        scope=ScopeName.RELAXED,
        minimum=least,
        patience=max(choices.limits.gate_patience, least),
    )


def _names(owners: tuple[OwnerScope, ...]) -> str:
    return some_of([owner.path for owner in owners], _NAMES_SHOWN)
