//! Running cases keep the version they began under; here they move to another version of the same policy, on purpose.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{DateTime, NaiveDate, Utc};
use relance_domain::{
    ids::{CaseId, CustomerId, InvoiceId, PolicyId, TenantId},
    policy::{Move, Policy, moved},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use super::active::parsed;
use crate::{
    StoreError,
    batch::{self, OnConflict},
    entity::{cases, invoice_steps, invoices},
    json,
    time::{day_text, millis},
    touch,
};

/// An open case that runs under a version of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunningCase {
    /// Case.
    pub id: CaseId,
    /// Its customer.
    pub customer_id: Uuid,
    /// The version.
    pub version: i32,
}

/// The open cases of policy `id`, oldest first.
///
/// # Errors
/// The database's.
pub async fn running<C: ConnectionTrait>(c: &C, tenant: TenantId, id: PolicyId) -> Result<Vec<RunningCase>, StoreError> {
    let rows: Vec<(Uuid, Uuid, Option<i32>)> = cases::Entity::find()
        .select_only()
        .columns([cases::Column::Id, cases::Column::CustomerId, cases::Column::PolicyVersion])
        .filter(cases::Column::TenantId.eq(tenant.0))
        .filter(cases::Column::ClosedAt.is_null())
        .filter(cases::Column::PolicyId.eq(id.0))
        .order_by_asc(cases::Column::Id)
        .into_tuple()
        .all(c)
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|(id, customer_id, version)| Some(RunningCase { id: CaseId(id), customer_id, version: version? }))
        .collect())
}

/// An open invoice of a case that moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedInvoice {
    /// Invoice.
    pub id: InvoiceId,
    /// Its number.
    pub number: String,
    /// Its customer.
    pub customer_id: CustomerId,
    /// The version it moves from.
    pub from_version: i32,
    /// Its last step that was really done.
    pub last_step: Option<String>,
    /// Where it goes on.
    pub goes_on: Move,
}

/// Who moves where.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Migration {
    /// Cases, each one customer.
    pub cases: Vec<RunningCase>,
    /// Their open invoices, by customer.
    pub invoices: Vec<MovedInvoice>,
}

/// What moving every running case of other versions to `version` would do.
///
/// # Errors
/// [`StoreError::NotFound`], [`StoreError::WrongState`] when the version is not in force, or the database's.
pub async fn migration<C: ConnectionTrait>(c: &C, tenant: TenantId, id: PolicyId, version: i32) -> Result<Migration, StoreError> {
    if super::get_version(c, tenant, id, version).await?.state != "active" {
        return Err(StoreError::WrongState("Running cases move to the version that is in force: activate it first.".to_owned()));
    }
    let mut cases = running(c, tenant, id).await?;
    cases.retain(|case| case.version != version);
    let versions: BTreeSet<i32> = cases.iter().map(|case| case.version).chain([version]).collect();
    let policies = parsed(c, tenant, versions.iter().map(|version| (id.0, *version))).await?;
    let from: BTreeMap<Uuid, i32> = cases.iter().map(|case| (case.customer_id, case.version)).collect();
    let invoices = invoices_of(c, tenant, &from, &|from| Some((policies.get(&(id.0, from))?, policies.get(&(id.0, version))?))).await?;
    Ok(Migration { cases, invoices })
}

