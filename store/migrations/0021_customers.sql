-- What several cases have in common: the address, the goods, the customer.

-- +goose Up
-- The address of an order by the order system's own name for it, never the address.
CREATE TABLE case_addresses (
    case_id     text PRIMARY KEY REFERENCES cases,
    address_key text NOT NULL CHECK (length(address_key) BETWEEN 1 AND 128),
    order_id    text NOT NULL,
    customer_id text NOT NULL,
    reason      text NOT NULL,
    opened_at   timestamptz NOT NULL
);
CREATE INDEX case_addresses_key ON case_addresses (address_key, opened_at);

-- The claimed goods, one row a product and lot.
CREATE TABLE case_lines (
    case_id     text NOT NULL REFERENCES cases,
    sku         text NOT NULL CHECK (sku <> ''),
    lot         text NOT NULL, -- '' where the order system gives none
    reason      text NOT NULL,
    customer_id text NOT NULL,
    opened_at   timestamptz NOT NULL,
    PRIMARY KEY (case_id, sku, lot)
);
CREATE INDEX case_lines_goods ON case_lines (sku, opened_at);

-- A product or lot that many cases are about. lot '' is the product as such.
CREATE TABLE defect_batches (
    id       text PRIMARY KEY DEFAULT 'batch_' || left(replace(gen_random_uuid()::text, '-', ''), 20),
    sku      text NOT NULL CHECK (sku <> ''),
    lot      text NOT NULL,
    told     text NOT NULL CHECK (told ~ '^[a-z][a-z0-9_]*$'),
    found_at timestamptz NOT NULL DEFAULT now(),
    last_at  timestamptz NOT NULL -- when its newest case was opened
);
CREATE INDEX defect_batches_goods ON defect_batches (sku, lot, last_at);
CREATE INDEX defect_batches_listed ON defect_batches (found_at, id);

CREATE TABLE defect_batch_cases (
    batch_id text NOT NULL REFERENCES defect_batches,
    case_id  text NOT NULL REFERENCES cases,
    PRIMARY KEY (batch_id, case_id)
);
CREATE INDEX defect_batch_cases_case ON defect_batch_cases (case_id);

-- What a customer prefers. The language is a code that notices are chosen by; all else
-- is sealed.
CREATE TABLE customers (
    customer_id text PRIMARY KEY CHECK (customer_id <> ''),
    language    text NOT NULL DEFAULT '' CHECK (language IN ('', 'zh-CN', 'en')),
    preferences text NOT NULL DEFAULT '',
    updated_at  timestamptz NOT NULL DEFAULT now(),
    updated_by  text NOT NULL DEFAULT '' -- the role
);

