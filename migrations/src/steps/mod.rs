//! The list of steps, oldest first.

/// One schema step.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// Name, unique and sortable.
    pub name: &'static str,
    /// Statements separated by `;`, with `UUID` for 16-byte keys.
    pub up: &'static str,
    /// The way back.
    pub down: &'static str,
    /// Further statements on PostgreSQL only: row-level security and storage settings.
    pub postgres: &'static str,
    /// Further statements on SQLite only: triggers.
    pub sqlite: &'static str,
}

/// Every step.
pub const STEPS: &[Step] = &[
    Step {
        name: "0001_tenants",
        up: include_str!("0001_tenants.sql"),
        down: "DROP TABLE sources; DROP TABLE channel_accounts; DROP TABLE channels; DROP TABLE idempotency_keys; DROP TABLE audit_heads; DROP TABLE audit_events; \
               DROP TABLE api_keys; DROP TABLE data_keys; DROP TABLE tenants",
        postgres: include_str!("0001_tenants.pg.sql"),
        sqlite: include_str!("0001_tenants.lite.sql"),
    },
    Step {
        name: "0002_ledger",
        up: include_str!("0002_ledger.sql"),
        down: "DROP TABLE source_links; DROP TABLE inbox; DROP TABLE documents; DROP TABLE ingest_events; DROP TABLE parked; DROP TABLE allocations; DROP TABLE payments; \
               DROP TABLE credit_notes; DROP TABLE invoices; DROP TABLE contacts; DROP TABLE customers",
        postgres: include_str!("0002_ledger.pg.sql"),
        sqlite: "",
    },
    Step {
        name: "0003_dunning",
        up: include_str!("0003_dunning.sql"),
        down: "DROP TABLE interactions; DROP TABLE disputes; DROP TABLE promises; DROP TABLE holds; DROP TABLE decision_invoices; \
               DROP TABLE decisions; DROP TABLE tasks; DROP TABLE attempts; DROP TABLE proofs; DROP TABLE letters; DROP TABLE reminder_contents; DROP TABLE invoice_steps; \
               DROP TABLE reminders; DROP TABLE cases; DROP TABLE templates; DROP TABLE policies",
        postgres: include_str!("0003_dunning.pg.sql"),
        sqlite: "",
    },
    Step {
        name: "0004_outbox",
        up: include_str!("0004_outbox.sql"),
        down: "DROP TABLE delivery_attempts; DROP TABLE deliveries; DROP TABLE webhook_endpoints; DROP TABLE event_sequences; DROP TABLE events",
        postgres: include_str!("0004_outbox.pg.sql"),
        sqlite: "",
    },
    Step {
        name: "0005_charges",
        up: include_str!("0005_charges.sql"),
        down: "DROP TABLE interruptions; DROP TABLE late_charges; DROP TABLE reference_rates",
        postgres: include_str!("0005_charges.pg.sql"),
        sqlite: "",
    },
];