async fn invoices_of<'p, C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    from: &BTreeMap<Uuid, i32>,
    policies: &(dyn Fn(i32) -> Option<(&'p Arc<Policy>, &'p Arc<Policy>)> + Sync),
) -> Result<Vec<MovedInvoice>, StoreError> {
    let mut found = Vec::new();
    let customers: Vec<Uuid> = from.keys().copied().collect();
    for chunk in customers.chunks(5_000) {
        let rows: Vec<(Uuid, Uuid, String)> = invoices::Entity::find()
            .select_only()
            .columns([invoices::Column::Id, invoices::Column::CustomerId, invoices::Column::Details])
            .filter(invoices::Column::TenantId.eq(tenant.0))
            .filter(invoices::Column::CustomerId.is_in(chunk.iter().copied()))
            .filter(invoices::Column::AmountDue.gt(0))
            .filter(invoices::Column::Status.eq("open"))
            .order_by_asc(invoices::Column::CustomerId)
            .order_by_asc(invoices::Column::DueOn)
            .order_by_asc(invoices::Column::Id)
            .into_tuple()
            .all(c)
            .await?;
        let done = steps_of(c, tenant, chunk).await?;
        for (invoice, customer, details) in rows {
            let Some((from_version, (old, new))) = from.get(&customer).and_then(|from| Some((*from, policies(*from)?))) else { continue };
            let steps = done.get(&invoice).map_or(&[][..], Vec::as_slice);
            let keys: Vec<&str> = steps.iter().map(|step| step.step_key.as_str()).collect();
            let details: relance_domain::invoice::InvoiceDetails = json::read("invoices", &details)?;
            found.push(MovedInvoice {
                id: InvoiceId(invoice),
                number: details.number,
                customer_id: CustomerId(customer),
                from_version,
                last_step: steps.iter().rev().find(|step| step.outcome != "waived").map(|step| step.step_key.clone()),
                goes_on: moved(old, new, &keys),
            });
        }
    }
    Ok(found)
}

/// Steps of the customers' invoices, planned ones included: what is on its way is not planned again.
async fn steps_of<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    customers: &[Uuid],
) -> Result<BTreeMap<Uuid, Vec<invoice_steps::Model>>, StoreError> {
    let rows = invoice_steps::Entity::find()
        .filter(invoice_steps::Column::TenantId.eq(tenant.0))
        .filter(invoice_steps::Column::CustomerId.is_in(customers.iter().copied()))
        .order_by_asc(invoice_steps::Column::At)
        .order_by_asc(invoice_steps::Column::Position)
        .all(c)
        .await?;
    let mut by_invoice = BTreeMap::<Uuid, Vec<invoice_steps::Model>>::new();
    for row in rows {
        by_invoice.entry(row.invoice_id).or_default().push(row);
    }
    Ok(by_invoice)
}

/// Moves the cases of `migration` to `version`: steps that lie behind where an invoice stands are waived, and every
/// customer is looked at again. A reminder that is planned already leaves as it was planned.
///
/// # Errors
/// The database's.
pub async fn migrate<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    version: i32,
    migration: &Migration,
    (now, today): (DateTime<Utc>, NaiveDate),
) -> Result<(), StoreError> {
    let mut rows = Vec::new();
    for invoice in &migration.invoices {
        rows.extend(invoice.goes_on.waived.iter().enumerate().map(|(order, step_key)| invoice_steps::Model {
            tenant_id: tenant.0,
            invoice_id: invoice.id.0,
            step_key: step_key.clone(),
            customer_id: invoice.customer_id.0,
            outcome: "waived".to_owned(),
            reminder_id: None,
            task_id: None,
            done_on: day_text(today),
            granted_until: None,
            reason: Some("migrated".to_owned()),
            at: millis(now),
            position: millis(now).saturating_add(i64::try_from(order).unwrap_or_default()),
        }));
    }
    batch::insert::<invoice_steps::Entity, _>(c, &rows, OnConflict::Keep).await?;
    for chunk in migration.cases.chunks(10_000) {
        cases::Entity::update_many()
            .col_expr(cases::Column::PolicyVersion, Expr::value(version))
            .filter(cases::Column::TenantId.eq(tenant.0))
            .filter(cases::Column::Id.is_in(chunk.iter().map(|case| case.id.0)))
            .exec(c)
            .await?;
    }
    let customers: Vec<CustomerId> = migration.cases.iter().map(|case| CustomerId(case.customer_id)).collect();
    touch::look_now(c, tenant, &customers, now).await
}
