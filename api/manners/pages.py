"""The API's own pages (/docs, /redoc), with files of this service alone: they work where there is no internet."""

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.types import Lifespan

FILES = "/docs/files"


def new_application(*, title: str, version: str, description: str, lifespan: Lifespan[FastAPI]) -> FastAPI:
    """An application with these pages. A path with a slash too many is unknown: a redirect could name http://."""
    return FastAPIOffline(
        static_url=FILES,
        redirect_slashes=False,
        title=title,
        version=version,
        description=description,
        lifespan=lifespan,
        generate_unique_id_function=lambda route: route.name,
    )
