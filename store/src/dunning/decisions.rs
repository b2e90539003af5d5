//! Decisions, to read why.

use relance_domain::{
    ids::{CustomerId, DecisionId, InvoiceId, TenantId},
    records::DecisionRecord,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use uuid::Uuid;

use super::rows;
use crate::{
    StoreError,
    entity::{decision_invoices, decisions},
};

/// Which decisions are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// About one customer.
    pub customer_id: Option<CustomerId>,
    /// That speak of one invoice.
    pub invoice_id: Option<InvoiceId>,
}

/// One decision.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn get<C: ConnectionTrait>(c: &C, tenant: TenantId, id: DecisionId) -> Result<DecisionRecord, StoreError> {
    rows::decision(&decisions::Entity::find_by_id((tenant.0, id.0)).one(c).await?.ok_or(StoreError::NotFound)?)
}

/// Decisions, newest first, after `after`.
///
/// # Errors
/// The database's.
pub async fn list<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    filter: &Filter,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<DecisionRecord>, StoreError> {
    let mut query = decisions::Entity::find().filter(decisions::Column::TenantId.eq(tenant.0));
    if let Some(customer) = filter.customer_id {
        query = query.filter(decisions::Column::CustomerId.eq(customer.0));
    }
    if let Some(invoice) = filter.invoice_id {
        let links = decision_invoices::Entity::find()
            .select_only()
            .column(decision_invoices::Column::DecisionId)
            .filter(decision_invoices::Column::TenantId.eq(tenant.0))
            .filter(decision_invoices::Column::InvoiceId.eq(invoice.0));
        query = query.filter(decisions::Column::Id.in_subquery(links.into_query()));
    }
    if let Some(after) = after {
        query = query.filter(decisions::Column::Id.lt(after));
    }
    let found = query.order_by_desc(decisions::Column::Id).limit(limit).all(c).await?;
    found.iter().map(rows::decision).collect()
}
