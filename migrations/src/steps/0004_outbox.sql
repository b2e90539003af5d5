-- What is told to the outside, written in the transaction of the change.
CREATE TABLE events (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    -- commit order within the tenant
    position BIGINT NOT NULL,
    type TEXT NOT NULL,
    subject_type TEXT NOT NULL,
    subject_id UUID NOT NULL,
    -- from 1 without holes per subject
    sequence BIGINT NOT NULL,
    -- clock time of the tenant
    at BIGINT NOT NULL,
    -- {object, changes} (JSON)
    data TEXT NOT NULL,
    -- the request that brought it about; null: none did
    request_id TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX events_position ON events (tenant_id, position);

-- Last sequence per subject, and last position per tenant (subject_type 'feed', subject_id = tenant).
CREATE TABLE event_sequences (
    tenant_id UUID NOT NULL,
    subject_id UUID NOT NULL,
    last BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, subject_id)
);

CREATE TABLE webhook_endpoints (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    url TEXT NOT NULL,
    description TEXT,
    -- types, groups (invoice.*) or * (JSON)
    event_types TEXT NOT NULL,
    -- segments of customers; empty: all (JSON)
    segments TEXT NOT NULL,
    payload TEXT NOT NULL,
    -- none, subject
    ordering TEXT NOT NULL,
    -- of the bodies: that of the endpoint's creation
    api_version TEXT NOT NULL,
    -- enabled, disabled
    status TEXT NOT NULL,
    disabled_reason TEXT,
    -- sealed secrets, newest first: [{secret, until_at}] (JSON, AES-256-GCM)
    sealed_secrets TEXT NOT NULL,
    -- its health (JSON); closed, open, half_open
    breaker TEXT NOT NULL,
    breaker_state TEXT NOT NULL,
    -- the last post failed: it waits in the lane of those
    late BOOLEAN NOT NULL DEFAULT FALSE,
    -- while the breaker is open: nothing is posted before
    probe_at BIGINT,
    -- when it was last enabled by hand
    enabled_at BIGINT,
    -- who posts to it, until when, and how many deliveries of that run are not settled yet
    lease_until BIGINT,
    lease_by TEXT,
    lease_left INTEGER NOT NULL DEFAULT 0,
    row_version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

-- One event on its way to one endpoint. Retries run on real time.
CREATE TABLE deliveries (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    endpoint_id UUID NOT NULL,
    event_id UUID NOT NULL,
    -- pending, delivered, failed, dropped
    status TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    -- null once settled
    next_attempt_at BIGINT,
    -- attempts made before it was last queued again by hand: the table of pauses starts anew
    queued_after INTEGER NOT NULL DEFAULT 0,
    -- place of the event in the feed
    position BIGINT NOT NULL,
    -- the subject whose deliveries go one after the other; null: best effort
    order_key UUID,
    -- a try-out of the endpoint: the type of the sample; event_id names no event then
    test_type TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
-- the claim hops from endpoint to endpoint, so that a dead one with a long queue costs as little as any
CREATE INDEX deliveries_waiting ON deliveries (endpoint_id, next_attempt_at, position) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX deliveries_in_order ON deliveries (endpoint_id, order_key, position) WHERE order_key IS NOT NULL AND next_attempt_at IS NOT NULL;
CREATE INDEX deliveries_endpoint ON deliveries (tenant_id, endpoint_id, id);

CREATE TABLE delivery_attempts (
    tenant_id UUID NOT NULL,
    delivery_id UUID NOT NULL,
    number INTEGER NOT NULL,
    at BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    status_code INTEGER,
    error TEXT,
    response TEXT,
    -- what was sent: webhook-signature, and the body's digest and length
    signature TEXT,
    body_sha256 TEXT,
    body_bytes INTEGER,
    PRIMARY KEY (tenant_id, delivery_id, number)
);

-- Mails to the tenant itself, written in the transaction of what they tell; each leaves once.
CREATE TABLE notices (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    -- webhook_endpoint.disabled
    kind TEXT NOT NULL,
    -- what it is about, and which time: an endpoint may be disabled twice
    about UUID NOT NULL,
    occasion BIGINT NOT NULL,
    -- what it tells (JSON)
    facts TEXT NOT NULL,
    -- waiting, sending, sent, failed, unknown
    status TEXT NOT NULL,
    reason TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    -- null once settled
    due_at BIGINT,
    lease_until BIGINT,
    lease_by TEXT,
    created_at BIGINT NOT NULL,
    settled_at BIGINT,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX notices_once ON notices (tenant_id, kind, about, occasion);
CREATE INDEX notices_due ON notices (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX notices_age ON notices (settled_at) WHERE settled_at IS NOT NULL;
