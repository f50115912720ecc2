"""The pages as part of the application: their routes, and the files that they use."""

from pathlib import Path

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api.pages import (
    calendar_page,
    clients_page,
    home,
    live_page,
    plan_page,
    rotation_page,
    signing_in,
    site_page,
    task_page,
)
from api.pages.frame.addresses import FILES
from api.pages.plan import simulation_page
from api.pages.rotation import originals_file, trail_page
from api.pages.site import (
    limits_page,
    limits_wish,
    new_certificate,
    new_plan_page,
    offline_page,
    order_page,
    recovery_page,
    registration_page,
    restore_page,
    server_lists,
    survey,
)

_PAGES = (
    signing_in,
    home,
    calendar_page,
    registration_page,
    offline_page,
    site_page,
    survey,
    server_lists,
    limits_page,
    limits_wish,
    new_plan_page,
    new_certificate,
    order_page,
    restore_page,
    recovery_page,
    plan_page,
    simulation_page,
    rotation_page,
    live_page,
    clients_page,
    trail_page,
    originals_file,
    task_page,
)


class _Files(StaticFiles):
    """Styles and scripts: a browser asks each time whether they have changed."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        answer.headers["Cache-Control"] = "no-cache"
        return answer


def add_pages(app: FastAPI) -> None:
    """Add them."""
    for module in _PAGES:
        app.include_router(module.router)
    app.mount(FILES, _Files(directory=Path(__file__).with_name("files")), name="files")
