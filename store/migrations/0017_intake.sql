-- What triage made of a case, which team has it, and where its customer had looked for
-- help before.

-- Both are in the case's document, and the database takes them from there: what writes
-- cases runs before and after this migration. It rewrites the table once.

-- +goose Up
ALTER TABLE cases
    ADD COLUMN class           text NOT NULL GENERATED ALWAYS AS (coalesce(doc ->> 'class', '')) STORED
        CHECK (class IN ('', 'inquiry', 'complaint', 'other')),
    ADD COLUMN article_session text NOT NULL GENERATED ALWAYS AS (coalesce(doc ->> 'article_session', '')) STORED;

CREATE INDEX cases_class_newest ON cases (class, opened_at DESC, id DESC) WHERE class <> '';
CREATE INDEX cases_team_newest ON cases (team, opened_at DESC, id DESC) WHERE team <> '';
CREATE INDEX cases_team_due ON cases (team, due_at, id) WHERE team <> '';
CREATE INDEX cases_article_session ON cases (article_session) WHERE article_session <> '';
