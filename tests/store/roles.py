"""The two roles of PostgreSQL that deploy/postgresql-roles.sql is for, made on a server of tests."""

from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url

API, WORKER = "rotator_api", "rotator_worker"
GRANTS = Path("deploy/postgresql-roles.sql")
_PASSWORD = "a password of tests"


def with_roles(url: str) -> dict[str, str]:
    """Have the owner of a database grant what each role needs. The URLs of the roles."""
    with psycopg.connect(url, autocommit=True) as owner:
        for role in (API, WORKER):
            known = owner.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
            change = SQL("ALTER ROLE {} LOGIN PASSWORD {}" if known else "CREATE ROLE {} LOGIN PASSWORD {}")
            owner.execute(change.format(Identifier(role), _PASSWORD))
        owner.execute(GRANTS.read_text().encode())
    opened = make_url(url)
    return {
        role: opened.set(username=role, password=_PASSWORD).render_as_string(hide_password=False)
        for role in (API, WORKER)
    }
