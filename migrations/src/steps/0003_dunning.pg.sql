GRANT SELECT, INSERT, UPDATE, DELETE ON proofs TO relance_app
--;
ALTER TABLE proofs ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE proofs FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON proofs TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON letters TO relance_app
--;
ALTER TABLE letters ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE letters FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON letters TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON templates TO relance_app
--;
ALTER TABLE templates ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE templates FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON templates TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON policies TO relance_app
--;
ALTER TABLE policies ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE policies FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON policies TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON cases TO relance_app
--;
ALTER TABLE cases ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE cases FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON cases TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON receipts TO relance_app
--;
ALTER TABLE receipts ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE receipts FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON receipts TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON suppressions TO relance_app
--;
ALTER TABLE suppressions ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE suppressions FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON suppressions TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON reminders TO relance_app
--;
ALTER TABLE reminders ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE reminders FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON reminders TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON invoice_steps TO relance_app
--;
ALTER TABLE invoice_steps ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE invoice_steps FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON invoice_steps TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON reminder_contents TO relance_app
--;
ALTER TABLE reminder_contents ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE reminder_contents FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON reminder_contents TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON attempts TO relance_app
--;
ALTER TABLE attempts ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE attempts FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON attempts TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON tasks TO relance_app
--;
ALTER TABLE tasks ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE tasks FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON tasks TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON decisions TO relance_app
--;
ALTER TABLE decisions ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE decisions FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON decisions TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON decision_invoices TO relance_app
--;
ALTER TABLE decision_invoices ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE decision_invoices FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON decision_invoices TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON holds TO relance_app
--;
ALTER TABLE holds ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE holds FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON holds TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON promises TO relance_app
--;
ALTER TABLE promises ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE promises FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON promises TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON disputes TO relance_app
--;
ALTER TABLE disputes ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE disputes FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON disputes TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON interactions TO relance_app
--;
ALTER TABLE interactions ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE interactions FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON interactions TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
ALTER TABLE reminders SET (fillfactor = 70)
--;
ALTER TABLE invoice_steps SET (fillfactor = 80)
--;
ALTER TABLE attempts SET (fillfactor = 80)
