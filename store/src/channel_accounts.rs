//! Accounts at providers, as every process knows them: one row a channel, which is read together with the channel's settings
//! and written only when something changed that others must know.

use chrono::{DateTime, Utc};
use relance_domain::{
    ids::TenantId,
    sending::{Account, Circuit},
};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryResult, Statement, Value};

use crate::{
    StoreError, Tx,
    batch::{self, OnConflict},
    entity::channel_accounts::{Column, Entity, Model},
    time::{instant, millis},
};

const TABLE: &str = "channel_accounts";

/// The columns, as [`of_row`] reads them from a row in which the table is `a`.
pub(crate) const COLUMNS: &str = "a.tenant_id AS a_tenant_id, a.channel AS a_channel, a.circuit AS a_circuit, a.circuit_until AS a_circuit_until, \
     a.paused_until AS a_paused_until, a.refusals AS a_refusals, a.unknowns AS a_unknowns, a.spent_until AS a_spent_until";

/// The account of a joined row; one that nobody wrote down is at rest.
pub(crate) fn of_row(row: &QueryResult) -> Result<Account, StoreError> {
    let Some(_) = row.try_get::<Option<String>>("", "a_channel")? else { return Ok(Account::default()) };
    account(&Model::from_query_result(row, "a_")?)
}

fn account(row: &Model) -> Result<Account, StoreError> {
    let until = row.circuit_until.map(instant);
    let circuit = match (row.circuit.as_str(), until) {
        ("closed", _) => Circuit::Closed,
        ("open", Some(until)) => Circuit::Open { until },
        ("probing", Some(until)) => Circuit::Probing { until },
        (word, _) => return Err(StoreError::inconsistent(TABLE, format!("circuit {word}"))),
    };
    Ok(Account {
        circuit,
        paused_until: row.paused_until.map(instant),
        refusals: row.refusals.unsigned_abs(),
        unknowns: row.unknowns.unsigned_abs(),
        spent_until: row.spent_until.and_then(DateTime::from_timestamp_micros),
    })
}

fn row(tenant: TenantId, channel: &str, account: &Account) -> Model {
    let (circuit, until) = match account.circuit {
        Circuit::Closed => ("closed", None),
        Circuit::Open { until } => ("open", Some(until)),
        Circuit::Probing { until } => ("probing", Some(until)),
    };
    let micros = |at: DateTime<Utc>| at.timestamp_micros();
    Model {
        tenant_id: tenant.0,
        channel: channel.to_owned(),
        circuit: circuit.to_owned(),
        circuit_until: until.map(millis),
        paused_until: account.paused_until.map(millis),
        refusals: i32::try_from(account.refusals).unwrap_or(i32::MAX),
        unknowns: i32::try_from(account.unknowns).unwrap_or(i32::MAX),
        spent_until: account.spent_until.map(micros),
    }
}

/// The account of a channel, held until the transaction ends: whoever else asks waits, and sees what became of it. `None` when the
/// channel's settings are not those of `version` any more: what is known of them is of no interest.
///
/// # Errors
/// The database's.
pub async fn hold(tx: &Tx, tenant: TenantId, channel: &str, version: i64) -> Result<Option<Account>, StoreError> {
    use sea_orm::ConnectionTrait;
    // writing it as it stands is what locks it on PostgreSQL; SQLite's writer is alone
    let sql = "INSERT INTO channel_accounts AS a (tenant_id, channel, circuit, refusals, unknowns) \
               SELECT tenant_id, channel, 'closed', 0, 0 FROM channels WHERE tenant_id = $1 AND channel = $2 AND version = $3 \
               ON CONFLICT (tenant_id, channel) DO UPDATE SET circuit = a.circuit RETURNING *";
    let values: [Value; 3] = [tenant.0.into(), channel.into(), version.into()];
    let row = tx.query_one_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
    row.map(|row| account(&Model::from_query_result(&row, "")?)).transpose()
}

/// Writes down what became of an account that is held.
///
/// # Errors
/// The database's.
pub async fn keep(tx: &Tx, tenant: TenantId, channel: &str, account: &Account) -> Result<(), StoreError> {
    let row = row(tenant, channel, account);
    batch::insert::<Entity, _>(tx, std::slice::from_ref(&row), OnConflict::Replace).await.map(|_| ())
}

/// Settings that were put begin with an account of which nothing is known.
pub(crate) async fn forget<C: sea_orm::ConnectionTrait>(c: &C, tenant: TenantId, channel: &str) -> Result<(), StoreError> {
    let mine = Entity::delete_many().filter(Column::TenantId.eq(tenant.0)).filter(Column::Channel.eq(channel));
    mine.exec(c).await?;
    Ok(())
}
