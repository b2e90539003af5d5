//! Imported documents: what was read from them is kept as evidence; the bytes stay with their owner.

use chrono::{DateTime, Utc};
use relance_domain::ids::{DocumentId, TenantId};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use uuid::Uuid;

use crate::{
    StoreError, any,
    batch::{self, OnConflict},
    entity::documents,
    time::millis,
};

/// A document that was read.
#[derive(Debug, Clone)]
pub struct NewDocument {
    /// Name of its file.
    pub file_name: Option<String>,
    /// Its media type as stated.
    pub media_type: Option<String>,
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
    /// What was read from it.
    pub extracted: serde_json::Value,
}

/// Keeps what was read; their ids, in order.
///
/// # Errors
/// The database's.
pub async fn keep<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    source: &str,
    list: Vec<NewDocument>,
    now: DateTime<Utc>,
) -> Result<Vec<DocumentId>, StoreError> {
    let row = |new: NewDocument| documents::Model {
        tenant_id: tenant.0,
        id: Uuid::now_v7(),
        source: source.to_owned(),
        file_name: new.file_name,
        media_type: new.media_type,
        sha256: new.sha256,
        extracted: new.extracted.to_string(),
        received_at: millis(now),
    };
    let rows: Vec<documents::Model> = list.into_iter().map(row).collect();
    batch::insert::<documents::Entity, _>(c, &rows, OnConflict::Fail).await?;
    Ok(rows.into_iter().map(|row| DocumentId(row.id)).collect())
}

/// An invoice that a credit note may mean.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct NumberedInvoice {
    /// Its number.
    pub number: String,
    /// The source's id of it.
    pub external_id: String,
    /// The source's id of its customer.
    pub customer_external_id: String,
}

/// Invoices of a source with one of these numbers.
///
/// # Errors
/// The database's.
pub async fn numbered<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    source: &str,
    numbers: &[String],
) -> Result<Vec<NumberedInvoice>, StoreError> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let backend = c.get_database_backend();
    let sql = format!(
        "SELECT i.number AS number, i.external_id AS external_id, c.external_id AS customer_external_id \
         FROM invoices i JOIN customers c ON c.tenant_id = i.tenant_id AND c.id = i.customer_id \
         WHERE i.tenant_id = $1 AND i.source = $2 AND i.number {}",
        any::of_texts(backend, 3)
    );
    let values = [tenant.0.into(), source.into(), any::texts(backend, numbers.iter().map(String::as_str))];
    Ok(NumberedInvoice::find_by_statement(Statement::from_sql_and_values(backend, sql, values)).all(c).await?)
}
