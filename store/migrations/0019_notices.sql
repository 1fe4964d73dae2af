-- What people were told, in which words and by which channel; and the shop's own systems
-- that are told too, each delivery with a life of its own.

-- +goose Up
ALTER TABLE outbox
    ADD COLUMN language       text NOT NULL DEFAULT '' CHECK (language IN ('', 'zh-CN', 'en')),
    ADD COLUMN policy_version text NOT NULL DEFAULT '', -- empty: the case's
    ADD COLUMN held_until     timestamptz,              -- the end of the quiet hours it waits for
    ADD COLUMN channel        text NOT NULL DEFAULT '' CHECK (channel IN ('', 'mail', 'gateway')),
    ADD COLUMN subject        text NOT NULL DEFAULT '', -- as it was sent
    ADD COLUMN body           text NOT NULL DEFAULT '',
    ADD COLUMN wording        text NOT NULL DEFAULT '' CHECK (wording IN ('', 'policy', 'builtin', 'other'));
CREATE INDEX outbox_of_case ON outbox (case_id, id);

CREATE TABLE webhook_endpoints (
    id             text PRIMARY KEY CHECK (id ~ '^whe_[0-9a-z]{8,64}$'),
    url            text NOT NULL CHECK (url ~ '^https?://' AND length(url) <= 2000),
    description    text NOT NULL DEFAULT '' CHECK (length(description) <= 200),
    types          text[] NOT NULL DEFAULT '{}', -- of events that it gets; none: all
    state          text NOT NULL DEFAULT 'enabled' CHECK (state IN ('enabled', 'disabled', 'deleted')),
    reason         text NOT NULL DEFAULT '' CHECK (reason IN ('', 'by_hand', 'gone')), -- why it is disabled
    secret         text NOT NULL,
    old_secret     text NOT NULL DEFAULT '', -- signs too, until old_until
    old_until      timestamptz,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    CHECK ((old_secret = '') = (old_until IS NULL))
);
CREATE UNIQUE INDEX webhook_endpoints_url ON webhook_endpoints (url) WHERE state <> 'deleted';

CREATE TABLE webhook_deliveries (
    seq           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id            text NOT NULL UNIQUE DEFAULT 'msg_' || replace(gen_random_uuid()::text, '-', ''), -- the webhook-id of each try
    endpoint_id   text NOT NULL REFERENCES webhook_endpoints,
    outbox_id     bigint REFERENCES outbox, -- the notice it tells of; null: data says it all
    type          text NOT NULL,
    data          json,
    state         text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'dead')),
    attempts      integer NOT NULL DEFAULT 0 CHECK (attempts >= 0), -- since it was last set going
    tries         integer NOT NULL DEFAULT 0 CHECK (tries >= 0),    -- in all
    next_at       timestamptz NOT NULL DEFAULT now(),
    claimed_until timestamptz,
    last_status   integer NOT NULL DEFAULT 0, -- the last HTTP status, 0 for no answer
    problem       text NOT NULL DEFAULT '',
    created_at    timestamptz NOT NULL DEFAULT now(),
    settled_at    timestamptz,
    UNIQUE (outbox_id, endpoint_id),
    CHECK (outbox_id IS NOT NULL OR data IS NOT NULL)
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_at, seq) WHERE state = 'pending';
CREATE INDEX webhook_deliveries_claimed ON webhook_deliveries (endpoint_id, claimed_until) WHERE state = 'pending';
CREATE INDEX webhook_deliveries_listed ON webhook_deliveries (state, seq);
CREATE INDEX webhook_deliveries_of_endpoint ON webhook_deliveries (endpoint_id, seq);

-- Every notice is told to the endpoints that want it, in the transaction that makes the
-- notice, whoever makes it.
-- +goose StatementBegin
CREATE FUNCTION redress_tell_endpoints() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO webhook_deliveries (endpoint_id, outbox_id, type)
    SELECT e.id, NEW.id, 'notice.' || NEW.milestone FROM webhook_endpoints e
    WHERE e.state = 'enabled' AND (e.types = '{}' OR 'notice.' || NEW.milestone = ANY (e.types));
    IF FOUND THEN
        PERFORM pg_notify('redress_webhooks', '');
    END IF;
    RETURN NULL;
END
$$;
-- +goose StatementEnd

CREATE TRIGGER outbox_tells_endpoints AFTER INSERT ON outbox
    FOR EACH ROW EXECUTE FUNCTION redress_tell_endpoints();

GRANT SELECT, INSERT, UPDATE ON webhook_endpoints, webhook_deliveries TO redress_app;
