"""Disaster recoveries to play: a certificate is damaged at a site that was surveyed before, and put back."""

from datetime import timedelta

from emulator.events.site_events import CertificateDamaged
from rotation.plan.plan import Plan
from rotation.recovery.damage import RecoveryCopy
from rotation.values import Fingerprint, ServerName
from service.plans.recovery_planning import recovery_plan
from simulation.played.run import Planned
from simulation.played.stage import Stage

NOTICED_AFTER = timedelta(minutes=10)
"""How long a damage stays unnoticed."""


def after_damage(
    *damages: CertificateDamaged, lived: timedelta = timedelta(hours=3), noticed: timedelta = NOTICED_AFTER
) -> Planned:
    """Surveys a site, lets it live, damages certificates, and plans to put them back.

    Args:
        damages: what happens, all at once.
        lived: from the survey to the damage.
        noticed: from the damage to the plan.
    """

    async def planned(stage: Stage) -> Plan:
        await stage.survey()
        stage.clock.leap_to(stage.clock.now() + lived)
        for damage in damages:
            stage.simulation.schedule(damage, stage.clock.now())
        stage.clock.leap_to(stage.clock.now() + noticed)
        return await recovery_of(stage, *damages)

    return planned


async def recovery_of(stage: Stage, *damages: CertificateDamaged) -> Plan:
    """The plan that puts damaged certificates back, with the recovery file that each server had in the beginning."""
    files = {server.name: server.recovery_files[0] for server in stage.simulation.site.servers.values()}
    copies = {
        ServerName(damage.server): RecoveryCopy(
            name=files[damage.server].filename,
            sha256=Fingerprint("c" * 64),
            certificate=Fingerprint(files[damage.server].credential.fingerprint),
            not_after=files[damage.server].credential.certificate.not_valid_after_utc,
            key_matches=True,
        )
        for damage in damages
    }
    presents = await stage.world.served(stage.site.servers)
    plan = await recovery_plan(stage.store, stage.site, presents, copies, {}, now=stage.clock.now())
    await stage.store.plans.add(plan)
    return plan
