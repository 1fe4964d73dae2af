-- Policies and calendars as published, and the walks over open cases that follow.

-- +goose Up
CREATE SEQUENCE rule_revision_numbers;

CREATE TABLE rule_revisions (
    revision      bigint PRIMARY KEY,
    kind          text NOT NULL CHECK (kind IN ('policy', 'calendar')),
    name          text NOT NULL CHECK (name <> ''),
    number        integer NOT NULL CHECK (number > 0), -- the policy's version, the calendar's year
    sha256        text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    files         jsonb, -- of a policy: text by path
    document      text,  -- of a calendar's year
    source        text NOT NULL CHECK (source IN ('embedded', 'api', 'cli')),
    author_role   text NOT NULL,
    author_id     text NOT NULL,
    published_at  timestamptz NOT NULL DEFAULT now(),
    in_force_from timestamptz, -- of a policy; at once if null
    CHECK ((kind = 'policy') = (files IS NOT NULL)),
    CHECK ((kind = 'calendar') = (document IS NOT NULL))
);
CREATE UNIQUE INDEX rule_revisions_policy ON rule_revisions (name, number) WHERE kind = 'policy';
CREATE INDEX rule_revisions_name ON rule_revisions (kind, name, number, revision DESC);

-- +goose StatementBegin
CREATE FUNCTION redress_rules_are_final() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'published rules never change: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
-- +goose StatementEnd

CREATE TRIGGER rule_revisions_no_change BEFORE UPDATE OR DELETE ON rule_revisions
    FOR EACH ROW EXECUTE FUNCTION redress_rules_are_final();
CREATE TRIGGER rule_revisions_no_truncate BEFORE TRUNCATE ON rule_revisions
    FOR EACH STATEMENT EXECUTE FUNCTION redress_rules_are_final();

-- One walk over the open cases a revision. Whoever takes a page of it locks its row.
CREATE TABLE rule_jobs (
    revision bigint PRIMARY KEY REFERENCES rule_revisions,
    state       text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'settling', 'done')),
    cursor      text NOT NULL DEFAULT '', -- the last case that was looked at
    next_at     timestamptz NOT NULL DEFAULT now(),
    open        bigint NOT NULL CHECK (open >= 0),
    looked      bigint NOT NULL DEFAULT 0,
    touched     bigint NOT NULL DEFAULT 0,
    failed      bigint NOT NULL DEFAULT 0,
    problem     text NOT NULL DEFAULT '',
    started_at  timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    CHECK ((state = 'done') = (finished_at IS NOT NULL))
);
CREATE INDEX rule_jobs_next ON rule_jobs (next_at, revision) WHERE state <> 'done';

GRANT SELECT, INSERT ON rule_revisions TO redress_app;
GRANT USAGE ON SEQUENCE rule_revision_numbers TO redress_app;
GRANT SELECT, INSERT, UPDATE ON rule_jobs TO redress_app;
