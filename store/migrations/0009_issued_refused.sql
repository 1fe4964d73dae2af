-- Numbers of labels that we issued outweigh those that customers give; an opening
-- that was refused is remembered for whoever was told that it is accepted.

-- +goose Up
ALTER TABLE case_references ADD COLUMN issued boolean NOT NULL DEFAULT false;
CREATE INDEX case_references_issued ON case_references (kind, value) WHERE issued;

CREATE TABLE refused_openings (
    case_id      text PRIMARY KEY CHECK (case_id <> ''),
    customer_id  text NOT NULL,
    duplicate_of text NOT NULL REFERENCES cases,
    refused_at   timestamptz NOT NULL DEFAULT now()
);

GRANT UPDATE (issued) ON case_references TO redress_app;
GRANT SELECT, INSERT ON refused_openings TO redress_app;
