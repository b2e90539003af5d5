-- The service works under a role that is neither owner nor superuser: row-level security holds.
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'relance_app') THEN
        -- roles are the cluster's: another database of it may be migrating at this moment
        BEGIN CREATE ROLE relance_app NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END;
    END IF;
    EXECUTE format('GRANT relance_app TO %I', current_user);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO relance_app', current_schema());
END $$
--;
-- whose rows the transaction is for. The policies ask in a sub-select: once a statement, not once a row
CREATE OR REPLACE FUNCTION relance_tenant() RETURNS UUID LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE current_setting('relance.tenant_id', true) WHEN '*' THEN NULL
        ELSE nullif(current_setting('relance.tenant_id', true), '')::uuid END
$$
--;
-- `*` is said by workers that claim due rows of all tenants, by nobody else
CREATE OR REPLACE FUNCTION relance_everybody() RETURNS BOOLEAN LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT current_setting('relance.tenant_id', true) = '*'
$$
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON tenants TO relance_app
--;
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE tenants FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON tenants TO relance_app USING (id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON api_keys TO relance_app
--;
ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE api_keys FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON api_keys TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO relance_app
--;
ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON idempotency_keys TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT ON logos TO relance_app
--;
ALTER TABLE logos ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE logos FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON logos TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON channels TO relance_app
--;
ALTER TABLE channels ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE channels FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON channels TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON channel_accounts TO relance_app
--;
ALTER TABLE channel_accounts ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE channel_accounts FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON channel_accounts TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON sources TO relance_app
--;
ALTER TABLE sources ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE sources FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON sources TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
-- keys are made and retired by who migrates
GRANT SELECT ON data_keys TO relance_app
--;
-- added to, never changed: not by this role
GRANT SELECT, INSERT ON audit_events TO relance_app
--;
ALTER TABLE audit_events ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE audit_events FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON audit_events TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE ON audit_heads TO relance_app
--;
ALTER TABLE audit_heads ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE audit_heads FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON audit_heads TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
