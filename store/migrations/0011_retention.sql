-- Until when closed cases are kept, and that their personal data is gone. The service
-- may empty texts, and nothing else: what people wrote is never rewritten.

-- +goose Up
ALTER TABLE cases
    ADD COLUMN texts_until     timestamptz, -- set as the case closes; null: kept for ever
    ADD COLUMN record_until    timestamptz,
    ADD COLUMN retention_rule  text NOT NULL DEFAULT '',
    ADD COLUMN retention_basis text NOT NULL DEFAULT '',
    ADD COLUMN texts_erased_at timestamptz,
    ADD CONSTRAINT cases_retention CHECK ((texts_until IS NULL) = (record_until IS NULL) AND texts_until <= record_until),
    ADD CONSTRAINT cases_erased CHECK (texts_erased_at >= texts_until);

CREATE INDEX cases_texts_due ON cases (texts_until, id) WHERE texts_until IS NOT NULL AND texts_erased_at IS NULL;
CREATE INDEX cases_record_due ON cases (record_until) WHERE record_until IS NOT NULL;
CREATE INDEX cases_previous ON cases (previous_case_id) WHERE previous_case_id <> '';

-- +goose StatementBegin
CREATE FUNCTION redress_texts_are_only_emptied() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.body <> '' THEN
        RAISE EXCEPTION 'a text is emptied or stays as it is' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd

CREATE TRIGGER case_texts_only_emptied BEFORE UPDATE ON case_texts
    FOR EACH ROW EXECUTE FUNCTION redress_texts_are_only_emptied();

GRANT UPDATE (body) ON case_texts TO redress_app;
