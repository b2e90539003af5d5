//! Everything that happened with a customer, newest first, in one statement.

use chrono::{DateTime, Utc};
use relance_domain::{
    ids::{CreditNoteId, CustomerId, DisputeId, HoldId, InteractionId, InvoiceId, PaymentId, PromiseId, ReminderId, TaskId, TenantId},
    records::TimelineEntry,
};
use sea_orm::{ConnectionTrait, QueryResult, Statement, Value};
use uuid::Uuid;

use super::rows::money;
use crate::{
    StoreError,
    time::{instant, millis},
};

/// What happens to the things of a customer: table, kind, instant, label, detail, amount, currency, condition.
const HAPPENINGS: &[[&str; 8]] = &[
    ["invoices", "invoice.recorded", "created_at", "number", "status", "total", "currency", ""],
    ["credit_notes", "credit_note.recorded", "created_at", "number", "NULL", "total", "currency", ""],
    ["payments", "payment.recorded", "created_at", "paid_on", "NULL", "amount", "currency", ""],
    ["reminders", "reminder.sent", "sent_at", "step_key", "channel", "NULL", "NULL", " AND sent_at IS NOT NULL"],
    ["tasks", "task.created", "created_at", "title", "kind", "amount", "currency", ""],
    ["tasks", "task.completed", "completed_at", "title", "outcome", "amount", "currency", " AND completed_at IS NOT NULL"],
    ["interactions", "interaction.recorded", "at", "channel", "COALESCE(comment, outcome)", "NULL", "NULL", " AND task_id IS NULL"],
    ["promises", "promise.made", "created_at", "promised_on", "method", "amount", "currency", ""],
    ["promises", "promise.kept", "settled_at", "promised_on", "method", "amount", "currency", " AND status = 'kept'"],
    ["promises", "promise.broken", "settled_at", "promised_on", "method", "amount", "currency", " AND status = 'broken'"],
    ["disputes", "dispute.opened", "created_at", "reason_code", "comment", "NULL", "NULL", ""],
    ["disputes", "dispute.resolved", "resolved_at", "reason_code", "outcome", "NULL", "NULL", " AND resolved_at IS NOT NULL"],
    ["holds", "hold.placed", "created_at", "reason", "until_on", "NULL", "NULL", ""],
    ["holds", "hold.released", "released_at", "reason", "released_by", "NULL", "NULL", " AND released_at IS NOT NULL"],
];

/// The place of an entry in the timeline: what comes after it is older.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its instant.
    pub at: DateTime<Utc>,
    /// The thing.
    pub id: Uuid,
    /// What happened.
    pub kind: String,
}

/// An entry and its place.
pub type Placed = (TimelineEntry, Place);

/// At most `limit` entries older than `after`, newest first.
///
/// # Errors
/// [`StoreError::NotFound`] without such a customer, or the database's.
pub async fn list<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    customer: CustomerId,
    after: Option<&Place>,
    limit: u64,
) -> Result<Vec<Placed>, StoreError> {
    super::look::customer(c, tenant, customer).await?;
    let parts: Vec<String> = HAPPENINGS.iter().map(one).collect();
    let older = "happened_at < $3 OR (happened_at = $3 AND (id < $4 OR (id = $4 AND kind < $5)))";
    let only = if after.is_some() { format!(" WHERE {older}") } else { String::new() };
    let sql = format!(
        "SELECT * FROM ({}) AS happened{only} ORDER BY happened_at DESC, id DESC, kind DESC LIMIT {limit}",
        parts.join(" UNION ALL ")
    );
    let mut values: Vec<Value> = vec![tenant.0.into(), customer.0.into()];
    if let Some(place) = after {
        values.extend([millis(place.at).into(), place.id.into(), place.kind.as_str().into()]);
    }
    let rows = c.query_all_raw(Statement::from_sql_and_values(c.get_database_backend(), sql, values)).await?;
    rows.iter().map(read).collect()
}

fn one([table, kind, at, label, detail, amount, currency, only]: &[&str; 8]) -> String {
    format!(
        "SELECT {at} AS happened_at, id, '{kind}' AS kind, CAST({label} AS TEXT) AS label, CAST({detail} AS TEXT) AS detail, \
         CAST({amount} AS BIGINT) AS amount, CAST({currency} AS TEXT) AS currency FROM {table} WHERE tenant_id = $1 AND customer_id = $2{only}"
    )
}

fn read(row: &QueryResult) -> Result<Placed, StoreError> {
    let (kind, id): (String, Uuid) = (row.try_get("", "kind")?, row.try_get("", "id")?);
    let at = instant(row.try_get("", "happened_at")?);
    let (amount, currency): (Option<i64>, Option<String>) = (row.try_get("", "amount")?, row.try_get("", "currency")?);
    let subject_type = kind.split('.').next().unwrap_or_default().to_owned();
    let entry = TimelineEntry {
        at,
        subject_id: prefixed(&subject_type, id),
        subject_type,
        kind: kind.clone(),
        label: row.try_get("", "label")?,
        detail: row.try_get("", "detail")?,
        amount: amount.zip(currency).map(|(minor, code)| money("timeline", minor, &code)).transpose()?,
    };
    Ok((entry, Place { at, id, kind }))
}

fn prefixed(subject_type: &str, id: Uuid) -> String {
    match subject_type {
        "invoice" => InvoiceId(id).to_string(),
        "credit_note" => CreditNoteId(id).to_string(),
        "payment" => PaymentId(id).to_string(),
        "reminder" => ReminderId(id).to_string(),
        "task" => TaskId(id).to_string(),
        "promise" => PromiseId(id).to_string(),
        "dispute" => DisputeId(id).to_string(),
        "hold" => HoldId(id).to_string(),
        _ => InteractionId(id).to_string(),
    }
}
