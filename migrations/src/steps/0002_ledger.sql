-- Rows name their tenant without a foreign key: every write is made for a tenant that a key was just found for,
-- row-level security holds it on PostgreSQL, and a check a row would cost as much as the row.

-- Who owes. `details` is the stated snapshot (JSON); columns are what is searched or compared.
CREATE TABLE customers (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    source TEXT NOT NULL,
    external_id TEXT NOT NULL,
    source_version BIGINT NOT NULL,
    digest TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    details TEXT NOT NULL,
    -- the one place where the future lives: when this customer is due for a look; null: never
    next_check_at BIGINT,
    -- a live tenant's customer (test tenants are worked by their own clock)
    live BOOLEAN NOT NULL,
    lease_until BIGINT,
    lease_by TEXT,
    facts_changed_at BIGINT NOT NULL,
    last_decision TEXT,
    row_version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX customers_external ON customers (tenant_id, source, external_id);
CREATE INDEX customers_due ON customers (next_check_at) WHERE next_check_at IS NOT NULL AND live;
CREATE INDEX customers_due_test ON customers (tenant_id, next_check_at) WHERE next_check_at IS NOT NULL AND NOT live;

CREATE TABLE contacts (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    customer_id UUID NOT NULL,
    external_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    details TEXT NOT NULL,
    -- JSON list of channels never to be used again (opt-out, bounce)
    suppressed TEXT NOT NULL,
    -- no longer stated by the source; kept because history names it
    gone BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX contacts_external ON contacts (tenant_id, customer_id, external_id);

CREATE TABLE invoices (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    source TEXT NOT NULL,
    external_id TEXT NOT NULL,
    source_version BIGINT NOT NULL,
    digest TEXT NOT NULL,
    customer_id UUID NOT NULL,
    number TEXT NOT NULL,
    issued_on TEXT NOT NULL,
    due_on TEXT NOT NULL,
    currency TEXT NOT NULL,
    total BIGINT NOT NULL,
    payable BIGINT NOT NULL,
    details TEXT NOT NULL,
    -- what the ledger says now: recomputed in the transaction of every fact, never counted
    paid BIGINT NOT NULL,
    credited BIGINT NOT NULL,
    amount_due BIGINT NOT NULL,
    status TEXT NOT NULL,
    disputed BIGINT NOT NULL DEFAULT 0,
    payee_confirmed BOOLEAN NOT NULL DEFAULT FALSE,
    overdue_announced BOOLEAN NOT NULL DEFAULT FALSE,
    lifecycle_status TEXT,
    -- InvoiceDunning as of the last look (JSON)
    dunning TEXT,
    row_version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX invoices_external ON invoices (tenant_id, source, external_id);
CREATE INDEX invoices_customer ON invoices (tenant_id, customer_id);
CREATE INDEX invoices_open ON invoices (tenant_id, due_on, id) WHERE amount_due > 0;

CREATE TABLE credit_notes (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    source TEXT NOT NULL,
    external_id TEXT NOT NULL,
    source_version BIGINT NOT NULL,
    digest TEXT NOT NULL,
    customer_id UUID NOT NULL,
    number TEXT NOT NULL,
    issued_on TEXT NOT NULL,
    currency TEXT NOT NULL,
    total BIGINT NOT NULL,
    unapplied BIGINT NOT NULL,
    mode TEXT NOT NULL,
    invoice_id UUID,
    row_version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX credit_notes_external ON credit_notes (tenant_id, source, external_id);
CREATE INDEX credit_notes_customer ON credit_notes (tenant_id, customer_id);
CREATE INDEX credit_notes_unapplied ON credit_notes (tenant_id, customer_id) WHERE unapplied > 0;

CREATE TABLE payments (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    source TEXT NOT NULL,
    external_id TEXT NOT NULL,
    source_version BIGINT NOT NULL,
    digest TEXT NOT NULL,
    customer_id UUID NOT NULL,
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL,
    unapplied BIGINT NOT NULL,
    paid_on TEXT NOT NULL,
    -- method, reference, payer and stated allocations (JSON)
    details TEXT NOT NULL,
    reversed_on TEXT,
    reversal_reason TEXT,
    row_version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX payments_external ON payments (tenant_id, source, external_id);
CREATE INDEX payments_customer ON payments (tenant_id, customer_id);
CREATE INDEX payments_unapplied ON payments (tenant_id, customer_id) WHERE unapplied > 0;

CREATE TABLE allocations (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    customer_id UUID NOT NULL,
    payment_id UUID,
    credit_note_id UUID,
    invoice_id UUID NOT NULL,
    amount BIGINT NOT NULL,
    on_day TEXT NOT NULL,
    rule TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    reversed_on TEXT,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX allocations_customer ON allocations (tenant_id, customer_id, made_at);

-- Facts that wait for a customer, an invoice or a payment that is not known yet.
CREATE TABLE parked (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    source TEXT NOT NULL,
    kind TEXT NOT NULL,
    external_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    fact TEXT NOT NULL,
    -- the first thing it waits for: "customer:C42"
    waits_for TEXT NOT NULL,
    -- the request that brought it
    request_id TEXT,
    received_at BIGINT NOT NULL,
    -- when it was told that it waits for long
    told_at BIGINT,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX parked_untold ON parked (tenant_id, received_at) WHERE told_at IS NULL;
CREATE INDEX parked_waits ON parked (tenant_id, source, waits_for);
CREATE UNIQUE INDEX parked_once ON parked (tenant_id, source, kind, external_id, digest);

-- Identity of every CloudEvent taken in, remembered 400 days.
CREATE TABLE ingest_events (
    tenant_id UUID NOT NULL,
    source TEXT NOT NULL,
    event_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    -- what the fact is about
    kind TEXT NOT NULL,
    external_id TEXT NOT NULL,
    -- accepted, stale, parked, rejected: what was answered. A rejected one may come again under its id
    result TEXT NOT NULL,
    -- why it was rejected: [code, pointer, detail] (JSON)
    problem TEXT,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, source, event_id)
);
CREATE INDEX ingest_events_age ON ingest_events (received_at);

CREATE TABLE documents (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    source TEXT NOT NULL,
    file_name TEXT,
    media_type TEXT,
    sha256 TEXT NOT NULL,
    extracted TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

-- Webhooks of sources as they came, verified: answered at once, translated later.
CREATE TABLE inbox (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    source_id UUID NOT NULL,
    source TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- the sender's id of the event, else SHA-256 of the body
    dedupe_key TEXT NOT NULL,
    -- headers that say what the body is (JSON), and the body in base64; empty once forgotten
    headers TEXT NOT NULL,
    body TEXT NOT NULL,
    request_id TEXT,
    -- received, applied, ignored, waiting_fetch, quarantined
    status TEXT NOT NULL,
    reason TEXT,
    -- what became of each fact in it (JSON)
    outcome TEXT,
    -- what it waits for: an id of the sender's
    waits_for TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    -- null once settled
    due_at BIGINT,
    lease_until BIGINT,
    lease_by TEXT,
    received_at BIGINT NOT NULL,
    settled_at BIGINT,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX inbox_once ON inbox (tenant_id, source_id, dedupe_key);
CREATE INDEX inbox_due ON inbox (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX inbox_waits ON inbox (tenant_id, source_id, waits_for) WHERE waits_for IS NOT NULL;
CREATE INDEX inbox_age ON inbox (received_at);

-- What a sender's ids stand for: a payment's invoice, an invoice's customer.
CREATE TABLE source_links (
    tenant_id UUID NOT NULL,
    source_id UUID NOT NULL,
    name TEXT NOT NULL,
    target TEXT NOT NULL,
    PRIMARY KEY (tenant_id, source_id, name)
);
