-- Reference rates entered beside those that come with the program: the law's, the same for every tenant.
CREATE TABLE reference_rates (
    series TEXT NOT NULL,
    half_year TEXT NOT NULL,
    -- percent a year, exact text
    rate TEXT NOT NULL,
    source TEXT NOT NULL,
    entered_on TEXT NOT NULL,
    PRIMARY KEY (series, half_year)
);

-- The claims ledger: what was asked beside the principal, once per invoice and rule.
CREATE TABLE late_charges (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    customer_id UUID NOT NULL,
    invoice_id UUID NOT NULL,
    -- interest, fixed_compensation
    rule TEXT NOT NULL,
    -- accrued, waived
    status TEXT NOT NULL,
    amount BIGINT NOT NULL,
    currency TEXT NOT NULL,
    -- the message that claimed it
    reminder_id UUID,
    -- regime, articles, lines, until, who waived it and why (JSON)
    body TEXT NOT NULL,
    row_version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX late_charges_once ON late_charges (tenant_id, invoice_id, rule);
CREATE INDEX late_charges_customer ON late_charges (tenant_id, customer_id);

-- Acts that begin a new period of limitation (C. civ. 2231, 2240, 2241, 2244), each with its proof. A part payment is not
-- among them: the ledger knows it.
CREATE TABLE interruptions (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    customer_id UUID NOT NULL,
    -- JSON list of ids
    invoice_ids TEXT NOT NULL,
    -- acknowledgment, request_for_time, accepted_plan, court_claim, enforcement
    kind TEXT NOT NULL,
    happened_on TEXT NOT NULL,
    -- where the proof is
    proof TEXT NOT NULL,
    comment TEXT,
    -- who recorded it (JSON)
    recorded_by TEXT NOT NULL,
    withdrawn_at BIGINT,
    row_version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX interruptions_customer ON interruptions (tenant_id, customer_id);
