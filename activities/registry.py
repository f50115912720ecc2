"""All activities over one world, for the worker that runs them."""

from collections.abc import Callable
from typing import Any

from activities.admission import Admission
from activities.gate.gates import Gates
from activities.gate.leaving_out import LeavingOut
from activities.gate.silent_clients import SilentClients
from activities.gate.statements import Statements
from activities.look.accepting import Acceptances
from activities.look.looking import SiteLooks
from activities.look.newborns import Newborns
from activities.order.ordering import Ordering
from activities.order.simulation_runs import Playing
from activities.plan.admitting import Admitting
from activities.plan.closing import ClosingCheck
from activities.plan.loading import Loading
from activities.plan.planning import Planning
from activities.plan.rolling_back import RollBackPlanner
from activities.progress import ProgressKeeper
from activities.setting.originals import OriginalsRecorder
from activities.setting.policy_moves import PolicyMoves
from activities.setting.references import ReferenceFixing
from activities.setting.settings import SettingsWriter
from activities.survey.servers import Servers
from activities.survey.surveying import Surveying
from activities.survey.watching import Watching
from activities.task.tasks import TaskActivities
from service.world import World
from store.store import Store


def all_activities(store: Store, world: World | None = None) -> list[Callable[..., Any]]:
    """Every activity of the contract. What asks for one on behalf of a rotation is held against the store first."""
    world = world or World(store=store)
    surveying, planning = Surveying(world), Planning(world)
    playing, ordering, references = Playing(world), Ordering(world), ReferenceFixing(world)
    settings, tasks, looking, moving = (
        SettingsWriter(world),
        TaskActivities(world),
        SiteLooks(world),
        PolicyMoves(world),
    )
    every: list[Callable[..., Any]] = [
        surveying.survey_site,
        planning.check_plan,
        Admitting(world).admit,
        Loading(world).load_plan,
        RollBackPlanner(world).plan_roll_back,
        OriginalsRecorder(world).record_originals,
        settings.write_settings,
        references.fix_references,
        references.forget_gate,
        moving.move_policies,
        moving.put_policies_back,
        Gates(world).read_gate,
        SilentClients(world).read_silent,
        LeavingOut(world).leave_out,
        Statements(world).state_coverage,
        tasks.open_task,
        tasks.observe_task,
        tasks.move_task,
        tasks.note_proof,
        tasks.look_before_work,
        Servers(world).observe_servers,
        looking.look,
        looking.restart_gate,
        Newborns(world).find_newborn,
        Acceptances(world).accept_found,
        ClosingCheck(world).check_closing,
        ProgressKeeper(world).record_progress,
        playing.play_run,
        playing.end_simulation,
        Watching(world).watch_certificates,
        ordering.advance_order,
        ordering.end_order,
    ]
    admission = Admission(world)
    return [admission.before(activity) for activity in every]
