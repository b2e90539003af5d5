-- The audit log is added to, never changed.
CREATE TRIGGER audit_events_stay BEFORE UPDATE ON audit_events BEGIN
    SELECT RAISE(ABORT, 'the audit log is never changed');
END
--;
CREATE TRIGGER audit_events_keep BEFORE DELETE ON audit_events BEGIN
    SELECT RAISE(ABORT, 'the audit log is never shortened');
END
