-- Who is owed. `clock_at` is set for test tenants only: their own clock, which stands still.
CREATE TABLE tenants (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    live BOOLEAN NOT NULL,
    clock_at BIGINT,
    -- where an advance is going to; null: the clock is ready
    clock_target_at BIGINT,
    -- a test tenant has work due at its clock
    work_due BOOLEAN NOT NULL DEFAULT FALSE,
    lease_until BIGINT,
    lease_by TEXT,
    settings TEXT NOT NULL,
    settings_version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL
);
CREATE INDEX tenants_clock ON tenants (id) WHERE work_due OR clock_target_at IS NOT NULL;

-- Keys that seal, wrapped by the operator's key (AES-256-GCM); the newest of a purpose that is not retired is in use.
CREATE TABLE data_keys (
    id UUID NOT NULL PRIMARY KEY,
    -- seal: secrets at rest; pepper: fingerprints of API keys
    purpose TEXT NOT NULL,
    wrapped TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    retired_at BIGINT
);

CREATE TABLE api_keys (
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    id UUID NOT NULL,
    -- the public part of the key, looked up; of the secret part only an HMAC is stored, which names its pepper
    lookup TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    scopes TEXT NOT NULL,
    -- networks it is taken from (JSON); none: from everywhere
    networks TEXT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    -- to the minute
    last_used_at BIGINT,
    -- the key that takes its place
    rotated_to UUID,
    -- when its end was foretold
    expiry_told_at BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX api_keys_expiring ON api_keys (expires_at) WHERE expires_at IS NOT NULL AND expiry_told_at IS NULL;
-- not unique: a unique index without the tenant would tell one tenant of another's
CREATE INDEX api_keys_lookup ON api_keys (lookup);

-- Who did what. Rows are added and never changed; each carries a digest over itself and the one before.
CREATE TABLE audit_events (
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    -- from 1 without holes
    seq BIGINT NOT NULL,
    id UUID NOT NULL,
    at BIGINT NOT NULL,
    -- api_key, jwt, operator, cli
    actor_type TEXT NOT NULL,
    actor_id TEXT,
    request_id TEXT,
    address TEXT,
    action TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    resource_id TEXT,
    before_digest TEXT,
    after_digest TEXT,
    prev_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (tenant_id, seq)
);
CREATE INDEX audit_events_resource ON audit_events (tenant_id, resource_id, seq);

-- The end of each tenant's chain: also the lock that keeps it one chain.
CREATE TABLE audit_heads (
    tenant_id UUID NOT NULL PRIMARY KEY REFERENCES tenants (id),
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL
);

CREATE TABLE idempotency_keys (
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    key TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    -- the answer, written in the transaction of the effect
    status INTEGER NOT NULL,
    headers TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, key, method, path)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

-- Pictures that messages showed: the settings name the one in use, messages the one they left with. None is ever removed.
CREATE TABLE logos (
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    sha256 TEXT NOT NULL,
    -- base64
    data TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, sha256)
);

-- How messages leave: `config` is sealed (AES-256-GCM), it holds the providers' secrets.
CREATE TABLE channels (
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    channel TEXT NOT NULL,
    provider TEXT NOT NULL,
    public TEXT NOT NULL,
    sealed TEXT,
    -- where its provider's receipts arrive: the end of an address nobody guesses
    receipt_token TEXT NOT NULL,
    version BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, channel)
);
CREATE INDEX channels_receipts ON channels (receipt_token);

-- What all processes must know of a channel's account at its provider. No row, or one at rest: all is well. Written only when
-- something goes wrong or is well again, and where the channel has a rate.
CREATE TABLE channel_accounts (
    tenant_id UUID NOT NULL,
    channel TEXT NOT NULL,
    -- closed, open, probing; then until when
    circuit TEXT NOT NULL,
    circuit_until BIGINT,
    paused_until BIGINT,
    -- refusals of the account in a row
    refusals INTEGER NOT NULL,
    -- the latest twenty outcomes, a bit each: unknown
    unknowns INTEGER NOT NULL,
    -- microseconds: up to when the bucket of messages a second is spent
    spent_until BIGINT,
    PRIMARY KEY (tenant_id, channel)
);

CREATE TABLE sources (
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    id UUID NOT NULL,
    -- whose webhooks are taken under its id (stripe, lago…); null: none yet
    kind TEXT,
    -- enabled, disabled
    webhook TEXT NOT NULL DEFAULT 'disabled',
    -- how its webhooks are verified and read, without secrets (JSON)
    config TEXT,
    -- secrets, newest first: [{secret, until_at}] (JSON, sealed)
    sealed_secrets TEXT,
    row_version BIGINT NOT NULL DEFAULT 1,
    payments_complete_until BIGINT,
    heartbeat_at BIGINT,
    open_items TEXT,
    ledger_differs BOOLEAN NOT NULL DEFAULT FALSE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, name)
);
-- webhooks name a source by its id alone
CREATE INDEX sources_id ON sources (id);
