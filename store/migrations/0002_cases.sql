-- The case as everybody reads it, and who may write it.

-- +goose Up
CREATE TABLE cases (
    id               text PRIMARY KEY CHECK (id ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$'),
    shop_id          text NOT NULL,
    previous_case_id text NOT NULL DEFAULT '',
    policy_version   text NOT NULL,
    kind             text NOT NULL CHECK (kind IN ('return', 'exchange', 'repair', 'claim', 'complaint', 'order_change')),
    reason           text NOT NULL CHECK (reason IN (
        'changed_mind', 'size_or_fit', 'defective', 'not_as_described', 'counterfeit', 'damaged_in_transit',
        'wrong_item', 'warranty_failure', 'missing_item', 'not_received', 'late_delivery', 'service_attitude',
        'other', 'overcharged', 'address_change', 'item_change', 'invoice_request')),
    family           text NOT NULL CHECK (family IN ('goods', 'delivery', 'service', 'billing', 'order')),
    channel          text NOT NULL CHECK (channel IN (
        'in_app', 'email', 'chat', 'phone', 'appeal_entrance', 'regulator_12315')),
    order_id         text NOT NULL,
    customer_id      text NOT NULL,
    assignee         text NOT NULL DEFAULT '',
    team             text NOT NULL DEFAULT '',
    stage            text NOT NULL CHECK (stage IN (
        'intake', 'investigation', 'negotiation', 'adjudication', 'appeal', 'execution', 'follow_up', 'closed')),
    waiting_on       text NOT NULL CHECK (waiting_on IN (
        'customer', 'agent', 'supervisor', 'both', 'warehouse', 'carrier', 'payment', 'none')),
    outcome          text NOT NULL DEFAULT '' CHECK (outcome IN (
        '', 'resolved', 'rejected', 'withdrawn', 'expired', 'inadmissible', 'superseded', 'cancelled')),
    breached         boolean NOT NULL,
    due_at           timestamptz NOT NULL DEFAULT 'infinity', -- of the earliest running clock; infinity when none runs
    opened_at        timestamptz NOT NULL,
    closed_at        timestamptz,

    doc              jsonb NOT NULL, -- the whole case (dispute.Case)
    engine           jsonb,          -- the workflow's own part of the state
    version          bigint NOT NULL CHECK (version > 0),
    run_id           text NOT NULL,  -- the run of the workflow that owns the record
    gate             text NOT NULL CHECK (gate IN ('open', 'closing', 'closed')),
    closing_at       timestamptz,    -- when the gate first shut: what was accepted before is still awaited
    orphaned         boolean NOT NULL DEFAULT false, -- open, but its workflow is gone
    order_known      boolean NOT NULL DEFAULT false, -- the order's lines stand in order_lines
    -- The head of the timeline: what the next entry chains to.
    timeline_seq     bigint NOT NULL DEFAULT 0 CHECK (timeline_seq >= 0),
    timeline_hash    text NOT NULL DEFAULT '',
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),

    CHECK (gate <> 'closed' OR stage = 'closed'),
    CHECK (stage <> 'closed' OR outcome <> ''),
    CHECK (NOT orphaned OR gate <> 'closed')
);

-- One index for each documented filter and order of the list of cases. Order and
-- customer select few rows; kind and reason are many rows each, found by either order.
CREATE INDEX cases_newest ON cases (opened_at DESC, id DESC);
CREATE INDEX cases_due ON cases (due_at, id);
CREATE INDEX cases_stage_newest ON cases (stage, opened_at DESC, id DESC);
CREATE INDEX cases_stage_due ON cases (stage, due_at, id);
CREATE INDEX cases_waiting_newest ON cases (waiting_on, opened_at DESC, id DESC);
CREATE INDEX cases_waiting_due ON cases (waiting_on, due_at, id);
CREATE INDEX cases_kind_newest ON cases (kind, opened_at DESC, id DESC);
CREATE INDEX cases_reason_newest ON cases (reason, opened_at DESC, id DESC);
CREATE INDEX cases_order ON cases (order_id);
CREATE INDEX cases_customer_newest ON cases (customer_id, opened_at DESC, id DESC);
CREATE INDEX cases_assignee_due ON cases (assignee, due_at, id) WHERE assignee <> '';
CREATE INDEX cases_breached_newest ON cases (opened_at DESC, id DESC) WHERE breached;
CREATE INDEX cases_breached_due ON cases (due_at, id) WHERE breached;
CREATE INDEX cases_orphaned ON cases (id) WHERE orphaned;

-- The runs of a case's workflow in the order in which they took the record over.
CREATE TABLE case_runs (
    case_id    text NOT NULL REFERENCES cases,
    run_id     text NOT NULL,
    ordinal    integer NOT NULL CHECK (ordinal > 0),
    started_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (case_id, run_id),
    UNIQUE (case_id, ordinal)
);

-- What has been recorded, so that a batch sent again is answered, not repeated. A
-- workflow task that dies after its record runs anew, perhaps with more to say under
-- the same number: the digests tell which of its entries stand already.
CREATE TABLE case_batches (
    case_id text NOT NULL REFERENCES cases,
    run_id  text NOT NULL,
    number  bigint NOT NULL CHECK (number >= 0),
    version bigint NOT NULL CHECK (version > 0),
    digest  text NOT NULL,   -- of the batch
    entries text[] NOT NULL, -- digests of its timeline entries
    PRIMARY KEY (case_id, run_id, number),
    FOREIGN KEY (case_id, run_id) REFERENCES case_runs
);

-- When the sweep last looked at an open case. Apart from cases, since every look
-- would rewrite all of its indexes.
CREATE TABLE case_watch (
    case_id    text PRIMARY KEY REFERENCES cases,
    checked_at timestamptz NOT NULL DEFAULT '-infinity'
);
CREATE INDEX case_watch_next ON case_watch (checked_at, case_id);

-- The lines of orders: locked by whoever claims units or money of them. The
-- quantity is null until some case has learnt the order.
CREATE TABLE order_lines (
    order_id text NOT NULL,
    line_id  text NOT NULL,
    quantity integer CHECK (quantity > 0),
    PRIMARY KEY (order_id, line_id)
);

-- Which units an open case claims, per cause family.
CREATE TABLE case_claims (
    case_id     text NOT NULL REFERENCES cases,
    order_id    text NOT NULL,
    line_id     text NOT NULL,
    family      text NOT NULL CHECK (family IN ('goods', 'delivery', 'service', 'billing', 'order')),
    quantity    integer NOT NULL CHECK (quantity > 0),
    released_at timestamptz,
    PRIMARY KEY (case_id, line_id),
    FOREIGN KEY (order_id, line_id) REFERENCES order_lines
);
CREATE INDEX case_claims_live ON case_claims (order_id, line_id, family) WHERE released_at IS NULL;

-- The names by which partners know a case. Two cases may share a parcel.
CREATE TABLE case_references (
    kind       text NOT NULL CHECK (kind IN ('rma', 'tracking', 'refund')),
    value      text NOT NULL CHECK (value <> ''),
    case_id    text NOT NULL REFERENCES cases,
    leg_id     text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kind, value, case_id)
);
CREATE UNIQUE INDEX case_references_one_case ON case_references (kind, value) WHERE kind IN ('rma', 'refund');

GRANT SELECT, INSERT, UPDATE ON cases, order_lines, case_claims TO redress_app;
GRANT SELECT, INSERT ON case_runs, case_references TO redress_app;
GRANT SELECT, INSERT, UPDATE ON case_batches TO redress_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON case_watch TO redress_app;
