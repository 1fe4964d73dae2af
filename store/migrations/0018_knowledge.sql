-- Articles that answer frequent questions, their versions, and what came of showing them.
-- A version's text never changes: the service may move its state on, and nothing else.

-- +goose Up
CREATE TABLE articles (
    id         text PRIMARY KEY CHECK (id ~ '^art_[a-z0-9_]{1,60}$'),
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE article_versions (
    article_id     text NOT NULL REFERENCES articles,
    version        integer NOT NULL CHECK (version > 0),
    key            text NOT NULL CHECK (key <> ''), -- of the write that made it: made once
    state          text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'published', 'withdrawn')),
    reasons        text[] NOT NULL,
    skus           text[] NOT NULL,
    categories     text[] NOT NULL,
    written_role   text NOT NULL,
    written_by     text NOT NULL,
    written_at     timestamptz NOT NULL,
    published_role text,
    published_by   text,
    published_at   timestamptz,
    withdrawn_role text,
    withdrawn_by   text,
    withdrawn_at   timestamptz,
    PRIMARY KEY (article_id, version),
    UNIQUE (article_id, key),
    CHECK (state <> 'published' OR published_at IS NOT NULL),
    CHECK ((state = 'withdrawn') = (withdrawn_at IS NOT NULL))
);
CREATE UNIQUE INDEX article_versions_live ON article_versions (article_id) WHERE state = 'published';
CREATE INDEX article_versions_reasons ON article_versions USING gin (reasons) WHERE state = 'published';

-- One text a language, with the words under which it is found: characters and pairs of
-- Chinese, stems of English (Store.SearchArticles).
CREATE TABLE article_texts (
    article_id  text NOT NULL,
    version     integer NOT NULL,
    language    text NOT NULL CHECK (language IN ('zh-CN', 'en')),
    title       text NOT NULL CHECK (title <> ''),
    body        text NOT NULL CHECK (body <> ''),
    title_words tsvector NOT NULL,
    words       tsvector NOT NULL, -- of title and body
    live        boolean NOT NULL DEFAULT false, -- its version is published
    PRIMARY KEY (article_id, version, language),
    FOREIGN KEY (article_id, version) REFERENCES article_versions
);
CREATE INDEX article_texts_words ON article_texts USING gin (words) WITH (fastupdate = off) WHERE live;

-- Each time somebody was shown an article, opened it, or said what came of it. The
-- session is a name of the shop's own system for a visit.
CREATE TABLE article_uses (
    id          text PRIMARY KEY CHECK (id <> ''),
    article_id  text NOT NULL,
    version     integer NOT NULL,
    session     text NOT NULL DEFAULT '',
    outcome     text NOT NULL CHECK (outcome IN ('shown', 'opened', 'solved', 'not_solved', 'answered')),
    case_id     text NOT NULL DEFAULT '',
    customer_id text NOT NULL DEFAULT '',
    role        text NOT NULL,
    at          timestamptz NOT NULL,
    FOREIGN KEY (article_id, version) REFERENCES article_versions
);
CREATE INDEX article_uses_at ON article_uses (at);
CREATE INDEX article_uses_article ON article_uses (article_id, at);
CREATE INDEX article_uses_case ON article_uses (case_id) WHERE case_id <> '';

GRANT SELECT, INSERT ON articles, article_versions, article_texts, article_uses TO redress_app;
GRANT UPDATE (state, published_role, published_by, published_at, withdrawn_role, withdrawn_by, withdrawn_at) ON article_versions TO redress_app;
GRANT UPDATE (live) ON article_texts TO redress_app;
