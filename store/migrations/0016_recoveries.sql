-- What the shop claims back from carriers and suppliers after it has paid a customer. A
-- recovery outlives its case, so it has a row, a workflow and a timeline of its own. No
-- part of a leg is claimed twice from a party: recovery_items is the law of that.

-- +goose Up
CREATE TABLE recoveries (
    id             text PRIMARY KEY, -- <case id>-<party>-<number>
    case_id        text NOT NULL REFERENCES cases,
    shop_id        text NOT NULL,
    party          text NOT NULL CHECK (party IN ('carrier', 'supplier')),
    number         integer NOT NULL CHECK (number > 0),
    state          text NOT NULL CHECK (state IN ('required', 'claim_filed', 'accepted', 'denied', 'recovered', 'written_off')),
    waiting_on     text NOT NULL,
    policy_version text NOT NULL,
    currency       text NOT NULL,
    claimed        bigint NOT NULL CHECK (claimed > 0),
    accepted       bigint NOT NULL DEFAULT 0 CHECK (accepted >= 0),
    recovered      bigint NOT NULL DEFAULT 0 CHECK (recovered >= 0),
    written_off    bigint NOT NULL DEFAULT 0 CHECK (written_off >= 0),
    due_at         timestamptz, -- of the clock that runs
    doc            jsonb NOT NULL,
    version        bigint NOT NULL CHECK (version > 0),
    run_id         text NOT NULL DEFAULT '', -- the run of the workflow that owns the row
    batch          text NOT NULL DEFAULT '', -- the last one that was written: run and number
    written        text[] NOT NULL DEFAULT '{}', -- what it said, by digest
    seq            bigint NOT NULL DEFAULT 0, -- of the last entry in the timeline
    hash           text NOT NULL DEFAULT '',
    started_at     timestamptz, -- null: its workflow is still to be started
    orphaned       boolean NOT NULL DEFAULT false, -- open, and its workflow is gone
    checked_at     timestamptz NOT NULL DEFAULT '-infinity', -- by the sweep
    opened_at      timestamptz NOT NULL,
    filed_at       timestamptz,
    closed_at      timestamptz,
    updated_at     timestamptz NOT NULL DEFAULT now(),
    UNIQUE (case_id, party, number),
    CHECK (recovered + written_off <= claimed),
    CHECK ((state IN ('recovered', 'written_off')) = (closed_at IS NOT NULL)),
    CHECK (closed_at IS NULL OR recovered + written_off = claimed)
);
CREATE INDEX recoveries_to_start ON recoveries (opened_at) WHERE started_at IS NULL;
CREATE INDEX recoveries_open ON recoveries (checked_at) WHERE closed_at IS NULL;
CREATE INDEX recoveries_listed ON recoveries (opened_at DESC, id DESC);
CREATE INDEX recoveries_orphaned ON recoveries (id) WHERE orphaned;

CREATE TABLE recovery_items (
    case_id     text NOT NULL REFERENCES cases,
    leg_id      text NOT NULL,
    part        text NOT NULL,
    line_id     text NOT NULL,
    party       text NOT NULL,
    recovery_id text NOT NULL REFERENCES recoveries,
    paid        bigint NOT NULL CHECK (paid > 0),
    amount      bigint NOT NULL CHECK (amount > 0 AND amount <= paid),
    PRIMARY KEY (case_id, leg_id, part, line_id, party)
);

CREATE TABLE recovery_timeline (
    recovery_id text NOT NULL REFERENCES recoveries,
    seq         bigint NOT NULL CHECK (seq > 0),
    type        text NOT NULL CHECK (type ~ '^[a-z_]+(\.[a-z_]+)+$'),
    at          timestamptz NOT NULL,
    actor_role  text NOT NULL,
    actor_id    text NOT NULL,
    state       text NOT NULL,
    reason      text NOT NULL,
    event_id    text NOT NULL,
    data        json, -- not jsonb: the hash is over the text as written
    prev_hash   text NOT NULL CHECK ((seq = 1 AND prev_hash = '') OR prev_hash ~ '^[0-9a-f]{64}$'),
    hash        text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
    PRIMARY KEY (recovery_id, seq)
);
CREATE TRIGGER recovery_timeline_no_change BEFORE UPDATE OR DELETE ON recovery_timeline
    FOR EACH ROW EXECUTE FUNCTION redress_timeline_is_final();
CREATE TRIGGER recovery_timeline_no_truncate BEFORE TRUNCATE ON recovery_timeline
    FOR EACH STATEMENT EXECUTE FUNCTION redress_timeline_is_final();

-- The kinds of names and of roles are constants of the program; here they only look like some.
ALTER TABLE inbox DROP CONSTRAINT inbox_reference_kind_check;
ALTER TABLE inbox ADD CONSTRAINT inbox_reference_kind_check CHECK (reference_kind ~ '^[a-z_]*$');
ALTER TABLE case_references DROP CONSTRAINT case_references_kind_check;
ALTER TABLE case_references ADD CONSTRAINT case_references_kind_check CHECK (kind ~ '^[a-z_]+$');
CREATE UNIQUE INDEX case_references_one_claim ON case_references (kind, value) WHERE kind = 'claim';
ALTER TABLE outbox DROP CONSTRAINT outbox_to_role_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_to_role_check CHECK (to_role ~ '^[a-z_]+$');

GRANT SELECT, INSERT, UPDATE ON recoveries TO redress_app;
GRANT SELECT, INSERT ON recovery_items, recovery_timeline TO redress_app;
