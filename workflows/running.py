"""A rotation being run: how its steps call, wait, ask people and tell what happens."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import NoReturn

from engine.contract import NOT_ANSWERING, ActivityName, Counted, EventKind, Noted
from rotation.finding import Finding
from rotation.plan.step import Step
from rotation.running.attention import SITE_MOVED
from rotation.running.message import Message, Move, Reply
from rotation.running.moves import refusal
from rotation.running.open_task import OpenTask
from rotation.running.refused_input import UNREAD
from rotation.running.state import Phase, RotationState
from rotation.running.wait import GateReading
from rotation.values import Value
from workflows import messages_of_watch
from workflows.attentions import Attentions
from workflows.hosts.host import ActivityRefusedError, Answer, Host, Pending
from workflows.hosts.insisting import insist
from workflows.hosts.loop_guard import LoopGuard
from workflows.hosts.procedure_change import ProcedureChange
from workflows.message_effects import obey
from workflows.progress_reports import noted_of, report_of
from workflows.silence import clients_beside

_TASK_MOVES = frozenset({Move.CLAIM_TASK, Move.BEGIN_TASK, Move.TASK_DONE, Move.TASK_REFUSED})


class TurnBack(Exception):  # noqa: N818 - not an error: a person's wish that unwinds the steps
    """A cancel was asked for and nothing irreversible has happened; or it has, and the old certificates are wanted."""


class ContinueAsNew(Exception):  # noqa: N818 - not an error: the history has grown long enough
    """The state is whole and a new history may begin."""


class Running(Attentions):
    """The state of a rotation with its host. Only the run loop changes the state."""

    def __init__(self, host: Host, state: RotationState) -> None:
        super().__init__(host, state)
        self.task_messages: list[Message] = []
        """Messages about the open task that are not answered yet, the one that is being obeyed first."""
        self.taken_up: Message | None = None
        """The one of them that is being obeyed: it can no longer be withdrawn."""
        self.busy_with = ""
        """What is being done, or waited for."""
        self.beside: Callable[[], Awaitable[None]] | None = None
        """What is done besides with each message that comes while an activity goes on."""
        self._untold: list[tuple[EventKind, str, str]] = []
        """Events that wait to be stored: kind, message, and the id of the HTTP request by which each came."""
        self._choices: dict[str, tuple[Move, str]] = {}
        """By the question that each has ended: what was chosen, and by whom. A new history asks again."""
        self._noted: list[Noted] = []
        self._passed: GateReading | None = None
        """The reading with which a gate has passed, where that was noted and not stored yet."""
        self._guard = LoopGuard(f"rotation {state.rotation_id} of {state.site_name}")

    @property
    def open_task(self) -> OpenTask:
        """The console task that is open; a console step without one is a defect of ours."""
        if self.state.task is None:
            raise AssertionError("a console step without its task")
        return self.state.task

    # -- asking the world -------------------------------------------------------------------------

    async def call(
        self, name: ActivityName, request: Value, answer: type[Answer], *, summary: str, of_store: bool = False
    ) -> Answer:
        """The answer of an activity; people are asked where trying again alone cannot help.

        Args:
            name: the activity.
            request: what it is asked.
            answer: the kind of its answer.
            summary: what it does, for people.
            of_store: whether it asks the store only: a rotation that began before decision 0060 tries it once in the
                workflow task itself.

        Raises:
            TurnBack: when a person cancels instead of trying again.
            ContinueAsNew: when the history has grown long enough while a person, or SEPM, is waited for.
        """
        if of_store and (found := await self._at_once(name, request, answer, summary=summary)) is not None:
            return found
        patient = False
        while True:
            pending = self.host.start(name, request, answer, summary=summary, patient=patient)
            await self.until_done(pending, summary)
            try:
                found = pending.answer()
            except ActivityRefusedError as refused:
                if refused.code == NOT_ANSWERING:
                    patient = True
                    text = f"no answer yet; the service asks again, at the latest after five minutes. {refused.message}"
                    self.raise_attention(NOT_ANSWERING, summary, text, ())
                    if refused.pause is not None:
                        await self.wait(until=self.host.now() + refused.pause, summary=summary)
                    continue
                self.drop_attention(NOT_ANSWERING)
                await self.ask(refused.code, summary, refused.message, (Move.RETRY, Move.CANCEL))
            else:
                self.drop_attention(NOT_ANSWERING)
                return found

    async def _at_once(
        self, name: ActivityName, request: Value, answer: type[Answer], *, summary: str
    ) -> Answer | None:
        pending = self.host.at_once(name, request, answer, summary=summary)
        if pending is None:
            return None
        await self.until_done(pending, summary)
        try:
            return pending.answer()
        except ActivityRefusedError:
            return None

    async def until_done(self, pending: Pending[Value], summary: str) -> None:
        """Wait for an activity, and read messages meanwhile."""
        self.busy_with = summary
        while not pending.done():
            if await self._shows_while_silent(ProcedureChange.SHOWN_AT_ONCE):
                self.busy_with = summary
            await self._pass(pending.done, until=None, summary=summary)
            if self.beside is not None:
                await self.beside()
            if await self._shows_while_silent(ProcedureChange.SHOWN_WHILE_SILENT):
                self.busy_with = summary
        self._guard.happened()

    async def pause(self, length: timedelta, summary: str) -> None:
        """Let some time pass, and read messages meanwhile: none of them ends it."""
        over = self.host.now() + length
        while self.host.now() < over:
            await self._pass(lambda: False, until=over, summary=summary)
        self._guard.waited()

    async def _pass(self, ready: Callable[[], bool], *, until: datetime | None, summary: str) -> None:
        """Wait once for `ready`, a message or a time, and read what has come."""
        self._guard.passes(summary, self.host.now())
        await self.host.wait(lambda: ready() or self._has_messages(), until=until, summary=summary)
        self._read_inbox()

    # -- waiting ----------------------------------------------------------------------------------

    async def wait(
        self,
        *,
        until: datetime | None,
        summary: str,
        ready: Callable[[], bool] = lambda: False,
        through_hold: bool = False,
        ends_held: Callable[[], bool] = lambda: False,
    ) -> None:
        """Wait until `until` or until `ready`, reading messages. While held, only a message ends it.

        `through_hold`: `until` ends it also while a person holds the rotation; `ends_held`: whether a hold ends it.

        Raises:
            TurnBack: when a cancel came and nothing irreversible has happened.
            ContinueAsNew: when the history has grown long enough.
            LoopSpinsError: when the loop comes by again and again and nothing happens.
        """
        while True:
            self._guard.passes(summary, self.host.now())
            self._read_inbox()
            await self._tell_messages()
            if self._must_turn_back():
                raise TurnBack
            held = bool(self.state.held_by)
            is_time = until is not None and self.host.now() >= until
            if (is_time and (through_hold or not held)) or (ends_held() if held else ready()):
                return
            if self.host.should_continue_as_new() and not self.task_messages and not self._noted:
                raise ContinueAsNew
            if await self._show_moved():
                continue
            clients_at = clients_beside.reads_at(self)
            if clients_at is not None and self.host.now() >= clients_at:
                await clients_beside.read(self)
                continue
            self.busy_with = f"held by {self.state.held_by}" if self.state.held_by else summary
            began = self.host.now()
            await self.host.wait(
                lambda: self._has_messages() or (ready() and not self.state.held_by),
                until=min((at for at in (until if through_hold or not held else None, clients_at) if at), default=None),
                summary=self.busy_with,
            )
            if self._has_messages() or self.host.now() > began:
                self._guard.waited()

    async def _shows_while_silent(self, since: ProcedureChange) -> bool:
        """Show what the watch saw while SEPM does not answer: no look can follow. Whether it was not shown yet."""
        if not self.is_raised(NOT_ANSWERING) or not messages_of_watch.shown(self.state):
            return False
        return self.host.goes_by(since) and await self._show_moved()

    async def _show_moved(self) -> bool:
        """Show what the watch saw, since no look follows now. Whether it was not shown before."""
        text = messages_of_watch.shown(self.state)
        if not text or any((each.code, each.message) == (SITE_MOVED, text) for each in self.state.attention):
            return False
        self._guard.happened()
        subject = self.state.site_name
        self.raise_attention(SITE_MOVED, subject, text, ())
        await self.record(EventKind.ATTENTION, f"{subject}: {text}", code=SITE_MOVED)
        return True

    def _must_turn_back(self) -> bool:
        state = self.state
        if state.withdrawing:
            return False
        if state.rolling_back is not None:
            return not state.rolling_back.stopped
        if state.cancelling is None or state.phase is Phase.TURNING_BACK:
            return False
        if state.replaced:
            # the cancel was heard while the first certificate was being seen
            self.refuse_cancel(
                f"{', '.join(state.swapped)} has its new certificate: to restore settings would cut clients off"
            )
            return False
        return True

    def refuse_cancel(self, why: str) -> None:
        """Take back a cancel that was accepted and came too late."""
        who = self.state.cancelling.by if self.state.cancelling else ""
        self.state.cancelling, self.state.withdrawing = None, False
        self.raise_attention("cancel-refused", who, why, ())

    async def pause_point(self) -> None:
        """Stand still here while held; turn back here when cancelled."""
        await self.wait(until=self.host.now(), summary="")

    async def ask(
        self,
        code: str,
        subject: str,
        message: str,
        options: tuple[Move, ...],
        *,
        about: str = "",
        content: str = "",
        until: Callable[[], bool] = lambda: False,
    ) -> Move:
        """Raise attention and wait for one of `options`; the move that was chosen. Retry, where `until` is so before.

        A cancel is no option once a certificate was replaced. What a new history asks again is not recorded again.

        Raises:
            TurnBack: when the choice was to cancel.
        """
        self._choices.pop(code, None)  # of an earlier question, which was not waited for
        asked_before = any(
            each.code == code
            and (each.about == about if about else each.has_words(message))
            and each.content == content
            for each in self.state.attention
        )
        if not asked_before:
            self.raise_attention(code, subject, message, self.offered(options), about=about, content=content)
            await self.record(EventKind.ATTENTION, f"{subject}: {message}")
        await self.wait(until=None, summary=f"attention: {code}", ready=lambda: until() or not self.is_raised(code))
        return self.choice_of(code)

    async def ask_on(
        self, code: str, subject: str, message: str, options: tuple[Move, ...], *, about: str = "", content: str = ""
    ) -> None:
        """Ask without standing still: clients are read meanwhile. It is recorded once, though its text can change."""
        shown = self.is_raised(code)
        self.raise_attention(code, subject, message, self.offered(options), about=about, content=content)
        if not shown:
            await self.record(EventKind.ATTENTION, f"{subject}: {message}", code=code)

    # -- messages ---------------------------------------------------------------------------------

    def _has_messages(self) -> bool:
        return bool(self.state.inbox) or self.state.unread is not None

    def _read_inbox(self) -> None:
        cancel = self.host.take_cancel()
        if cancel is not None:
            self._from_host(cancel)
        inbox, self.state.inbox = self.state.inbox, ()
        if inbox or cancel is not None or self.state.unread is not None:
            self._guard.happened()
        for message in inbox:
            finding = refusal(message, self.state)
            if finding is not None:
                self.reply(message, finding)
            elif not messages_of_watch.is_heard(self.state, message, self.host):
                self.reply(message)
            elif message.move in _TASK_MOVES:
                self.task_messages.append(message)
            else:
                self._obey(message)
                messages_of_watch.keep(self.state, message, self.host)
                self.reply(message)
        if inbox:
            self.drop_attention(UNREAD)
            self._refuse_waiting()
            self.host.show(self.state)
        self._show_unread()

    def _show_unread(self) -> None:
        """Show the newest input that was refused. Of many in a row one is recorded: a thousand cost no more."""
        unread, self.state.unread = self.state.unread, None
        if unread is None:
            return
        if not self.is_raised(unread.code):
            self._untold.append((EventKind.ATTENTION, f"{unread.subject}: {unread.explanation}", ""))
        self.state.refused = f"{unread.subject}: {unread.why}"
        self.raise_attention(unread.code, unread.subject, unread.explanation, ())

    def _refuse_waiting(self) -> None:
        """Refuse at once each message about the task that is not allowed now, e.g. since the rotation is held."""
        for message in tuple(self.task_messages):
            finding = refusal(message, self.state)
            if message is not self.taken_up and finding is not None:
                self.reply(message, finding)

    def _from_host(self, cancel: Message) -> None:
        """The host's own Cancel means our cancel; where ours is refused, the refusal is shown."""
        finding = refusal(cancel, self.state)
        if finding is None:
            self._obey(cancel)
        else:
            self.raise_attention("cancel-refused", cancel.who, finding.message, ())
        self.host.show(self.state)

    def forget(self, message: Message) -> None:
        """Take `message` off what waits for an answer."""
        self.state.inbox = tuple(each for each in self.state.inbox if each.request_id != message.request_id)
        self.task_messages = [other for other in self.task_messages if other.request_id != message.request_id]

    def reply(self, message: Message, *findings: Finding) -> None:
        """Answer `message`: accepted when there is no finding."""
        self.forget(message)
        if self.taken_up is not None and self.taken_up.request_id == message.request_id:
            self.taken_up = None
        self.state.keep_reply(message, Reply(accepted=not findings, findings=findings))

    chosen_by: str = ""
    """Whose choice was taken last."""

    def choice_of(self, *codes: str) -> Move:
        """Take the choice that has ended one of these questions; where none has, it is asked again: retry."""
        taken = [self._choices.pop(code) for code in codes if code in self._choices]
        choice, self.chosen_by = taken[0] if taken else (Move.RETRY, "")
        return choice

    def _obey(self, message: Message) -> None:
        asked = {each.code for each in self.state.attention}
        if (choice := obey(self.state, message, now=self.host.now())) is not None:
            for code in asked - {each.code for each in self.state.attention}:
                self._choices[code] = choice, message.who
        why = f": {message.why}" if message.why else ""
        text = f"{message.move.value} by {message.who}{why}"
        self._untold.append((EventKind.MESSAGE, text, message.http_request))

    # -- telling ----------------------------------------------------------------------------------

    async def _tell_messages(self) -> None:
        """Store the events that wait: messages of people, and input that was refused."""
        while self._untold:
            kind, message, http_request = self._untold.pop(0)
            await self.record(kind, message, http_request=http_request)

    def note(
        self, kind: EventKind, message: str, *, reading: GateReading | None = None, http_request: str = ""
    ) -> None:
        """Keep an event that changed nothing: it is stored with the next one, and so is what a gate has shown."""
        self._passed = reading or self._passed
        self.state.events += 1
        noted = noted_of(self.state, kind, message, at=self.host.now(), http_request=http_request)
        self._noted.append(noted)

    async def record(
        self, kind: EventKind, message: str, *, code: str = "", subject: str = "", http_request: str = ""
    ) -> None:
        """Store an event and what is to be shown of the rotation, before going on."""
        self.state.events += 1
        report = report_of(
            self.state, kind, message, at=self.host.now(), code=code, subject=subject, http_request=http_request,
            reading=self._passed, earlier=self._noted,
        )  # fmt: skip
        self._noted.clear()
        self._passed = None
        self.host.show(self.state)
        if await self._at_once(ActivityName.RECORD_PROGRESS, report, Counted, summary=f"record: {kind.value}") is None:
            await insist(self, ActivityName.RECORD_PROGRESS, report, Counted, summary=f"record: {kind.value}")


def unreachable(step: Step) -> NoReturn:
    """A step of a kind that this interpreter does not know: a plan from a newer version."""
    raise ActivityRefusedError("unknown-step", f"step {step.id} is of a kind that this version cannot run")
