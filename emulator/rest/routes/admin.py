"""Version, domains, servers and database: little, for that is all the API tells."""

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from emulator.instants import to_ms
from emulator.rest.service import Here, RestService, answer, authorise

_API_VERSION = "230504014"
_SQL_SERVER_PORT = 1433


def version_of(service: RestService) -> JSONResponse:
    """SEPM's version."""
    full = service.site.version
    parts = full.split(".")
    return answer(
        {
            "API_SEQUENCE": _API_VERSION,
            "API_VERSION": ".".join([*parts[:2], parts[-1]]),
            "version": full,
        }
    )


def domains_of(service: RestService) -> JSONResponse:
    """The domains of the site."""
    return answer(
        [
            {
                **domain._asdict(),
                "description": "",
                "createdTime": to_ms(service.start),
                "enable": True,
                "companyName": "",
                "contactInfo": "",
                "administratorCount": 1,
            }
            for domain in service.site.domains
        ]
    )


def version_routes() -> APIRouter:
    """The version, which needs no token."""
    router = APIRouter()

    @router.get("/version")
    async def version(service: Here) -> JSONResponse:
        return version_of(service)

    return router


def admin_routes() -> APIRouter:
    """Domains, servers (ids and nothing else) and the database."""
    router = APIRouter(dependencies=[Depends(authorise)])

    @router.get("/domains")
    async def domains(service: Here) -> JSONResponse:
        return domains_of(service)

    @router.get("/admin/servers")
    async def servers(service: Here) -> JSONResponse:
        return answer(
            [{"id": server, "directory_server_integration": {"enable": False}} for server in service.site.servers]
        )

    @router.get("/admin/database")
    async def database(service: Here) -> JSONResponse:
        shared = service.simulation.spec.database_shared
        return answer(
            {
                "name": "localhost",
                "description": None,
                "address": "sql.example" if shared else "localhost",
                "instanceName": "" if shared else "SQLEXPRESSSYMC",
                "port": _SQL_SERVER_PORT if shared else 2638,
                "type": "Microsoft SQL Server",
                "version": "15.00.2000",
                "installedBySepm": not shared,
                "database": "sem5",
                "dbUser": "sem5",
                "dbPasswords": None,
                "dbTLSRootCertificate": None,
            }
        )

    return router
