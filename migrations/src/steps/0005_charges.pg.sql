-- the law's rates belong to no tenant: everybody reads them, operators enter them
GRANT SELECT, INSERT, UPDATE ON reference_rates TO relance_app
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON late_charges TO relance_app
--;
ALTER TABLE late_charges ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE late_charges FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON late_charges TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON interruptions TO relance_app
--;
ALTER TABLE interruptions ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE interruptions FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON interruptions TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
