//! Endpoints by noun, one endpoint a file.

pub mod api_keys;
pub mod audit_events;
pub mod channels;
pub mod credit_notes;
pub mod customers;
pub mod decisions;
pub mod deliveries;
pub mod disputes;
pub mod events;
pub mod holds;
pub mod ingest;
pub mod interactions;
pub mod invoices;
pub mod payments;
pub mod policies;
pub mod policy_presets;
pub mod promises;
pub mod reminder_content;
pub mod reminders;
pub mod settings;
pub mod sources;
pub mod tasks;
pub mod tenants;
pub mod test_clock;
pub mod timeline;
pub mod webhook_endpoints;