-- Both tables are filled once the order of a case is known, by the database: what writes
-- cases runs before and after this migration.
-- +goose StatementBegin
CREATE FUNCTION redress_keep_goods(id text, order_id text, customer_id text, reason text, opened_at timestamptz, doc jsonb) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO case_addresses (case_id, address_key, order_id, customer_id, reason, opened_at)
    SELECT $1, left($6 #>> '{facts,order,address_key}', 128), $2, $3, $4, $5
    WHERE coalesce($6 #>> '{facts,order,address_key}', '') <> '' ON CONFLICT DO NOTHING;
    INSERT INTO case_lines (case_id, sku, lot, reason, customer_id, opened_at)
    SELECT DISTINCT $1, sold ->> 'sku', coalesce(sold ->> 'lot', ''), $4, $3, $5
    FROM jsonb_array_elements(CASE jsonb_typeof($6 -> 'lines') WHEN 'array' THEN $6 -> 'lines' ELSE '[]' END) AS claimed
    JOIN jsonb_array_elements(CASE jsonb_typeof($6 #> '{facts,order,lines}') WHEN 'array' THEN $6 #> '{facts,order,lines}' ELSE '[]' END) AS sold
        ON sold ->> 'line_id' = claimed ->> 'line_id'
    WHERE coalesce(sold ->> 'sku', '') <> '' ON CONFLICT DO NOTHING;
$$;

CREATE FUNCTION redress_order_known() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM redress_keep_goods(NEW.id, NEW.order_id, NEW.customer_id, NEW.reason, NEW.opened_at, NEW.doc);
    RETURN NULL;
END $$;

-- Links a case to the batch that it belongs to, or finds one with it. The lot comes
-- before the product; a case that is in a batch already makes no second one.
CREATE FUNCTION redress_link(of_case text, span interval, enough integer, about text[], tell text) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    line   record;
    narrow text;
    batch  text;
    total  integer;
    found  integer := 0;
BEGIN
    FOR line IN SELECT sku, lot, opened_at FROM case_lines WHERE case_id = of_case AND reason = ANY (about) ORDER BY sku, lot LOOP
        PERFORM pg_advisory_xact_lock(hashtextextended('batch ' || line.sku, 7205760));
        FOREACH narrow IN ARRAY (CASE line.lot WHEN '' THEN ARRAY [''] ELSE ARRAY [line.lot, ''] END) LOOP
            SELECT b.id INTO batch FROM defect_batches b
            WHERE b.sku = line.sku AND b.lot = narrow AND b.last_at > line.opened_at - span ORDER BY b.last_at DESC LIMIT 1;
            IF batch IS NOT NULL THEN
                INSERT INTO defect_batch_cases VALUES (batch, of_case) ON CONFLICT DO NOTHING;
                UPDATE defect_batches SET last_at = greatest(last_at, line.opened_at) WHERE id = batch;
                EXIT;
            END IF;
            SELECT count(DISTINCT l.case_id) INTO total FROM case_lines l
            WHERE l.sku = line.sku AND (narrow = '' OR l.lot = narrow) AND l.reason = ANY (about)
                AND l.opened_at > line.opened_at - span AND l.opened_at < line.opened_at + span
                AND NOT EXISTS (SELECT FROM defect_batch_cases m JOIN defect_batches b ON b.id = m.batch_id
                    WHERE m.case_id = l.case_id AND b.sku = line.sku);
            CONTINUE WHEN total < enough;
            INSERT INTO defect_batches (sku, lot, told, last_at) VALUES (line.sku, narrow, tell, line.opened_at) RETURNING id INTO batch;
            INSERT INTO defect_batch_cases SELECT DISTINCT batch, l.case_id FROM case_lines l
            WHERE l.sku = line.sku AND (narrow = '' OR l.lot = narrow) AND l.reason = ANY (about)
                AND l.opened_at > line.opened_at - span AND l.opened_at < line.opened_at + span
                AND NOT EXISTS (SELECT FROM defect_batch_cases m JOIN defect_batches b ON b.id = m.batch_id
                    WHERE m.case_id = l.case_id AND b.sku = line.sku);
            INSERT INTO outbox (case_id, milestone, number, to_role, data)
            SELECT of_case, 'batch', 1 + count(*), tell,
                jsonb_build_object('batch_id', batch, 'sku', line.sku, 'lot', narrow, 'cases', total)
            FROM outbox o WHERE o.case_id = of_case AND o.milestone = 'batch';
            found := found + 1;
            EXIT;
        END LOOP;
        batch := NULL;
    END LOOP;
    RETURN found;
END $$;

-- A notice to a customer whose case names no language goes out in the one they prefer.
CREATE FUNCTION redress_prefer_language() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.language := coalesce((SELECT p.language FROM customers p JOIN cases c ON c.customer_id = p.customer_id WHERE c.id = NEW.case_id), '');
    RETURN NEW;
END $$;
-- +goose StatementEnd

CREATE TRIGGER outbox_prefer_language BEFORE INSERT ON outbox
    FOR EACH ROW WHEN (NEW.language = '' AND NEW.to_role = 'customer') EXECUTE FUNCTION redress_prefer_language();
CREATE TRIGGER cases_order_known AFTER UPDATE OF order_known ON cases
    FOR EACH ROW WHEN (NEW.order_known AND NOT OLD.order_known) EXECUTE FUNCTION redress_order_known();

SELECT redress_keep_goods(id, order_id, customer_id, reason, opened_at, doc) FROM cases WHERE order_known;

GRANT SELECT, INSERT ON case_addresses, case_lines, defect_batch_cases TO redress_app;
GRANT SELECT, INSERT, UPDATE ON defect_batches, customers TO redress_app;
