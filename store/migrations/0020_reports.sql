-- What the reports count. Narrow rows beside the cases, written by the transaction
-- that records the case: a report over a million cases reads neither documents nor
-- timelines. Everything here can be made again from cases and timeline.

-- +goose Up
CREATE TABLE report_cases (
    case_id            text PRIMARY KEY REFERENCES cases,
    shop_id            text NOT NULL,
    team               text NOT NULL,
    assignee           text NOT NULL,
    channel            text NOT NULL,
    kind               text NOT NULL,
    reason             text NOT NULL,
    policy             text NOT NULL,
    customer_id        text NOT NULL,
    order_id           text NOT NULL,
    currency           text NOT NULL,
    carrier            text NOT NULL, -- of the outbound parcel; '' until the order is known
    warehouse          text NOT NULL,
    opened_at          timestamptz NOT NULL,
    resolved_at        timestamptz,
    closed_at          timestamptz,
    outcome            text NOT NULL,
    reopened           integer NOT NULL,
    -- A promise of service; '' before it started. The seconds are those that its clock
    -- counted, set once it has ended.
    reply_state        text NOT NULL CHECK (reply_state IN ('', 'open', 'met', 'breached', 'dropped')),
    reply_seconds      bigint,
    resolution_state   text NOT NULL CHECK (resolution_state IN ('', 'open', 'met', 'breached', 'dropped')),
    resolution_seconds bigint,
    risk_score         integer NOT NULL,
    risk_flags         text[] NOT NULL,
    decided            text NOT NULL CHECK (decided IN ('undecided', 'remedies', 'rejected')),
    decided_by         text NOT NULL,
    survey_asked_at    timestamptz,
    survey_score       integer,
    -- What was really paid, in minor units of the case's currency; freight is a part of
    -- refunded. Coupons and points that a refund gave back cost nothing anew.
    refunded           bigint NOT NULL DEFAULT 0,
    freight            bigint NOT NULL DEFAULT 0,
    paid_out           bigint NOT NULL DEFAULT 0,
    credits            bigint NOT NULL DEFAULT 0,
    mixed              boolean NOT NULL DEFAULT false, -- there is money in other currencies too: in report_money
    fold               jsonb NOT NULL, -- dispute.CaseFacts: what the next entries are added to
    parts              text NOT NULL   -- digest of the rows below, which are rewritten when it changes
);
-- Only columns that never change are indexed, so that most updates touch no index.
CREATE INDEX report_cases_opened ON report_cases (opened_at);
CREATE INDEX report_cases_customer ON report_cases (customer_id, opened_at, case_id);
CREATE INDEX report_cases_order ON report_cases (order_id, opened_at, case_id);
CREATE INDEX report_cases_surveyed ON report_cases (survey_asked_at) WHERE survey_asked_at IS NOT NULL;
CREATE INDEX report_cases_mixed ON report_cases (case_id) WHERE mixed;

-- The claimed lines; refunded is what was given back of the line, in minor units of
-- the case's currency.
CREATE TABLE report_lines (
    case_id     text NOT NULL REFERENCES report_cases,
    line_id     text NOT NULL,
    order_id    text NOT NULL,
    customer_id text NOT NULL,
    opened_at   timestamptz NOT NULL,
    sku         text NOT NULL, -- '' until the order is known
    units       integer NOT NULL,
    refunded    bigint NOT NULL,
    first       boolean NOT NULL DEFAULT true, -- of its product in the case: counts the case
    PRIMARY KEY (case_id, line_id)
);
CREATE INDEX report_lines_line ON report_lines (order_id, line_id, opened_at, case_id);
CREATE INDEX report_lines_product ON report_lines (customer_id, sku, opened_at, case_id);

-- One row a movement of money or of credit.
CREATE TABLE report_money (
    case_id      text NOT NULL REFERENCES report_cases,
    leg_id       text NOT NULL,
    type         text NOT NULL CHECK (type IN ('refund', 'payout', 'credit', 'returned_credit')),
    state        text NOT NULL,
    amount       bigint NOT NULL,
    freight      bigint NOT NULL, -- of the amount, what was given back of the shipping charge
    currency     text NOT NULL,
    decided_at   timestamptz,
    requested_at timestamptz,
    settled_at   timestamptz,
    PRIMARY KEY (case_id, leg_id)
);
CREATE INDEX report_money_requested ON report_money (requested_at);

CREATE TABLE report_shares (
    case_id text NOT NULL REFERENCES report_cases,
    party   text NOT NULL,
    percent integer NOT NULL CHECK (percent BETWEEN 1 AND 100),
    PRIMARY KEY (case_id, party)
);

CREATE TABLE report_breaches (
    case_id     text NOT NULL REFERENCES report_cases,
    clock       text NOT NULL,
    leg_id      text NOT NULL,
    breached_at timestamptz NOT NULL,
    owner       text NOT NULL,
    due_at      timestamptz NOT NULL,
    on_expiry   text NOT NULL,
    stage       text NOT NULL,
    team        text NOT NULL, -- who had the case then
    assignee    text NOT NULL,
    PRIMARY KEY (case_id, clock, leg_id, breached_at)
);
CREATE INDEX report_breaches_at ON report_breaches (breached_at, case_id, clock, leg_id);

-- Cases that were there before: workers take them in, and whoever records one.
CREATE TABLE report_todo (
    case_id text PRIMARY KEY REFERENCES cases
);
INSERT INTO report_todo SELECT id FROM cases;

-- The weekly report: one issue a week and no second one.
CREATE TABLE weekly_reports (
    week       text PRIMARY KEY CHECK (week ~ '^[0-9]{4}-W[0-9]{2}$'), -- ISO 8601
    first_day  date NOT NULL,
    last_day   date NOT NULL,
    zone       text NOT NULL,
    figures    jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    sent_at    timestamptz
);

-- Who looked at what people sent in.
CREATE TABLE access_log (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id    text NOT NULL REFERENCES cases,
    at         timestamptz NOT NULL DEFAULT now(),
    actor_role text NOT NULL,
    actor_id   text NOT NULL,
    what       text NOT NULL CHECK (what IN ('dossier', 'evidence')),
    item       text NOT NULL DEFAULT '', -- evidence id
    request_id text NOT NULL
);
CREATE INDEX access_log_case ON access_log (case_id, id);

GRANT SELECT, INSERT, UPDATE ON report_cases, report_lines, report_money TO redress_app;
GRANT SELECT, INSERT, DELETE ON report_lines, report_money, report_shares TO redress_app;
GRANT SELECT, INSERT ON report_breaches, access_log TO redress_app;
GRANT SELECT, INSERT, DELETE ON report_todo TO redress_app;
GRANT SELECT, INSERT, UPDATE ON weekly_reports TO redress_app;
