-- Versions of policies; a version is never edited once active.
CREATE TABLE policies (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version INTEGER NOT NULL,
    name TEXT NOT NULL,
    -- draft, active, retired
    state TEXT NOT NULL,
    preset TEXT,
    document TEXT NOT NULL,
    activated_at BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id, version)
);

-- Texts a tenant wrote itself, by message and language ("first_reminder.fr"); what is not here is built in.
CREATE TABLE templates (
    tenant_id UUID NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    sms TEXT,
    active BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE cases (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    customer_id UUID NOT NULL,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT,
    close_reason TEXT,
    -- the version it runs under until it is migrated on purpose
    policy_id UUID,
    policy_version INTEGER,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX cases_open ON cases (tenant_id, customer_id) WHERE closed_at IS NULL;

CREATE TABLE reminders (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    customer_id UUID NOT NULL,
    case_id UUID,
    decision_id UUID,
    contact_id UUID,
    policy_id UUID NOT NULL,
    policy_version INTEGER NOT NULL,
    step_key TEXT NOT NULL,
    channel TEXT NOT NULL,
    template TEXT,
    -- planned, awaiting_approval, sending, sent, delivered, bounced, failed, cancelled, unknown
    status TEXT NOT NULL,
    approved BOOLEAN NOT NULL DEFAULT FALSE,
    -- when it may leave; null once it left or was withdrawn: the sends that are due
    send_at BIGINT,
    live BOOLEAN NOT NULL,
    lease_until BIGINT,
    lease_by TEXT,
    scheduled_at BIGINT NOT NULL,
    planned_at BIGINT NOT NULL,
    sent_at BIGINT,
    pay_before_on TEXT,
    deadline_on TEXT,
    -- registered letters: day of the first presentation
    presented_on TEXT,
    -- letters: how far it has come by the receipts: ordered, printed, posted, presented, delivered, returned, refused, unclaimed
    postal TEXT,
    -- the message that this one repeats by another channel: it plans no step and counts in no pacing
    copy_of UUID,
    -- the promise, dispute, case or task that it answers by itself: it plans no step either, but counts in the pacing
    answers UUID,
    -- lines, left_out, totals, charges, contact_reason, approvals, copies (JSON)
    body TEXT NOT NULL,
    cancel_reason TEXT,
    -- our reference, the Message-ID and the thread, fixed at planning
    reference TEXT NOT NULL,
    provider TEXT,
    -- the settings of the latest attempt: the channel's, or its fallback's
    via TEXT,
    provider_id TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    -- since when nobody knows whether it left, and what is done next: repeat, look_up, wait, give_up; `fallback` while planned:
    -- the first provider would not take it
    unknown_at BIGINT,
    settle_by TEXT,
    row_version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
-- what receipts are matched by
CREATE INDEX reminders_reference ON reminders (tenant_id, reference);
CREATE INDEX reminders_provider_id ON reminders (tenant_id, provider_id) WHERE provider_id IS NOT NULL;
CREATE INDEX reminders_customer ON reminders (tenant_id, customer_id, id);
CREATE INDEX reminders_due ON reminders (send_at) WHERE send_at IS NOT NULL AND live;
CREATE INDEX reminders_due_test ON reminders (tenant_id, send_at) WHERE send_at IS NOT NULL AND NOT live;
-- few at a time. Without the lease in it a claim and a longer lease touch no index
CREATE INDEX reminders_sending ON reminders (tenant_id, id) WHERE status = 'sending';

-- What is planned or was done for (invoice, step): the key makes each leave once, ever.
CREATE TABLE invoice_steps (
    tenant_id UUID NOT NULL,
    invoice_id UUID NOT NULL,
    step_key TEXT NOT NULL,
    customer_id UUID NOT NULL,
    -- planned, sent, task_created, waived
    outcome TEXT NOT NULL,
    reminder_id UUID,
    task_id UUID,
    done_on TEXT NOT NULL,
    granted_until TEXT,
    reason TEXT,
    at BIGINT NOT NULL,
    -- order in which it was recorded
    position BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, invoice_id, step_key)
);
CREATE INDEX invoice_steps_customer ON invoice_steps (tenant_id, customer_id);

-- What providers told us of messages: every word once, as it came; the state is derived from all of them.
CREATE TABLE receipts (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    channel TEXT NOT NULL,
    provider TEXT NOT NULL,
    dedupe_key TEXT NOT NULL,
    -- our reference and the provider's id of the message, as far as it says them
    reference TEXT,
    provider_id TEXT,
    kind TEXT NOT NULL,
    detail TEXT,
    at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    -- null as long as no message is known by it: it came early
    reminder_id UUID,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX receipts_once ON receipts (tenant_id, provider, dedupe_key);
CREATE INDEX receipts_reminder ON receipts (tenant_id, reminder_id) WHERE reminder_id IS NOT NULL;
CREATE INDEX receipts_early ON receipts (tenant_id, received_at) WHERE reminder_id IS NULL;

-- Letters that a provider posts for us, asked after until they have arrived; the id is the reminder's.
CREATE TABLE letters (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    provider TEXT NOT NULL,
    -- real time; null once nothing more will come
    due_at BIGINT,
    looks INTEGER NOT NULL DEFAULT 0,
    lease_until BIGINT,
    lease_by TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX letters_due ON letters (due_at) WHERE due_at IS NOT NULL;

-- What proves a letter: its deposit, its delivery, its refusal. One file of each kind.
CREATE TABLE proofs (
    tenant_id UUID NOT NULL,
    reminder_id UUID NOT NULL,
    name TEXT NOT NULL,
    -- deposit, acknowledgement, refusal, non_claim
    kind TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    -- base64
    data TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    -- the first of each kind is kept
    PRIMARY KEY (tenant_id, reminder_id, kind)
);

-- Addresses that nothing is sent to, whoever has them; kept as a digest.
CREATE TABLE suppressions (
    tenant_id UUID NOT NULL,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    -- hard_bounce, complaint, opt_out, soft_bounces, refused
    reason TEXT NOT NULL,
    -- null: for good
    until_at BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, channel, address)
);

-- what a person posts, day by day
CREATE INDEX reminders_printed ON reminders (tenant_id, sent_at) WHERE provider = 'print';

-- The frozen bytes of a message: what was really said.
CREATE TABLE reminder_contents (
    tenant_id UUID NOT NULL,
    reminder_id UUID NOT NULL,
    -- from, to, subject, text, html, headers (JSON)
    content TEXT NOT NULL,
    -- [{name, media_type, size, sha256, data(base64)}] (JSON)
    attachments TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    frozen_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, reminder_id)
);

CREATE TABLE attempts (
    tenant_id UUID NOT NULL,
    reminder_id UUID NOT NULL,
    number INTEGER NOT NULL,
    provider TEXT NOT NULL,
    -- whose settings: the channel's, or its fallback's
    via TEXT NOT NULL,
    -- calling, accepted, refused, throttled, transient, unknown
    outcome TEXT NOT NULL,
    detail TEXT,
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (tenant_id, reminder_id, number)
);

CREATE TABLE tasks (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    -- null: it is about the tenant itself
    customer_id UUID,
    kind TEXT NOT NULL,
    channel TEXT,
    step_key TEXT,
    about TEXT,
    -- open, completed, cancelled
    status TEXT NOT NULL,
    title TEXT NOT NULL,
    due_on TEXT NOT NULL,
    amount BIGINT NOT NULL,
    currency TEXT,
    -- lines, assign_to, contact_id (JSON)
    body TEXT NOT NULL,
    outcome TEXT,
    -- what was said at completion (JSON)
    result TEXT,
    completed_at BIGINT,
    decision_id UUID,
    row_version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX tasks_customer ON tasks (tenant_id, customer_id);
CREATE INDEX tasks_open ON tasks (tenant_id, due_on, id) WHERE status = 'open';

CREATE TABLE decisions (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    customer_id UUID NOT NULL,
    at BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    policy_id UUID,
    policy_version INTEGER,
    next_check_at BIGINT,
    -- actions, reasons, facts, would_change (JSON)
    body TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX decisions_customer ON decisions (tenant_id, customer_id, id);

CREATE TABLE decision_invoices (
    tenant_id UUID NOT NULL,
    invoice_id UUID NOT NULL,
    decision_id UUID NOT NULL,
    PRIMARY KEY (tenant_id, invoice_id, decision_id)
);

CREATE TABLE holds (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    scope TEXT NOT NULL,
    -- customer, invoice or contact; null for the tenant
    target_id UUID,
    -- whose decision it touches; null: everybody's
    customer_id UUID,
    reason TEXT NOT NULL,
    until_on TEXT,
    -- only invoices issued before this day (insolvency: the judgment)
    before_on TEXT,
    -- insolvency: the publication, from which the claim has to be declared
    published_on TEXT,
    placed_by TEXT,
    created_at BIGINT NOT NULL,
    released_at BIGINT,
    released_by TEXT,
    row_version BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX holds_active ON holds (tenant_id, customer_id) WHERE released_at IS NULL;

CREATE TABLE promises (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    customer_id UUID NOT NULL,
    source TEXT,
    external_id TEXT,
    -- JSON list of ids; empty: all that were open
    invoice_ids TEXT NOT NULL,
    amount BIGINT NOT NULL,
    currency TEXT NOT NULL,
    promised_on TEXT NOT NULL,
    grace_until_on TEXT NOT NULL,
    made_on TEXT NOT NULL,
    method TEXT,
    made_by TEXT,
    -- open, kept, broken, cancelled
    status TEXT NOT NULL,
    settled_at BIGINT,
    row_version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX promises_customer ON promises (tenant_id, customer_id);
CREATE UNIQUE INDEX promises_external ON promises (tenant_id, source, external_id) WHERE external_id IS NOT NULL;

CREATE TABLE disputes (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    customer_id UUID NOT NULL,
    invoice_id UUID NOT NULL,
    source TEXT,
    external_id TEXT,
    -- disputed part; null: the whole
    amount BIGINT,
    reason_code TEXT NOT NULL,
    comment TEXT,
    -- open, resolved
    status TEXT NOT NULL,
    outcome TEXT,
    resolved_at BIGINT,
    row_version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX disputes_customer ON disputes (tenant_id, customer_id);
CREATE UNIQUE INDEX disputes_external ON disputes (tenant_id, source, external_id) WHERE external_id IS NOT NULL;

CREATE TABLE interactions (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    customer_id UUID NOT NULL,
    channel TEXT NOT NULL,
    at BIGINT NOT NULL,
    -- local day of the customer
    on_day TEXT NOT NULL,
    by_whom TEXT,
    outcome TEXT,
    reached BOOLEAN NOT NULL DEFAULT FALSE,
    comment TEXT,
    task_id UUID,
    -- outbound: we contacted them, and it counts in pacing; inbound: they contacted us
    direction TEXT NOT NULL DEFAULT 'outbound',
    -- reason for non-payment that was given
    reason_code TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX interactions_customer ON interactions (tenant_id, customer_id, at);
