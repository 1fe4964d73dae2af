-- A notice that is written ahead of its time, and may be taken back until then.

-- +goose Up
ALTER TABLE outbox ADD COLUMN not_before timestamptz; -- null: it goes out at once
ALTER TABLE outbox DROP CONSTRAINT outbox_state_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_state_check CHECK (state IN ('pending', 'sent', 'dead', 'void'));

-- The endpoints are told of such a notice when it goes out, not when it is written.
DROP TRIGGER outbox_tells_endpoints ON outbox;
CREATE TRIGGER outbox_tells_endpoints AFTER INSERT ON outbox
    FOR EACH ROW WHEN (NEW.not_before IS NULL) EXECUTE FUNCTION redress_tell_endpoints();
CREATE TRIGGER outbox_tells_endpoints_later AFTER UPDATE OF state ON outbox
    FOR EACH ROW WHEN (NEW.not_before IS NOT NULL AND OLD.state = 'pending' AND NEW.state IN ('sent', 'dead'))
    EXECUTE FUNCTION redress_tell_endpoints();
