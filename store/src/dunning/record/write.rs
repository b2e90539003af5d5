//! Writes the work of a batch, table by table.

use std::collections::BTreeSet;

use relance_domain::ids::TenantId;
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, Value,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::work::Work;
use crate::{
    StoreError, Tx,
    batch::{self, OnConflict},
    change::{Change, Kind},
    dunning::late_charges::lapse,
    entity::{cases, decision_invoices, decisions, holds, invoice_steps, reminders, tasks},
    outbox::NewEvent,
    time::millis,
};

/// Writes everything and gives back the events to tell.
pub(super) async fn write(tx: &Tx, tenant: TenantId, work: Work) -> Result<Vec<NewEvent>, StoreError> {
    let now = millis(work.now);
    cancelled(tx, tenant, &work).await?;
    rescheduled(tx, tenant, &work).await?;
    promises(tx, tenant, &work, now).await?;
    released(tx, tenant, &work, now).await?;
    batch::insert::<cases::Entity, _>(tx, &work.cases, OnConflict::Fail).await?;
    closed(tx, tenant, &work, now).await?;
    taken_over(tx, tenant, &work).await?;
    batch::insert::<decisions::Entity, _>(tx, &work.decisions, OnConflict::Fail).await?;
    batch::insert::<decision_invoices::Entity, _>(tx, &work.decision_invoices, OnConflict::Fail).await?;
    batch::insert::<reminders::Entity, _>(tx, &work.reminders, OnConflict::Fail).await?;
    batch::insert::<tasks::Entity, _>(tx, &work.tasks, OnConflict::Fail).await?;
    batch::insert::<invoice_steps::Entity, _>(tx, &work.retaken, OnConflict::Replace).await?;
    // never twice: the key refuses, and the whole batch is rolled back
    batch::insert::<invoice_steps::Entity, _>(tx, &work.steps, OnConflict::Fail).await?;
    invoices(tx, tenant, &work).await?;
    customers(tx, tenant, &work).await?;
    let mut events = work.events;
    events.extend(lapse(tx, tenant, &work.lapsed, work.now).await?);
    Ok(events)
}

async fn cancelled(tx: &Tx, tenant: TenantId, work: &Work) -> Result<(), StoreError> {
    let rows: Vec<Vec<Value>> = work.cancelled.iter().map(|(id, reason)| vec![(*id).into(), reason.clone().into()]).collect();
    let change = Change {
        table: "reminders",
        columns: &[("id", Kind::Uuid), ("reason", Kind::Text)],
        set: "status = 'cancelled', cancel_reason = v.reason, send_at = NULL, lease_until = NULL, lease_by = NULL, row_version = t.row_version + 1",
        only: " AND t.status IN ('planned', 'awaiting_approval')",
    };
    change.apply(tx, tenant, rows).await?;
    let ids: Vec<Uuid> = work.cancelled.keys().copied().collect();
    let customers: Vec<Uuid> = work.looks.iter().map(|(id, _, _)| *id).collect();
    for chunk in ids.chunks(10_000) {
        invoice_steps::Entity::delete_many()
            .filter(invoice_steps::Column::TenantId.eq(tenant.0))
            .filter(invoice_steps::Column::CustomerId.is_in(customers.iter().copied()))
            .filter(invoice_steps::Column::ReminderId.is_in(chunk.iter().copied()))
            .filter(invoice_steps::Column::Outcome.eq("planned"))
            .exec(tx)
            .await?;
    }
    Ok(())
}

async fn rescheduled(tx: &Tx, tenant: TenantId, work: &Work) -> Result<(), StoreError> {
    let rows: Vec<Vec<Value>> = work.rescheduled.iter().map(|(id, at)| vec![(*id).into(), (*at).into()]).collect();
    let change = Change {
        table: "reminders",
        columns: &[("id", Kind::Uuid), ("at", Kind::Big)],
        set: "send_at = v.at, scheduled_at = v.at, row_version = t.row_version + 1",
        only: " AND t.status = 'planned'",
    };
    change.apply(tx, tenant, rows).await.map(|_| ())
}

