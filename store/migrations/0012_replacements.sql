-- Goods that go out anew are known to the warehouse by a name of their own, and so are
-- repairs to the workshop. Like an RMA, such a name belongs to one case.

-- +goose Up
ALTER TABLE case_references DROP CONSTRAINT case_references_kind_check;
ALTER TABLE case_references ADD CONSTRAINT case_references_kind_check
    CHECK (kind IN ('rma', 'tracking', 'refund', 'replacement', 'repair'));

ALTER TABLE inbox DROP CONSTRAINT inbox_reference_kind_check;
ALTER TABLE inbox ADD CONSTRAINT inbox_reference_kind_check
    CHECK (reference_kind IN ('', 'rma', 'tracking', 'refund', 'replacement', 'repair'));

CREATE UNIQUE INDEX case_references_one_case_goods ON case_references (kind, value) WHERE kind IN ('replacement', 'repair');
