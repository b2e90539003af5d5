//! What a policy finds when it comes into force: invoices that are overdue already.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, NaiveDate, Utc};
use relance_domain::{
    customer::CustomerDetails,
    ids::{CustomerId, InvoiceId, PolicyId, TenantId},
    policy::{self, Backlog, Policy},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use super::{ActivePolicy, choose};
use crate::{
    StoreError,
    batch::{self, OnConflict},
    entity::{customers, invoice_steps, invoices},
    json,
    time::{day, day_text, millis},
};

/// An overdue invoice that a policy would take in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BacklogInvoice {
    /// Invoice.
    pub id: InvoiceId,
    /// Its customer.
    pub customer_id: CustomerId,
    /// Its due date.
    pub due_on: NaiveDate,
}

/// The open invoices overdue on `today` whose customers get policy `id` out of `list`, oldest first. Customers whose
/// case runs under another version of it keep that version: see [`super::migrate`].
///
/// # Errors
/// The database's.
pub async fn backlog<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    list: &[ActivePolicy],
    id: PolicyId,
    today: NaiveDate,
) -> Result<Vec<BacklogInvoice>, StoreError> {
    let rows: Vec<(Uuid, Uuid, String)> = invoices::Entity::find()
        .select_only()
        .columns([invoices::Column::Id, invoices::Column::CustomerId, invoices::Column::DueOn])
        .filter(invoices::Column::TenantId.eq(tenant.0))
        .filter(invoices::Column::AmountDue.gt(0))
        .filter(invoices::Column::Status.eq("open"))
        .filter(invoices::Column::DueOn.lt(day_text(today)))
        .order_by_asc(invoices::Column::DueOn)
        .order_by_asc(invoices::Column::Id)
        .into_tuple()
        .all(c)
        .await?;
    let mut ids: Vec<Uuid> = rows.iter().map(|row| row.1).collect();
    ids.sort_unstable();
    ids.dedup();
    let version = list.iter().find(|active| active.id == id && active.in_force).map(|active| active.version);
    let keep: BTreeSet<Uuid> = super::running(c, tenant, id)
        .await?
        .into_iter()
        .filter(|case| Some(case.version) != version)
        .map(|case| case.customer_id)
        .collect();
    ids.retain(|customer| !keep.contains(customer));
    let mut served = BTreeMap::new();
    for chunk in ids.chunks(10_000) {
        let customers: Vec<(Uuid, String)> = customers::Entity::find()
            .select_only()
            .columns([customers::Column::Id, customers::Column::Details])
            .filter(customers::Column::TenantId.eq(tenant.0))
            .filter(customers::Column::Id.is_in(chunk.iter().copied()))
            .into_tuple()
            .all(c)
            .await?;
        for (customer, details) in customers {
            let details: CustomerDetails = json::read("customers", &details)?;
            served.insert(customer, choose(list, &details).is_some_and(|policy| policy.id == id));
        }
    }
    let mut found = Vec::new();
    for (invoice, customer, due_on) in rows {
        if served.get(&customer).copied().unwrap_or_default() {
            found.push(BacklogInvoice { id: InvoiceId(invoice), customer_id: CustomerId(customer), due_on: day("invoices", &due_on)? });
        }
    }
    Ok(found)
}

/// Takes the backlog in: waives what is to be left out, and spreads the first looks over days.
/// After [`crate::touch::look_at_everybody`], in the same transaction.
///
/// # Errors
/// The database's.
pub async fn take_in<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    policy: &Policy,
    list: &[BacklogInvoice],
    (how, spread_days): (Backlog, u16),
    (now, today): (DateTime<Utc>, NaiveDate),
) -> Result<(), StoreError> {
    let mut rows = Vec::new();
    for invoice in list {
        let waived = how.waives(policy, (today - invoice.due_on).num_days());
        rows.extend(waived.into_iter().enumerate().map(|(order, step_key)| invoice_steps::Model {
            tenant_id: tenant.0,
            invoice_id: invoice.id.0,
            step_key,
            customer_id: invoice.customer_id.0,
            outcome: "waived".to_owned(),
            reminder_id: None,
            task_id: None,
            done_on: day_text(today),
            granted_until: None,
            reason: Some("backlog".to_owned()),
            at: millis(now),
            position: millis(now).saturating_add(i64::try_from(order).unwrap_or_default()),
        }));
    }
    batch::insert::<invoice_steps::Entity, _>(c, &rows, OnConflict::Keep).await?;
    spread(c, tenant, list, spread_days, now).await
}

/// The customers that owe longest come first; an even number each day.
async fn spread<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    list: &[BacklogInvoice],
    spread_days: u16,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let order = longest_first(list);
    let mut of_day = BTreeMap::<u16, Vec<Uuid>>::new();
    for (customer, day) in order.iter().zip(policy::spread(order.len(), spread_days)) {
        of_day.entry(day).or_default().push(customer.0);
    }
    for (days, chunk) in of_day.into_iter().filter(|(days, _)| *days > 0) {
        for part in chunk.chunks(10_000) {
            customers::Entity::update_many()
                .col_expr(customers::Column::NextCheckAt, Expr::value(millis(now + Duration::days(i64::from(days)))))
                .filter(customers::Column::TenantId.eq(tenant.0))
                .filter(customers::Column::Id.is_in(part.iter().copied()))
                .exec(c)
                .await?;
        }
    }
    Ok(())
}

/// Each customer of a backlog once, those first that owe longest.
pub fn longest_first(list: &[BacklogInvoice]) -> Vec<CustomerId> {
    let mut seen = BTreeSet::new();
    list.iter().map(|invoice| invoice.customer_id).filter(|customer| seen.insert(*customer)).collect()
}
