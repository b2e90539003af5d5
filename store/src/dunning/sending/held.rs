//! The reminders of a batch behind the lock of their customers.

use chrono::{DateTime, Utc};
use relance_domain::{
    dunning::Snapshot,
    ids::{CustomerId, ReminderId, TenantId},
    records::ReminderRecord,
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, Statement, Value};
use uuid::Uuid;

use super::{
    SendJob,
    list::among,
    load::{Around, Loaded},
};
use crate::{StoreError, any, dunning::rows, entity::reminders};

/// Reminders that a worker holds and that have not left, in the order of their ids.
#[derive(Debug)]
pub struct Held {
    rows: Vec<(reminders::Model, ReminderRecord)>,
}

/// Locks the customers of `ids` until the end of the transaction, then reads those of the reminders that
/// `worker` holds (a test tenant's are held by its clock): no fact about them arrives from here on.
///
/// # Errors
/// The database's, or a row that does not read.
pub async fn hold<C: ConnectionTrait>(c: &C, of: TenantId, worker: &str, ids: &[ReminderId]) -> Result<Held, StoreError> {
    if c.get_database_backend() == DbBackend::Postgres {
        lock(c, of, ids, "id").await?; // SQLite's writer is alone
    }
    let mine = Condition::any().add(reminders::Column::LeaseBy.eq(worker)).add(reminders::Column::Live.eq(false));
    let rows = reminders::Entity::find()
        .filter(reminders::Column::TenantId.eq(of.0))
        .filter(among(c.get_database_backend(), reminders::Column::Id, ids.iter().map(|id| id.0)))
        .filter(reminders::Column::Status.is_in(["planned", "unknown"]))
        .filter(mine)
        .order_by_asc(reminders::Column::Id)
        .all(c)
        .await?;
    Ok(Held { rows: with_records(rows)? })
}

/// Each row with its record.
pub(super) fn with_records(rows: Vec<reminders::Model>) -> Result<Vec<(reminders::Model, ReminderRecord)>, StoreError> {
    rows.into_iter().map(|row| Ok((rows::reminder(&row)?, row))).map(|both| both.map(|(record, row)| (row, record))).collect()
}

/// Locks the customers of these reminders, in one order for everybody, and reads `columns` of them.
pub(super) async fn lock<C: ConnectionTrait>(
    c: &C,
    of: TenantId,
    ids: &[ReminderId],
    columns: &str,
) -> Result<Vec<sea_orm::QueryResult>, StoreError> {
    let backend = c.get_database_backend();
    let lock = if backend == DbBackend::Postgres { " FOR UPDATE" } else { "" };
    let sql = format!(
        "SELECT {columns} FROM customers WHERE tenant_id = $1 AND id IN (SELECT customer_id FROM reminders WHERE tenant_id = $1 AND id {}) \
         ORDER BY id{lock}",
        any::of_ids(backend, 2)
    );
    let values: [Value; 2] = [of.0.into(), any::ids(backend, ids.iter().map(|id| id.0))];
    Ok(c.query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await?)
}

impl Held {
    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The customers, each once, in order.
    pub fn customers(&self) -> Vec<CustomerId> {
        let mut ids: Vec<Uuid> = self.rows.iter().map(|(row, _)| row.customer_id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().map(CustomerId).collect()
    }

    /// Those that leave over one of these channels.
    pub fn over(&self, channels: &[&str]) -> Vec<ReminderId> {
        let over = self.rows.iter().filter(|(row, _)| channels.contains(&row.channel.as_str()));
        over.map(|(row, _)| ReminderId(row.id)).collect()
    }

    /// The jobs, with what their customers' `snapshots` know already.
    ///
    /// # Errors
    /// The database's, or a row that does not read.
    pub async fn jobs<C: ConnectionTrait>(
        self,
        c: &C,
        of: TenantId,
        snapshots: &[Snapshot],
        now: DateTime<Utc>,
    ) -> Result<Vec<SendJob>, StoreError> {
        match Around::known(snapshots) {
            Some(around) => Loaded::load(c, of, self.rows, around, now).await?.jobs(),
            None => Err(StoreError::inconsistent("reminders", "no customer")),
        }
    }
}
