//! Writes the outcomes of a batch, table by table.

use relance_domain::ids::{ReminderId, TenantId};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, Statement, Value,
    sea_query::{Expr, ExprTrait},
};

use super::{finish::Work, list::among};
use crate::{
    StoreError, Tx,
    batch::{self, OnConflict},
    change::{Change, Kind},
    entity::{contacts, invoice_steps, letters, reminders, suppressions, tasks},
    outbox::NewEvent,
    time::millis,
};

/// Writes everything and gives back the events to tell.
pub(super) async fn write(tx: &Tx, tenant: TenantId, work: Work) -> Result<Vec<NewEvent>, StoreError> {
    settled(tx, tenant, &work).await?;
    attempts(tx, tenant, &work).await?;
    free_steps(tx, tenant, &work).await?;
    undo_steps(tx, tenant, &work).await?;
    explain(tx, tenant, &work).await?;
    batch::insert::<suppressions::Entity, _>(tx, &work.list, OnConflict::Replace).await?;
    batch::insert::<invoice_steps::Entity, _>(tx, &work.steps, OnConflict::Replace).await?;
    let suppressed: Vec<_> = work.contacts.values().filter(|row| work.suppressed.contains(&row.id)).cloned().collect();
    batch::insert::<contacts::Entity, _>(tx, &suppressed, OnConflict::Replace).await?;
    batch::insert::<tasks::Entity, _>(tx, &work.tasks, OnConflict::Fail).await?;
    batch::insert::<reminders::Entity, _>(tx, &work.copies, OnConflict::Fail).await?;
    batch::insert::<letters::Entity, _>(tx, &work.letters, OnConflict::Keep).await?;
    Ok(work.events)
}

async fn settled(tx: &Tx, tenant: TenantId, work: &Work) -> Result<(), StoreError> {
    // what changed twice in the batch is written as it ended
    let latest: std::collections::BTreeMap<_, _> = work.changed.iter().map(|row| (row.id, row)).collect();
    let rows: Vec<Vec<Value>> = latest
        .into_values()
        .map(|row| {
            vec![
                row.id.into(),
                row.status.clone().into(),
                row.send_at.into(),
                row.scheduled_at.into(),
                row.sent_at.into(),
                row.provider_id.clone().into(),
                row.cancel_reason.clone().into(),
                row.unknown_at.into(),
                row.settle_by.clone().into(),
                row.postal.clone().into(),
            ]
        })
        .collect();
    let change = Change {
        table: "reminders",
        columns: &[
            ("id", Kind::Uuid),
            ("status", Kind::Text),
            ("send_at", Kind::Big),
            ("scheduled_at", Kind::Big),
            ("sent_at", Kind::Big),
            ("provider_id", Kind::Text),
            ("cancel_reason", Kind::Text),
            ("unknown_at", Kind::Big),
            ("settle_by", Kind::Text),
            ("postal", Kind::Text),
        ],
        set: "status = v.status, send_at = v.send_at, scheduled_at = v.scheduled_at, sent_at = v.sent_at, provider_id = v.provider_id, \
              cancel_reason = v.cancel_reason, unknown_at = v.unknown_at, settle_by = v.settle_by, postal = v.postal, lease_until = NULL, lease_by = NULL, row_version = t.row_version + 1",
        only: "",
    };
    change.apply(tx, tenant, rows).await.map(|_| ())
}

/// The attempts that ended, whatever their outcome, in one statement.
async fn attempts(tx: &Tx, tenant: TenantId, work: &Work) -> Result<(), StoreError> {
    if work.attempts.is_empty() {
        return Ok(());
    }
    let list = work.attempts.iter().map(|(id, number, outcome, detail)| {
        serde_json::json!({ "id": id.to_string(), "hex": id.simple().to_string(), "number": number, "outcome": outcome, "detail": detail })
    });
    let list = serde_json::Value::from_iter(list).to_string();
    let values: [Value; 3] = [list.into(), millis(work.real_now).into(), tenant.0.into()];
    let sql = match tx.get_database_backend() {
        DbBackend::Postgres => {
            "UPDATE attempts AS t SET outcome = v.outcome, detail = v.detail, ended_at = $2 \
             FROM (SELECT $3::uuid AS tenant_id, list.* \
             FROM json_to_recordset($1::json) AS list(id uuid, number int, outcome text, detail text) OFFSET 0) AS v \
             WHERE t.tenant_id = v.tenant_id AND t.reminder_id = v.id AND t.number = v.number"
        }
        _ => {
            // the list is read first, and each attempt found by its whole key
            "WITH v AS MATERIALIZED (SELECT $3 AS tenant_id, unhex(value ->> 'hex') AS id, value ->> 'number' AS number, \
             value ->> 'outcome' AS outcome, value ->> 'detail' AS detail FROM json_each($1)) \
             UPDATE attempts AS t SET outcome = v.outcome, detail = v.detail, ended_at = $2 FROM v \
             WHERE t.tenant_id = v.tenant_id AND t.reminder_id = v.id AND t.number = v.number"
        }
    };
    tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
    Ok(())
}

/// What did not arrive was not done.
async fn undo_steps(tx: &Tx, tenant: TenantId, work: &Work) -> Result<(), StoreError> {
    if work.undone.is_empty() {
        return Ok(());
    }
    invoice_steps::Entity::delete_many()
        .filter(invoice_steps::Column::TenantId.eq(tenant.0))
        .filter(among(tx.get_database_backend(), invoice_steps::Column::CustomerId, work.days.keys().copied()))
        .filter(among(tx.get_database_backend(), invoice_steps::Column::ReminderId, work.undone.iter().copied()))
        .filter(invoice_steps::Column::Outcome.is_in(["planned", "sent"]))
        .exec(tx)
        .await?;
    Ok(())
}

/// Nobody need find out any more what became of these.
async fn explain(tx: &Tx, tenant: TenantId, work: &Work) -> Result<(), StoreError> {
    if work.explained.is_empty() {
        return Ok(());
    }
    let about: Vec<String> = work.explained.iter().map(|id| ReminderId(*id).to_string()).collect();
    tasks::Entity::update_many()
        .col_expr(tasks::Column::Status, Expr::value("cancelled"))
        .col_expr(tasks::Column::RowVersion, Expr::col(tasks::Column::RowVersion).add(1))
        .filter(tasks::Column::TenantId.eq(tenant.0))
        .filter(among(tx.get_database_backend(), tasks::Column::CustomerId, work.days.keys().copied()))
        .filter(tasks::Column::Kind.eq("message_unknown"))
        .filter(tasks::Column::Status.eq("open"))
        .filter(tasks::Column::About.is_in(about))
        .exec(tx)
        .await?;
    Ok(())
}

async fn free_steps(tx: &Tx, tenant: TenantId, work: &Work) -> Result<(), StoreError> {
    if work.freed.is_empty() {
        return Ok(());
    }
    invoice_steps::Entity::delete_many()
        .filter(invoice_steps::Column::TenantId.eq(tenant.0))
        .filter(among(tx.get_database_backend(), invoice_steps::Column::CustomerId, work.days.keys().copied()))
        .filter(among(tx.get_database_backend(), invoice_steps::Column::ReminderId, work.freed.iter().copied()))
        .filter(invoice_steps::Column::Outcome.eq("planned"))
        .exec(tx)
        .await?;
    Ok(())
}
