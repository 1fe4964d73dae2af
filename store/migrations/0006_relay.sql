-- What came in and must reach a case; what must go out to a person.

-- +goose Up
CREATE TABLE inbox (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source          text NOT NULL CHECK (source <> ''), -- partner id, or "api"
    event_id        text NOT NULL,
    type            text NOT NULL,
    state           text NOT NULL CHECK (state IN ('pending', 'unmatched', 'delivered', 'late', 'invalid')),
    case_id         text REFERENCES cases,
    reference_kind  text NOT NULL DEFAULT '' CHECK (reference_kind IN ('', 'rma', 'tracking', 'refund')),
    reference_value text NOT NULL DEFAULT '',
    reference_leg   text NOT NULL DEFAULT '',
    signal          text NOT NULL DEFAULT '',
    payload         json, -- the signal's document
    body            json, -- what was sent; a JSON string of it where it was not JSON
    body_sha256     text NOT NULL CHECK (body_sha256 ~ '^[0-9a-f]{64}$'),
    problem         text NOT NULL DEFAULT '',
    occurred_at     timestamptz,
    received_at     timestamptz NOT NULL DEFAULT now(),
    attempts        integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    next_at         timestamptz NOT NULL DEFAULT now(),
    settled_at      timestamptz,
    CHECK (state = 'invalid' OR (signal <> '' AND payload IS NOT NULL)),
    CHECK (state IN ('invalid', 'unmatched') OR case_id IS NOT NULL)
);
CREATE UNIQUE INDEX inbox_event ON inbox (source, event_id) WHERE state <> 'invalid';
CREATE UNIQUE INDEX inbox_event_body ON inbox (source, event_id, body_sha256);
CREATE INDEX inbox_pending ON inbox (case_id, id) WHERE state = 'pending';
CREATE INDEX inbox_due ON inbox (next_at, id) WHERE state = 'pending';
CREATE INDEX inbox_unmatched ON inbox (reference_kind, reference_value) WHERE state = 'unmatched';
CREATE INDEX inbox_listed ON inbox (state, id);

CREATE TABLE outbox (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id    text NOT NULL REFERENCES cases,
    milestone  text NOT NULL CHECK (milestone ~ '^[a-z_]+$'),
    number     integer NOT NULL CHECK (number >= 0),
    to_role    text NOT NULL CHECK (to_role IN (
        'customer', 'agent', 'supervisor', 'finance', 'machine', 'admin', 'system', 'warehouse', 'carrier', 'payment')),
    data       json,
    state      text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'dead')),
    problem    text NOT NULL DEFAULT '', -- why the last attempt failed
    attempts   integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    next_at    timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL DEFAULT now(),
    settled_at timestamptz,
    UNIQUE (case_id, milestone, number)
);
CREATE INDEX outbox_pending ON outbox (case_id, id) WHERE state = 'pending';
CREATE INDEX outbox_due ON outbox (next_at, id) WHERE state = 'pending';
CREATE INDEX outbox_dead ON outbox (id) WHERE state = 'dead';

GRANT SELECT, INSERT, UPDATE ON inbox, outbox TO redress_app;
