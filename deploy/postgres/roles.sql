-- The roles and databases of one PostgreSQL server that serves Redress and
-- Temporal. Run it once as an administrator:
--
--   psql -v owner_password=... -v service_password=... -v temporal_password=... -f roles.sql
--
-- redress_owner runs the migrations and owns the tables; redress_service is what
-- api and worker log in as: it has the rights of redress_app alone, which cannot
-- change the timeline. Temporal has a role and databases of its own.

CREATE ROLE redress_app NOLOGIN;
CREATE ROLE redress_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE redress_service LOGIN PASSWORD :'service_password' IN ROLE redress_app;
GRANT redress_app TO redress_owner;
CREATE DATABASE redress OWNER redress_owner;
REVOKE ALL ON DATABASE redress FROM PUBLIC;
GRANT CONNECT ON DATABASE redress TO redress_app;

\connect redress
ALTER SCHEMA public OWNER TO redress_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
\connect postgres

-- Temporal's setup makes its two databases itself.
CREATE ROLE temporal LOGIN CREATEDB PASSWORD :'temporal_password';
