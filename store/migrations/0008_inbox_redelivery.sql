-- A run that takes a case over finds the events that its predecessor was given and
-- never recorded.

-- +goose Up
CREATE INDEX inbox_delivered ON inbox (case_id, settled_at) WHERE state = 'delivered';
