//! What became of a delivery, written in the transaction of its facts.

use relance_domain::{
    ids::{InboxId, SourceId, TenantId},
    records::InboxFact,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use super::TABLE;
use crate::{
    Store, StoreError,
    batch::{self, OnConflict},
    entity::{
        inbox::{Column, Entity},
        source_links,
    },
    json, listen,
    time::millis,
};

/// What a sender's id stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The sender's id.
    pub name: String,
    /// What it stands for.
    pub target: String,
}

/// What became of a delivery.
#[derive(Debug, Clone, Default)]
pub struct Settled {
    /// `applied`, `ignored`, `waiting_fetch` or `quarantined`.
    pub status: &'static str,
    /// Why it is ignored, waits or was put aside.
    pub reason: Option<String>,
    /// What it waits for.
    pub waits_for: Option<String>,
    /// What became of each fact in it.
    pub facts: Vec<InboxFact>,
    /// What it says of the sender's ids.
    pub links: Vec<Link>,
}

/// Locks the delivery; false when `lease_by` does not hold it any more.
///
/// # Errors
/// The database's.
pub async fn still_ours(tx: &DatabaseTransaction, tenant: TenantId, id: InboxId, lease_by: &str) -> Result<bool, StoreError> {
    let query = Entity::find_by_id((tenant.0, id.0)).filter(Column::LeaseBy.eq(lease_by)).filter(Column::DueAt.is_not_null());
    let query = if tx.get_database_backend() == DbBackend::Postgres { query.lock_exclusive() } else { query };
    Ok(query.select_only().column(Column::Id).into_tuple::<Uuid>().one(tx).await?.is_some())
}

/// Ends the work on a delivery that [`still_ours`] locked; deliveries that waited for what it says are due again.
///
/// # Errors
/// The database's.
pub async fn settle(
    store: &Store,
    tx: &DatabaseTransaction,
    tenant: TenantId,
    (id, source_id): (InboxId, SourceId),
    settled: Settled,
) -> Result<(), StoreError> {
    let now = millis(store.now());
    let facts = if settled.facts.is_empty() { None } else { Some(json::write(TABLE, &settled.facts)?) };
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(settled.status))
        .col_expr(Column::Reason, Expr::value(settled.reason))
        .col_expr(Column::WaitsFor, Expr::value(settled.waits_for))
        .col_expr(Column::Outcome, Expr::value(facts))
        .col_expr(Column::DueAt, Expr::value(None::<i64>))
        .col_expr(Column::LeaseUntil, Expr::value(None::<i64>))
        .col_expr(Column::LeaseBy, Expr::value(None::<String>))
        .col_expr(Column::SettledAt, Expr::value(now))
        .filter(Column::TenantId.eq(tenant.0))
        .filter(Column::Id.eq(id.0))
        .exec(tx)
        .await?;
    if settled.links.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = settled.links.iter().map(|link| link.name.clone()).collect();
    let row = |link: Link| source_links::Model { tenant_id: tenant.0, source_id: source_id.0, name: link.name, target: link.target };
    let rows: Vec<source_links::Model> = settled.links.into_iter().map(row).collect();
    batch::insert::<source_links::Entity, _>(tx, &rows, OnConflict::Replace).await?;
    let woken = Entity::update_many()
        .col_expr(Column::Status, Expr::value("received"))
        .col_expr(Column::WaitsFor, Expr::value(None::<String>))
        .col_expr(Column::DueAt, Expr::value(now))
        .filter(Column::TenantId.eq(tenant.0))
        .filter(Column::SourceId.eq(source_id.0))
        .filter(Column::WaitsFor.is_in(names))
        .filter(Column::Id.ne(id.0))
        .exec(tx)
        .await?;
    if woken.rows_affected > 0 {
        listen::say(tx).await?;
    }
    Ok(())
}
