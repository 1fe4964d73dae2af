-- The writes of clients under their idempotency keys, and the keys of the API.

-- +goose Up
CREATE TABLE operations (
    subject     text NOT NULL,
    operation   text NOT NULL CHECK (operation <> ''),
    key         text NOT NULL CHECK (key <> ''),
    body_hash   text NOT NULL,
    case_id     text NOT NULL DEFAULT '', -- of an opening: before the case exists
    update_id   text NOT NULL UNIQUE,
    lease_until timestamptz NOT NULL,
    status      integer CHECK (status BETWEEN 100 AND 599),
    location    text NOT NULL DEFAULT '',
    response    bytea,
    created_at  timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    PRIMARY KEY (subject, operation, key),
    CHECK ((finished_at IS NULL) = (status IS NULL))
);

CREATE TABLE api_keys (
    id         text PRIMARY KEY CHECK (id <> ''),
    sha256     text NOT NULL UNIQUE CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    role       text NOT NULL CHECK (role IN ('customer', 'agent', 'supervisor', 'finance', 'machine', 'admin')),
    actor_id   text NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);

GRANT SELECT, INSERT, UPDATE ON operations, api_keys TO redress_app;
