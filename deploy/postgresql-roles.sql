-- Two roles of PostgreSQL, for API and worker; the owner of the database makes and changes its tables, and runs this:
-- once the tables are there (rotator key first), and again after each upgrade. docs/admin/running-apart.md has the steps.

REVOKE CREATE ON SCHEMA public FROM PUBLIC, rotator_api, rotator_worker;
GRANT USAGE ON SCHEMA public TO rotator_api, rotator_worker;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM rotator_api, rotator_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO rotator_api, rotator_worker;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO rotator_api, rotator_worker;

-- Trails grow, and nothing in them is changed or deleted.
REVOKE UPDATE, DELETE ON trail, events, contacts FROM rotator_api, rotator_worker;
-- Which release the tables are of says the owner.
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM rotator_api, rotator_worker;
-- Who may do what says the API alone; identities stay, since trails name them.
REVOKE ALL ON api_keys, identities, subjects, wishes, kept_answers FROM rotator_worker;
REVOKE DELETE ON api_keys, identities, subjects, wishes FROM rotator_api;
-- The account at the certificate authority is the worker's; an API reads which key seals it, and cannot open it.
REVOKE INSERT, UPDATE, DELETE ON issuer_accounts FROM rotator_api;
