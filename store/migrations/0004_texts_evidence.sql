-- What people wrote, and what they sent in. The bytes of evidence lie elsewhere,
-- under <case id>/<sha256>.

-- +goose Up
-- No foreign key to cases: the texts of an opening are committed before the case is.
CREATE TABLE case_texts (
    id          text PRIMARY KEY CHECK (id <> ''),
    case_id     text NOT NULL CHECK (case_id <> ''),
    kind        text NOT NULL CHECK (kind ~ '^[a-z_]+$'),
    author_role text NOT NULL CHECK (author_role IN (
        'customer', 'agent', 'supervisor', 'finance', 'machine', 'admin', 'system', 'warehouse', 'carrier', 'payment')),
    author_id   text NOT NULL,
    body        text NOT NULL,
    internal    boolean NOT NULL,
    created_at  timestamptz NOT NULL
);
CREATE INDEX case_texts_case ON case_texts (case_id, created_at, id);

CREATE TABLE evidence (
    id             text PRIMARY KEY CHECK (id <> ''),
    case_id        text NOT NULL REFERENCES cases,
    type           text NOT NULL CHECK (type ~ '^[a-z_]+$'), -- a policy may name others
    source         text NOT NULL CHECK (source IN ('requested', 'volunteered', 'partner')),
    requested_from text NOT NULL DEFAULT '' CHECK (requested_from IN (
        '', 'customer', 'agent', 'supervisor', 'finance', 'machine', 'admin', 'system', 'warehouse', 'carrier', 'payment')),
    actor_role     text NOT NULL CHECK (actor_role IN (
        'customer', 'agent', 'supervisor', 'finance', 'machine', 'admin', 'system', 'warehouse', 'carrier', 'payment')),
    actor_id       text NOT NULL,
    stage          text NOT NULL CHECK (stage IN (
        'intake', 'investigation', 'negotiation', 'adjudication', 'appeal', 'execution', 'follow_up', 'closed')),
    sha256         text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    media_type     text NOT NULL CHECK (media_type <> ''),
    size           bigint NOT NULL CHECK (size >= 0),
    received_at    timestamptz NOT NULL,
    file_name_id   text REFERENCES case_texts,
    UNIQUE (case_id, sha256)
);

GRANT SELECT, INSERT ON case_texts, evidence TO redress_app;
