GRANT SELECT, INSERT, UPDATE, DELETE ON events TO relance_app
--;
ALTER TABLE events ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE events FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON events TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON event_sequences TO relance_app
--;
ALTER TABLE event_sequences ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE event_sequences FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON event_sequences TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_endpoints TO relance_app
--;
ALTER TABLE webhook_endpoints ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE webhook_endpoints FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON webhook_endpoints TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON deliveries TO relance_app
--;
ALTER TABLE deliveries ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE deliveries FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON deliveries TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON delivery_attempts TO relance_app
--;
ALTER TABLE delivery_attempts ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE delivery_attempts FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON delivery_attempts TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON notices TO relance_app
--;
ALTER TABLE notices ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE notices FORCE ROW LEVEL SECURITY
--;
CREATE POLICY tenant_only ON notices TO relance_app USING (tenant_id = (SELECT relance_tenant()) OR (SELECT relance_everybody()))
