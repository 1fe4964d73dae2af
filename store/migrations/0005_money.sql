-- Money: claims are stored before the provider is called, and counted under the
-- locks of their payment and order lines. Amounts are in minor units.

-- +goose Up
-- One row a captured payment, to be locked by whoever refunds from it.
CREATE TABLE payments (
    payment_id text PRIMARY KEY CHECK (payment_id <> ''),
    currency   text NOT NULL CHECK (currency ~ '^[A-Z]{3}$')
);

CREATE TABLE refunds (
    key          text PRIMARY KEY CHECK (key <> ''), -- one claim a key, for ever
    case_id      text NOT NULL REFERENCES cases,
    leg_id       text NOT NULL,
    order_id     text NOT NULL,
    payment_id   text NOT NULL REFERENCES payments,
    amount       bigint NOT NULL CHECK (amount > 0),
    currency     text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    status       text NOT NULL CHECK (status IN (
        'requested', 'pending', 'requires_action', 'unknown', 'succeeded', 'failed', 'cancelled')),
    provider_ref text NOT NULL DEFAULT '',
    sent_at      timestamptz, -- from here on it may have happened
    settled_at   timestamptz,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX refunds_case ON refunds (case_id);
CREATE INDEX refunds_payment_live ON refunds (payment_id) WHERE status NOT IN ('failed', 'cancelled');

CREATE TABLE refund_lines (
    key      text NOT NULL REFERENCES refunds,
    order_id text NOT NULL,
    line_id  text NOT NULL,
    quantity integer NOT NULL CHECK (quantity >= 0),
    amount   bigint NOT NULL CHECK (amount >= 0),
    PRIMARY KEY (key, line_id),
    FOREIGN KEY (order_id, line_id) REFERENCES order_lines
);
CREATE INDEX refund_lines_line ON refund_lines (order_id, line_id);

CREATE TABLE payouts (
    key          text PRIMARY KEY CHECK (key <> ''),
    case_id      text NOT NULL REFERENCES cases,
    leg_id       text NOT NULL,
    customer_id  text NOT NULL,
    amount       bigint NOT NULL CHECK (amount > 0),
    currency     text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    status       text NOT NULL CHECK (status IN (
        'requested', 'pending', 'requires_action', 'unknown', 'succeeded', 'failed', 'cancelled')),
    provider_ref text NOT NULL DEFAULT '',
    sent_at      timestamptz,
    settled_at   timestamptz,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX payouts_case ON payouts (case_id);

GRANT SELECT, INSERT, UPDATE ON payments, refunds, payouts TO redress_app;
GRANT SELECT, INSERT ON refund_lines TO redress_app;
