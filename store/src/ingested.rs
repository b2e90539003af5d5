//! What became of events, as it is read: what was answered, and what became of those that waited.

use relance_domain::{
    ids::{CreditNoteId, CustomerId, DisputeId, InvoiceId, PaymentId, PromiseId, TenantId},
    records::{IngestedRecord, ParkedRecord},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Statement, Value};
use uuid::Uuid;

use crate::{
    StoreError,
    entity::{ingest_events, parked},
    json, parked as waiting,
    time::instant,
};

/// The word for what was refused.
pub(crate) const REJECTED: &str = "rejected";

/// What became of the event `id`: of `source`, or of whichever source used that id last.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn get<C: ConnectionTrait>(c: &C, tenant: TenantId, source: Option<&str>, id: &str) -> Result<IngestedRecord, StoreError> {
    let backend = c.get_database_backend();
    // by the sources' names: the key of an event begins with one
    let sql = "SELECT e.* FROM sources s JOIN ingest_events e ON e.tenant_id = s.tenant_id AND e.source = s.name AND e.event_id = $2 \
               WHERE s.tenant_id = $1 AND ($3 = '' OR s.name = $3) ORDER BY e.received_at DESC LIMIT 1";
    let values: [Value; 3] = [tenant.0.into(), id.into(), source.unwrap_or_default().into()];
    let found = ingest_events::Entity::find().from_raw_sql(Statement::from_sql_and_values(backend, sql, values)).one(c).await?;
    let row = found.ok_or(StoreError::NotFound)?;
    let parked = if row.result == "parked" { parked_now(c, tenant, &row).await? } else { None };
    let (result, waiting_for, problem) = match (row.result.as_str(), parked) {
        ("parked", Some(ParkedRecord { waiting_for: Some(waiting), .. })) => ("parked", Some(waiting), None),
        ("parked", Some(ParkedRecord { refused, .. })) => (REJECTED, None, refused.map(|code| (code, String::new(), String::new()))),
        ("parked", None) => ("accepted", None, None), // what it waited for has come
        (word, _) => (word, None, row.problem.as_deref().map(|text| json::read("ingest_events", text)).transpose()?),
    };
    let resource = if matches!(result, "accepted" | "stale") { resource(c, tenant, &row).await? } else { None };
    Ok(IngestedRecord {
        result: result.to_owned(),
        resource,
        waiting_for,
        problem,
        id: row.event_id,
        source: row.source,
        kind: row.kind,
        external_id: row.external_id,
        received_at: instant(row.received_at),
    })
}

/// The fact of the event as it waits, if it still does.
async fn parked_now<C: ConnectionTrait>(c: &C, tenant: TenantId, row: &ingest_events::Model) -> Result<Option<ParkedRecord>, StoreError> {
    let found = parked::Entity::find()
        .filter(parked::Column::TenantId.eq(tenant.0))
        .filter(parked::Column::Source.eq(&row.source))
        .filter(parked::Column::Kind.eq(&row.kind))
        .filter(parked::Column::ExternalId.eq(&row.external_id))
        .filter(parked::Column::Digest.eq(&row.digest))
        .one(c)
        .await?;
    found.map(waiting::record).transpose()
}

async fn resource<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    row: &ingest_events::Model,
) -> Result<Option<(&'static str, String)>, StoreError> {
    let (table, noun, named): (&str, &'static str, fn(Uuid) -> String) = match row.kind.as_str() {
        "customer" | "contact_opted_out" | "insolvency_opened" => ("customers", "customer", |id| CustomerId(id).to_string()),
        "credit_note" => ("credit_notes", "credit_note", |id| CreditNoteId(id).to_string()),
        "payment" | "payment_reversed" => ("payments", "payment", |id| PaymentId(id).to_string()),
        "dispute_opened" | "dispute_resolved" => ("disputes", "dispute", |id| DisputeId(id).to_string()),
        "promise_made" => ("promises", "promise", |id| PromiseId(id).to_string()),
        _ => ("invoices", "invoice", |id| InvoiceId(id).to_string()),
    };
    let sql = format!("SELECT id FROM {table} WHERE tenant_id = $1 AND source = $2 AND external_id = $3");
    let values: [Value; 3] = [tenant.0.into(), row.source.as_str().into(), row.external_id.as_str().into()];
    let found = c.query_one_raw(Statement::from_sql_and_values(c.get_database_backend(), sql, values)).await?;
    Ok(found.map(|found| found.try_get_by::<Uuid, _>(0)).transpose()?.map(|id| (noun, named(id))))
}