async fn promises(tx: &Tx, tenant: TenantId, work: &Work, now: i64) -> Result<(), StoreError> {
    let rows: Vec<Vec<Value>> = work.settled.iter().map(|(id, status)| vec![(*id).into(), (*status).into(), now.into()]).collect();
    let change = Change {
        table: "promises",
        columns: &[("id", Kind::Uuid), ("status", Kind::Text), ("at", Kind::Big)],
        set: "status = v.status, settled_at = v.at, row_version = t.row_version + 1",
        only: " AND t.status = 'open'",
    };
    change.apply(tx, tenant, rows).await.map(|_| ())
}

async fn released(tx: &Tx, tenant: TenantId, work: &Work, now: i64) -> Result<(), StoreError> {
    for chunk in work.released.chunks(10_000) {
        holds::Entity::update_many()
            .col_expr(holds::Column::ReleasedAt, Expr::value(now))
            .col_expr(holds::Column::ReleasedBy, Expr::value("expiry"))
            .col_expr(holds::Column::RowVersion, Expr::col(holds::Column::RowVersion).add(1))
            .filter(holds::Column::TenantId.eq(tenant.0))
            .filter(holds::Column::Id.is_in(chunk.iter().copied()))
            .filter(holds::Column::ReleasedAt.is_null())
            .exec(tx)
            .await?;
    }
    Ok(())
}

async fn closed(tx: &Tx, tenant: TenantId, work: &Work, now: i64) -> Result<(), StoreError> {
    let rows: Vec<Vec<Value>> = work.closed.iter().map(|(id, reason)| vec![(*id).into(), reason.clone().into(), now.into()]).collect();
    let change = Change {
        table: "cases",
        columns: &[("id", Kind::Uuid), ("reason", Kind::Text), ("at", Kind::Big)],
        set: "closed_at = v.at, close_reason = v.reason",
        only: " AND t.closed_at IS NULL",
    };
    change.apply(tx, tenant, rows).await.map(|_| ())
}

/// Cases that another policy has taken over.
async fn taken_over(tx: &Tx, tenant: TenantId, work: &Work) -> Result<(), StoreError> {
    let rows = work.taken_over.iter().map(|(case, (policy, version))| vec![(*case).into(), (*policy).into(), (*version).into()]).collect();
    let change = Change {
        table: "cases",
        columns: &[("id", Kind::Uuid), ("policy", Kind::Uuid), ("version", Kind::Big)],
        set: "policy_id = v.policy, policy_version = v.version",
        only: "",
    };
    change.apply(tx, tenant, rows).await.map(|_| ())
}

async fn invoices(tx: &Tx, tenant: TenantId, work: &Work) -> Result<(), StoreError> {
    let ids: BTreeSet<Uuid> = work.changed_invoices.iter().copied().collect();
    let rows: Vec<Vec<Value>> = ids
        .iter()
        .filter_map(|id| work.before.invoices.get(id))
        .map(|row| vec![row.id.into(), row.dunning.clone().into(), row.overdue_announced.into()])
        .collect();
    let change = Change {
        table: "invoices",
        columns: &[("id", Kind::Uuid), ("dunning", Kind::Text), ("announced", Kind::Bool)],
        set: "dunning = v.dunning, overdue_announced = v.announced, row_version = t.row_version + 1",
        only: "",
    };
    change.apply(tx, tenant, rows).await.map(|_| ())
}

async fn customers(tx: &Tx, tenant: TenantId, work: &Work) -> Result<(), StoreError> {
    let rows: Vec<Vec<Value>> = work.looks.iter().map(|(id, at, said)| vec![(*id).into(), (*at).into(), said.clone().into()]).collect();
    let change = Change {
        table: "customers",
        columns: &[("id", Kind::Uuid), ("at", Kind::Big), ("said", Kind::Text)],
        set: "next_check_at = v.at, last_decision = COALESCE(v.said, t.last_decision), lease_until = NULL, lease_by = NULL",
        only: "",
    };
    change.apply(tx, tenant, rows).await.map(|_| ())
}
