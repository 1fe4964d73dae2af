-- The timeline: append-only for everybody, by rights and by trigger, and chained by
-- hash per case.

-- +goose Up
CREATE SEQUENCE timeline_positions;

CREATE TABLE timeline (
    case_id    text NOT NULL REFERENCES cases,
    seq        bigint NOT NULL CHECK (seq > 0),
    position   bigint NOT NULL UNIQUE, -- from redress_reserve
    xid        xid8 NOT NULL DEFAULT pg_current_xact_id(),
    type       text NOT NULL CHECK (type ~ '^[a-z_]+(\.[a-z_]+)+$'),
    at         timestamptz NOT NULL,
    actor_role text NOT NULL CHECK (actor_role IN (
        'customer', 'agent', 'supervisor', 'finance', 'machine', 'admin', 'system', 'warehouse', 'carrier', 'payment')),
    actor_id   text NOT NULL,
    stage      text NOT NULL CHECK (stage IN (
        'intake', 'investigation', 'negotiation', 'adjudication', 'appeal', 'execution', 'follow_up', 'closed')),
    reason     text NOT NULL,
    event_id   text NOT NULL,
    data       json, -- not jsonb: the hash is over the text as written
    prev_hash  text NOT NULL CHECK ((seq = 1 AND prev_hash = '') OR prev_hash ~ '^[0-9a-f]{64}$'),
    hash       text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
    PRIMARY KEY (case_id, seq)
);

-- redress_reserve gives out n positions and returns the first. It must be the first
-- thing a transaction does: the transaction gets its number in the same critical
-- section, so that positions rise as transaction numbers do. A reader who shows
-- only what is older than every running transaction then never skips an entry
-- that is committed late. The lock is held for this call alone, not until commit.
-- +goose StatementBegin
CREATE FUNCTION redress_reserve(n integer) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    first_position bigint;
BEGIN
    IF pg_current_xact_id_if_assigned() IS NOT NULL THEN
        RAISE EXCEPTION 'redress_reserve must come first in its transaction';
    END IF;
    PERFORM pg_advisory_lock(7205759403792794);
    PERFORM pg_current_xact_id();
    SELECT min(p) INTO first_position FROM (SELECT nextval('timeline_positions') AS p FROM generate_series(1, n)) AS given;
    PERFORM pg_advisory_unlock(7205759403792794);
    RETURN first_position;
END
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION redress_timeline_is_final() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the timeline is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
-- +goose StatementEnd

CREATE TRIGGER timeline_no_change BEFORE UPDATE OR DELETE ON timeline
    FOR EACH ROW EXECUTE FUNCTION redress_timeline_is_final();
CREATE TRIGGER timeline_no_truncate BEFORE TRUNCATE ON timeline
    FOR EACH STATEMENT EXECUTE FUNCTION redress_timeline_is_final();

GRANT SELECT, INSERT ON timeline TO redress_app;
GRANT USAGE ON SEQUENCE timeline_positions TO redress_app;
