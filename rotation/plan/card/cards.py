"""The card of each kind of work."""

from collections.abc import Callable

from rotation.plan.card.card import Card, in_english, lines
from rotation.plan.card.certificate_cards import put_back_card, replace_card, save_card
from rotation.plan.card.client_cards import images_card, look_card, start_card, stop_card
from rotation.plan.card.label import ConsoleLanguage
from rotation.plan.card.list_cards import assign_card, copy_card, delete_card, reorder_card
from rotation.plan.card.report import report_command
from rotation.plan.card.server_cards import ports_card, services_card
from rotation.plan.card.setting_cards import replication_card, secure_card
from rotation.plan.card.signed_files_card import compare_card
from rotation.plan.work.client_look import LookAtClients
from rotation.plan.work.https_drill import OpenHttps, ShutHttps
from rotation.plan.work.stop_drill import StartServer, StopServer
from rotation.plan.work.task import (
    AssignList,
    CompareSignedFiles,
    CopyList,
    DeleteList,
    Evidence,
    PauseReplication,
    PutCertificateBack,
    RefreshImages,
    ReorderList,
    ReplaceCertificate,
    ResumeReplication,
    SaveRecoveryFile,
    SetSecureCommunications,
    StartHandOuts,
    StopHandOuts,
    Work,
    evidence_for,
)
from rotation.text.sentence import Sentence, sentence
from rotation.values import TaskId

STATED = sentence("Nothing shows it to the service: what you state is the only proof")


def instructions(
    work: Work,
    task_id: TaskId,
    evidence: Evidence,
    write: Callable[[Sentence], str] = in_english,
    console: ConsoleLanguage = ConsoleLanguage.ENGLISH,
) -> tuple[str, ...]:
    """The card, one line each, with the command that reports it: in English as a task keeps it."""
    reported = sentence("Say done on the page, or by: %(command)s", command=report_command(work, task_id))
    return (*lines(card_of(work, evidence), write, console), write(reported))


def card_of(work: Work, evidence: Evidence) -> Card:
    """What an operator does for this work. Without REST an operator attests what the service would read."""
    card = _card(work)
    stated = evidence is Evidence.ATTESTED and evidence_for(work) is Evidence.OBSERVED
    return card.model_copy(update={"checked": STATED}) if stated else card


def _card(work: Work) -> Card:
    match work:
        case CopyList():
            return copy_card(work)
        case AssignList():
            return assign_card(work)
        case ReorderList():
            return reorder_card(work)
        case DeleteList():
            return delete_card(work)
        case SetSecureCommunications():
            return secure_card(work)
        case PauseReplication() | ResumeReplication():
            return replication_card(work)
        case _:
            return _beside_lists(work)


def _beside_lists(
    work: SaveRecoveryFile
    | ReplaceCertificate
    | PutCertificateBack
    | CompareSignedFiles
    | RefreshImages
    | StopHandOuts
    | StartHandOuts
    | LookAtClients
    | ShutHttps
    | OpenHttps
    | StopServer
    | StartServer,
) -> Card:
    match work:
        case SaveRecoveryFile():
            return save_card(work)
        case ReplaceCertificate():
            return replace_card(work)
        case PutCertificateBack():
            return put_back_card(work)
        case CompareSignedFiles():
            return compare_card(work)
        case ShutHttps() | OpenHttps():
            return ports_card(work)
        case StopServer() | StartServer():
            return services_card(work)
        case _:
            return _about_clients(work)


def _about_clients(work: RefreshImages | StopHandOuts | StartHandOuts | LookAtClients) -> Card:
    match work:
        case RefreshImages():
            return images_card(work)
        case StopHandOuts():
            return stop_card(work)
        case StartHandOuts():
            return start_card(work)
        case LookAtClients():
            return look_card(work)
