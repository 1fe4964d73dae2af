-- The service's role. The owner, who runs the migrations, may have rights over
-- everything; the service acts as redress_app, which is granted table by table what
-- it needs and never more than SELECT and INSERT on the timeline.

-- +goose Up
-- +goose StatementBegin
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'redress_app') THEN
        BEGIN
            CREATE ROLE redress_app NOLOGIN;
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN NULL; -- another database's migration was faster
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION 'role redress_app is missing and % may not create roles: have an administrator run CREATE ROLE redress_app NOLOGIN', current_user;
        END;
    END IF;
    IF NOT pg_has_role(current_user, 'redress_app', 'MEMBER') THEN
        BEGIN
            EXECUTE format('GRANT redress_app TO %I', current_user);
        EXCEPTION
            WHEN insufficient_privilege THEN NULL; -- then the service logs in with a role of its own
        END;
    END IF;
END
$$;
-- +goose StatementEnd

GRANT USAGE ON SCHEMA public TO redress_app;
