-- Coupons, points and gifts: claimed like payouts, before the shop's own system is asked
-- to grant them. What of a refund was paid with points may be worth nothing in money.

-- +goose Up
CREATE TABLE credits (
    key          text PRIMARY KEY CHECK (key <> ''),
    case_id      text NOT NULL REFERENCES cases,
    leg_id       text NOT NULL,
    customer_id  text NOT NULL,
    form         text NOT NULL CHECK (form IN ('coupon', 'gift')),
    gift         text NOT NULL DEFAULT '', -- SKU
    returned     boolean NOT NULL DEFAULT false, -- given back with a refund: the customer's already
    amount       bigint NOT NULL CHECK (amount >= 0), -- its value, minor units
    currency     text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    status       text NOT NULL CHECK (status IN (
        'requested', 'pending', 'requires_action', 'unknown', 'succeeded', 'failed', 'cancelled')),
    provider_ref text NOT NULL DEFAULT '',
    sent_at      timestamptz, -- from here on it may have happened
    settled_at   timestamptz,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX credits_case ON credits (case_id);

GRANT SELECT, INSERT, UPDATE ON credits TO redress_app;

