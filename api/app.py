"""The API as an application: routes, guard, problems, and the parts that it opens and closes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer
from starlette.middleware.gzip import GZipMiddleware

from api.access import keys, subjects
from api.audit import audit
from api.calendar import calendar_feed
from api.certificate import certificate_orders, certificate_requests, certificates, key_destruction, keystores
from api.events import all_events, event_stream, events
from api.http import health
from api.http.body_limit import BodyLimit
from api.http.cross_origin import CrossOrigin
from api.http.described_refusals import describe_problems
from api.http.guard import Guard
from api.http.storable_text import require_whole_text
from api.http.wrong_keys import WrongKeys
from api.languages.translated_answers import TranslatedAnswers
from api.manners import problem_pages
from api.manners.answers import answer_with_problems
from api.manners.encoded_tags import EncodedTags
from api.manners.entity_tags import describe_tags
from api.manners.head import Head
from api.manners.headers import AnswerHeaders
from api.manners.openapi.additions import add_to_description
from api.manners.openapi.description import describe_alike
from api.manners.openapi.served_description import serve_description
from api.manners.pages import new_application
from api.manners.pieces import Pieces
from api.manners.preferences import Preferences
from api.manners.refused_forms import require_known_conditions
from api.manners.request_ids import name_requests
from api.notice import channels
from api.pages.all_pages import add_pages
from api.pages.frame.page_answers import PageAnswers
from api.pages.frame.page_session import admitting
from api.parts import Authority, Parts
from api.plan import plans, recoveries, simulations
from api.repeats.key_header import describe_keys
from api.repeats.repeated_requests import RepeatedRequests
from api.rotation import archiving, clients, found, moves, originals, restore, rotations
from api.settings import ApiSettings
from api.site import client_exports, http_reach, inventory, limits, sites, surveys, trust
from api.standing import standing
from api.standing.reconciler import Reconciler
from api.standing.unstarted import take_up
from api.task import tasks
from api.temporal_ui import codec, codec_login, company_login
from api.temporal_ui.attempts import LogInAttempts
from api.temporal_ui.door_server import open_door
from api.temporal_ui.sessions import Sessions
from engine.client.client import lazy_client
from engine.codec.codec import EncryptingCodec
from engine.process.logs import log_as_json
from engine.settings import TemporalSettings
from issuing.settings import AcmeSettings
from oidc.company_log_in import CompanyLogIn
from oidc.settings import OidcSettings
from service.world import wall_clock
from store.settings import StoreSettings
from store.store import Store
from store.trail.start_notes import note_start

_DESCRIPTION = """
Replaces the server certificate of Symantec Endpoint Protection Manager sites without cutting off one client.

Register a site, add a certificate, make a plan (a dry run), start it by its hash, and do the console tasks it asks for.
Refusals are problems as RFC 9457 describes them; `remedy` says what to do. Spans of time are ISO 8601 durations.
Texts come in English, or in Czech by `Accept-Language`; codes stay.
"""

_SMALL = 1000
"""Bytes that are not worth compressing."""
_BEARER = "An API key: `rotator up` makes the first, admins add others; or a token of the company's log-in for this API"

# a certificate's own path would also match that of requests, which therefore come first
_RESOURCES = (
    sites,
    limits,
    archiving,
    trust,
    client_exports,
    http_reach,
    surveys,
    certificate_orders,
    certificate_requests,
    certificates,
    keystores,
    key_destruction,
    inventory,
    plans,
    recoveries,
    simulations,
    audit,
    rotations,
    originals,
    clients,
    events,
    event_stream,
    all_events,
    found,
    moves,
    tasks,
    restore,
    standing,
    calendar_feed,
    keys,
    subjects,
    channels,
    codec,
)


def create_app(parts: Parts | None = None, settings: ApiSettings | None = None) -> FastAPI:
    """The application. Without `parts` its lifespan opens the store and a Temporal client from the environment."""
    settings = settings or ApiSettings()
    app = new_application(
        title="SEPM certificate rotator",
        version="1",
        description=_DESCRIPTION,
        lifespan=_lifespan(settings),
    )
    if parts is not None:
        app.state.parts = parts
    clock = parts.clock if parts else wall_clock
    app.state.sessions = sessions = Sessions(settings.ui_origins, clock)
    app.state.attempts = LogInAttempts(clock)
    # the guard decides; this only tells OpenAPI and its pages
    scheme = HTTPBearer(auto_error=False, description=_BEARER)
    whole = [Depends(require_known_conditions), Depends(require_whole_text)]
    for module in _RESOURCES:
        app.include_router(module.router, dependencies=[Depends(scheme), *([] if module is codec else whole)])
    app.include_router(health.router)
    app.include_router(problem_pages.router)
    app.include_router(codec_login.router)
    app.include_router(company_login.router)
    add_pages(app)
    answer_with_problems(app)
    add_to_description(app, describe_problems, describe_keys, describe_tags, describe_alike)
    serve_description(app)
    app.add_middleware(RepeatedRequests)
    app.add_middleware(BodyLimit, guarded=True)
    app.add_middleware(Guard, session=admitting(sessions))
    app.add_middleware(PageAnswers)
    app.add_middleware(WrongKeys, delay=settings.wrong_key_delay)
    app.add_middleware(TranslatedAnswers)
    # what is added last comes first
    app.add_middleware(CrossOrigin, origin=settings.ui_origin)
    app.add_middleware(GZipMiddleware, minimum_size=_SMALL)
    app.add_middleware(EncodedTags)
    app.add_middleware(Preferences)
    app.add_middleware(Head)
    app.add_middleware(AnswerHeaders)
    app.add_middleware(Pieces)
    name_requests(app)
    return app


def _lifespan(settings: ApiSettings) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if hasattr(app.state, "parts"):
            yield
            return
        log_as_json("api")
        acme = AcmeSettings()
        where, oidc = acme.where(), OidcSettings().checked()
        log_in = CompanyLogIn(oidc, wall_clock) if oidc is not None else None
        store, temporal = await Store.opened(StoreSettings()), TemporalSettings()
        try:
            app.state.parts = parts = Parts(
                store=store,
                temporal=await lazy_client(temporal),
                task_queue=temporal.task_queue,
                survey_wait=settings.survey_wait,
                two_persons_start=settings.two_persons_start,
                rehearsal=settings.rehearsal,
                ui=settings.ui,
                authority=Authority(where, acme.patience) if where else None,
                log_in=log_in,
            )
            started = note_start(store.database, store.vault.keys, store.trail)
            works = (take_up(parts), Reconciler(parts).run(), store.head_sender.run(), started)
            beside = [asyncio.create_task(work) for work in works]
            try:
                async with _door(app, settings, parts):
                    yield
            finally:
                for task in beside:
                    task.cancel()
                await asyncio.gather(*beside, return_exceptions=True)
        finally:
            await store.close()
            if log_in is not None:
                await log_in.close()

    return lifespan


def _door(app: FastAPI, settings: ApiSettings, parts: Parts) -> AbstractAsyncContextManager[None]:
    """The door before the Temporal UI, where the settings name one that is to be served."""
    if settings.ui_upstream is None:
        return nullcontext()
    encrypted = isinstance(parts.temporal.data_converter.payload_codec, EncryptingCodec)
    tls = (settings.ui_tls_cert, settings.ui_tls_key)
    return open_door(app, settings.ui_upstream, settings.ui_port, tls, encrypted=encrypted)
