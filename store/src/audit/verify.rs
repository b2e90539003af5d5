//! Is a tenant's log whole?

use relance_domain::ids::TenantId;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement};

use super::chain;
use crate::{
    Store, StoreError,
    entity::audit_events::{Column, Entity},
};

/// Rows read at a time.
const PAGE: u64 = 500;

/// What a look at a tenant's log found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// So many rows, each where and as it was written.
    Whole(i64),
    /// The first place where it is not.
    Broken {
        /// Place in the log.
        seq: i64,
        /// What is wrong there.
        what: &'static str,
    },
}

/// Reads the whole log of a tenant, a page at a time.
///
/// # Errors
/// The database's.
pub async fn verify(store: &Store, tenant: TenantId) -> Result<Verdict, StoreError> {
    let tx = store.read(tenant).await?;
    let (last, end) = head(&tx, tenant).await?;
    let (mut seq, mut before) = (0, chain::BEGINNING.to_owned());
    loop {
        let query = Entity::find().filter(Column::TenantId.eq(tenant.0)).filter(Column::Seq.gt(seq));
        let rows = query.order_by_asc(Column::Seq).limit(PAGE).all(&tx).await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            seq += 1;
            let fault = if row.seq != seq {
                Some("a row is missing")
            } else if row.prev_hash != before {
                Some("it does not follow the row before")
            } else if row.hash != chain::hash(&row) {
                Some("the row was changed")
            } else {
                None
            };
            if let Some(what) = fault {
                return Ok(Verdict::Broken { seq, what });
            }
            before = row.hash;
        }
    }
    tx.commit().await?;
    match (seq == last, before == end) {
        (true, true) => Ok(Verdict::Whole(seq)),
        (false, _) => Ok(Verdict::Broken { seq: seq + 1, what: "the end was cut off" }),
        (true, false) => Ok(Verdict::Broken { seq, what: "the last row is another" }),
    }
}

async fn head<C: ConnectionTrait>(c: &C, tenant: TenantId) -> Result<(i64, String), StoreError> {
    let sql = "SELECT seq, hash FROM audit_heads WHERE tenant_id = $1";
    let row = c.query_one_raw(Statement::from_sql_and_values(c.get_database_backend(), sql, [tenant.0.into()])).await?;
    match row {
        Some(row) => Ok((row.try_get_by(0)?, row.try_get_by(1)?)),
        None => Ok((0, chain::BEGINNING.to_owned())),
    }
}
