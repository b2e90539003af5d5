//! The audit log: who did what, written in the transaction of the change, added to and never changed. The rows of a
//! tenant form a chain, so that a row changed, left out or cut off is found.

mod chain;
mod verify;

use chrono::{DateTime, Utc};
use relance_domain::ids::{AuditId, TenantId};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Statement,
};
use uuid::Uuid;

pub use self::{
    chain::sha256,
    verify::{Verdict, verify},
};
use crate::{
    StoreError,
    entity::audit_events::{Column, Entity, Model},
    time::{instant, millis},
};

/// Who acts, and from where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Who {
    /// `api_key`, `jwt`, `operator` or `cli`.
    pub kind: &'static str,
    /// Id of the key or subject of the token; who started the command.
    pub id: Option<String>,
    /// Request.
    pub request_id: Option<String>,
    /// Address of the client.
    pub address: Option<String>,
}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deed {
    /// Name of the operation, or of the command.
    pub action: String,
    /// Kind of thing it was done to.
    pub resource_type: String,
    /// Which.
    pub resource_id: Option<String>,
    /// SHA-256 of what could be read of it before.
    pub before: Option<String>,
    /// SHA-256 of what was answered.
    pub after: Option<String>,
}

/// A row of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Id.
    pub id: AuditId,
    /// Place in the tenant's log, from 1 without holes.
    pub seq: i64,
    /// When, in real time.
    pub at: DateTime<Utc>,
    /// Kind of actor.
    pub actor_type: String,
    /// Which.
    pub actor_id: Option<String>,
    /// Request.
    pub request_id: Option<String>,
    /// Address of the client.
    pub address: Option<String>,
    /// What was done.
    pub action: String,
    /// Kind of thing it was done to.
    pub resource_type: String,
    /// Which.
    pub resource_id: Option<String>,
    /// SHA-256 of it before.
    pub before_digest: Option<String>,
    /// SHA-256 of it afterwards.
    pub after_digest: Option<String>,
    /// Hash of the row before.
    pub prev_hash: String,
    /// Hash of this row.
    pub hash: String,
}

fn record_of(row: Model) -> AuditRecord {
    AuditRecord {
        id: AuditId(row.id),
        seq: row.seq,
        at: instant(row.at),
        actor_type: row.actor_type,
        actor_id: row.actor_id,
        request_id: row.request_id,
        address: row.address,
        action: row.action,
        resource_type: row.resource_type,
        resource_id: row.resource_id,
        before_digest: row.before_digest,
        after_digest: row.after_digest,
        prev_hash: row.prev_hash,
        hash: row.hash,
    }
}

/// Adds a row: the last statement of a transaction, since it holds the tenant's chain until commit.
///
/// # Errors
/// The database's.
pub async fn record<C: ConnectionTrait>(c: &C, tenant: TenantId, who: &Who, deed: Deed, real_now: DateTime<Utc>) -> Result<(), StoreError> {
    let backend = c.get_database_backend();
    let take = "INSERT INTO audit_heads (tenant_id, seq, hash) VALUES ($1, 1, $2) ON CONFLICT (tenant_id) \
                DO UPDATE SET seq = audit_heads.seq + 1 RETURNING seq, hash";
    let head = c.query_one_raw(Statement::from_sql_and_values(backend, take, [tenant.0.into(), chain::BEGINNING.into()])).await?;
    let head = head.ok_or_else(|| StoreError::inconsistent("audit_heads", "no place was given"))?;
    let mut row = Model {
        tenant_id: tenant.0,
        seq: head.try_get_by(0)?,
        id: Uuid::now_v7(),
        at: millis(real_now),
        actor_type: who.kind.to_owned(),
        actor_id: who.id.clone(),
        request_id: who.request_id.clone(),
        address: who.address.clone(),
        action: deed.action,
        resource_type: deed.resource_type,
        resource_id: deed.resource_id,
        before_digest: deed.before,
        after_digest: deed.after,
        prev_hash: head.try_get_by(1)?,
        hash: String::new(),
    };
    row.hash = chain::hash(&row);
    let sql = "UPDATE audit_heads SET hash = $1 WHERE tenant_id = $2";
    c.execute_raw(Statement::from_sql_and_values(backend, sql, [row.hash.clone().into(), tenant.0.into()])).await?;
    row.into_active_model().insert(c).await?;
    Ok(())
}

/// Which rows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Done.
    pub action: Option<String>,
    /// Done to.
    pub resource_id: Option<String>,
    /// Done by.
    pub actor_id: Option<String>,
    /// From then on.
    pub at_gte: Option<DateTime<Utc>>,
    /// Before then.
    pub at_lt: Option<DateTime<Utc>>,
}

/// The way through the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Newest first, older than this place.
    Back(Option<i64>),
    /// Oldest first, after this place.
    On(i64),
}

/// Rows of the tenant's log.
///
/// # Errors
/// The database's.
pub async fn list<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    filter: &Filter,
    way: Way,
    limit: u64,
) -> Result<Vec<AuditRecord>, StoreError> {
    let Filter { action, resource_id, actor_id, at_gte, at_lt } = filter;
    let mut query = Entity::find().filter(Column::TenantId.eq(tenant.0)).limit(limit);
    for (column, wanted) in [(Column::Action, action), (Column::ResourceId, resource_id), (Column::ActorId, actor_id)] {
        if let Some(wanted) = wanted {
            query = query.filter(column.eq(wanted.as_str()));
        }
    }
    if let Some(from) = at_gte {
        query = query.filter(Column::At.gte(millis(*from)));
    }
    if let Some(until) = at_lt {
        query = query.filter(Column::At.lt(millis(*until)));
    }
    query = match way {
        Way::Back(None) => query.order_by_desc(Column::Seq),
        Way::Back(Some(before)) => query.filter(Column::Seq.lt(before)).order_by_desc(Column::Seq),
        Way::On(after) => query.filter(Column::Seq.gt(after)).order_by_asc(Column::Seq),
    };
    Ok(query.all(c).await?.into_iter().map(record_of).collect())
}
