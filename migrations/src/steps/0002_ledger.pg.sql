GRANT SELECT, INSERT, UPDATE, DELETE ON customers TO relance_app
--;
ALTER TABLE customers ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE customers FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON customers TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON contacts TO relance_app
--;
ALTER TABLE contacts ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE contacts FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON contacts TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON invoices TO relance_app
--;
ALTER TABLE invoices ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE invoices FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON invoices TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON credit_notes TO relance_app
--;
ALTER TABLE credit_notes ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE credit_notes FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON credit_notes TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON payments TO relance_app
--;
ALTER TABLE payments ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE payments FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON payments TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON allocations TO relance_app
--;
ALTER TABLE allocations ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE allocations FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON allocations TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON parked TO relance_app
--;
ALTER TABLE parked ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE parked FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON parked TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON ingest_events TO relance_app
--;
ALTER TABLE ingest_events ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE ingest_events FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON ingest_events TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON documents TO relance_app
--;
ALTER TABLE documents ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE documents FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON documents TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON inbox TO relance_app
--;
ALTER TABLE inbox ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE inbox FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON inbox TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON source_links TO relance_app
--;
ALTER TABLE source_links ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE source_links FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON source_links TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
-- room on the page for the next version of a row: a new check or a new decision then touches no index
ALTER TABLE customers SET (fillfactor = 70)
--;
ALTER TABLE invoices SET (fillfactor = 60)
