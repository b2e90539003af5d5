//! Customers as they stood on a past day, with everything that came in since: for backtests.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use relance_domain::{
    behaviour::History,
    calendar::{parse_zone, start_of_day},
    dunning::{CallAttempt, ContactMade, Evidence, InvoiceFacts, Snapshot},
    ids::{CustomerId, HoldId, InvoiceId, PromiseId, TenantId},
    ledger::LedgerFacts,
    simulation::{Course, Dated, Material, News},
};
use sea_orm::{ConnectionTrait, EntityTrait, Statement};
use uuid::Uuid;

use super::{
    assemble,
    history::TriedRow,
    load::{DAYS, Facts},
    rows::{HoldRow, PromiseRow},
};
use crate::{
    StoreError, any,
    dunning::zones::day_in,
    entity::{allocations, credit_notes, disputes, holds, invoices, payments, promises},
    ledger, policies,
    time::{day, instant},
};

/// Everything of a batch of customers that a past day is told from.
struct Past {
    facts: Facts,
    invoices: Vec<invoices::Model>,
    credits: Vec<credit_notes::Model>,
    payments: Vec<payments::Model>,
    allocations: Vec<allocations::Model>,
    holds: Vec<holds::Model>,
    promises: Vec<promises::Model>,
    disputes: Vec<disputes::Model>,
}

/// The courses of `customers` from `from` on (an instant before the tenant's now), in the order of their ids, in a
/// constant number of statements. Customers, contacts and e-invoice statuses are as they are today: their past is not
/// kept. Of steps, messages and calls only those before `from` were done.
///
/// # Errors
/// The database's, or a row that does not read.
pub async fn courses_since<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    customers: &[CustomerId],
    from: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Vec<Course>, StoreError> {
    if customers.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = customers.iter().map(|id| id.0).collect();
    let days = now.signed_duration_since(from).num_days().max(0).saturating_add(DAYS);
    let mut facts = Facts::load(c, tenant, &ids, now, days).await?;
    let active = policies::read(c, tenant, std::mem::take(&mut facts.policies)).await?;
    let invoices = of::<invoices::Entity, C>(c, tenant, "invoices", &ids).await?;
    facts.also(c, tenant, invoices.iter().map(|row| row.id).collect()).await?;
    let snapshots = assemble::snapshots(&mut facts, &active, assemble::Live::new(), from)?;
    let past = Past {
        facts,
        invoices,
        credits: of::<credit_notes::Entity, C>(c, tenant, "credit_notes", &ids).await?,
        payments: of::<payments::Entity, C>(c, tenant, "payments", &ids).await?,
        allocations: of::<allocations::Entity, C>(c, tenant, "allocations", &ids).await?,
        holds: everybody_and(c, tenant, &ids).await?,
        promises: of::<promises::Entity, C>(c, tenant, "promises", &ids).await?,
        disputes: of::<disputes::Entity, C>(c, tenant, "disputes", &ids).await?,
    };
    let mut facts = past.invoice_facts(from)?;
    snapshots.into_iter().map(|snapshot| past.course(snapshot, &mut facts, from)).collect()
}

async fn of<E: EntityTrait, C: ConnectionTrait>(c: &C, tenant: TenantId, table: &str, ids: &[Uuid]) -> Result<Vec<E::Model>, StoreError> {
    rows::<E, C>(c, tenant, table, ids, "").await
}

async fn everybody_and<C: ConnectionTrait>(c: &C, tenant: TenantId, ids: &[Uuid]) -> Result<Vec<holds::Model>, StoreError> {
    rows::<holds::Entity, C>(c, tenant, "holds", ids, " OR customer_id IS NULL").await
}

async fn rows<E: EntityTrait, C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    table: &str,
    ids: &[Uuid],
    also: &str,
) -> Result<Vec<E::Model>, StoreError> {
    let backend = c.get_database_backend();
    let one = any::of_ids(backend, 2);
    let sql = format!("SELECT * FROM {table} WHERE tenant_id = $1 AND (customer_id {one}{also}) ORDER BY id");
    let values = [tenant.0.into(), any::ids(backend, ids.iter().copied())];
    Ok(E::find().from_raw_sql(Statement::from_sql_and_values(backend, sql, values)).all(c).await?)
}

fn of_customer<'a, T>(rows: &'a [T], customer: Uuid, whose: impl Fn(&T) -> Uuid + 'a) -> impl Iterator<Item = &'a T> {
    rows.iter().filter(move |row| whose(row) == customer)
}

impl Past {
    /// Every invoice with the steps that were done before `from`, by customer.
    fn invoice_facts(&self, from: DateTime<Utc>) -> Result<BTreeMap<Uuid, Vec<InvoiceFacts>>, StoreError> {
        let mut steps = BTreeMap::<Uuid, Vec<_>>::new();
        for row in self.facts.steps.iter().filter(|row| instant(row.at) < from) {
            steps.entry(row.invoice_id).or_default().extend(row.record()?);
        }
        let mut all = BTreeMap::<Uuid, Vec<InvoiceFacts>>::new();
        for row in &self.facts.invoices {
            let facts = row.clone().facts(steps.remove(&row.id).unwrap_or_default())?;
            // how it stands today is not how it stood
            let evidence = Evidence { interrupted_on: Vec::new(), disputed_since: None, ..facts.evidence };
            let facts = InvoiceFacts { overdue_announced: false, disputed: 0, evidence, ..facts };
            all.entry(row.customer_id).or_default().push(facts);
        }
        Ok(all)
    }

    fn course(&self, now: Snapshot, invoices: &mut BTreeMap<Uuid, Vec<InvoiceFacts>>, from: DateTime<Utc>) -> Result<Course, StoreError> {
        let id = now.customer_id.0;
        let zones = [now.customer.time_zone.as_deref(), Some(now.settings.time_zone.as_str())];
        let first = day_in(from, zones);
        let snapshot = Snapshot {
            facts_changed_at: from.checked_sub_signed(TimeDelta::days(1)).unwrap_or(from),
            invoices: Vec::new(),
            unapplied: Vec::new(),
            holds: Vec::new(),
            promises: Vec::new(),
            reminders: Vec::new(),
            contacts_made: now.contacts_made.iter().filter(|made| made.on < first).cloned().collect(),
            calls: now.calls.iter().filter(|call| call.on < first).cloned().collect(),
            answers: now.answers.iter().filter(|on| **on < first).copied().collect(),
            open_tasks: Vec::new(),
            raised_once: now.raised_once.iter().filter(|once| once.on < first).cloned().collect(),
            claims: Vec::new(),
            settled_charges: Vec::new(),
            ledger_differs: false,
            case_open: false,
            history: History::default(),
            ..now.clone()
        };
        let material = Material {
            snapshot,
            external_id: None,
            invoices: invoices.remove(&id).unwrap_or_default(),
            ledger: self.ledger(id)?,
            voided_on: self.voided_on(id)?,
            match_anew: false,
            news: self.news(id, from)?,
        };
        Ok(material.course())
    }

    /// The days on which invoices were withdrawn, where they are known; the others were never there.
    fn voided_on(&self, customer: Uuid) -> Result<BTreeMap<InvoiceId, NaiveDate>, StoreError> {
        let zone = [Some(self.facts.creditor.settings.time_zone.as_str())];
        let mut days = BTreeMap::new();
        for row in of_customer(&self.invoices, customer, |row| row.customer_id) {
            if let Some(at) = ledger::voided_at(row)? {
                days.insert(InvoiceId(row.id), day_in(at, zone));
            }
        }
        Ok(days)
    }

    fn ledger(&self, customer: Uuid) -> Result<LedgerFacts, StoreError> {
        Ok(LedgerFacts {
            invoices: of_customer(&self.invoices, customer, |row| row.customer_id).map(ledger::invoice).collect::<Result<_, _>>()?,
            credits: of_customer(&self.credits, customer, |row| row.customer_id).map(ledger::credit).collect::<Result<_, _>>()?,
            payments: of_customer(&self.payments, customer, |row| row.customer_id).map(ledger::payment).collect::<Result<_, _>>()?,
            allocations: of_customer(&self.allocations, customer, |row| row.customer_id)
                .map(ledger::allocation)
                .collect::<Result<_, _>>()?,
        })
    }

    fn news(&self, customer: Uuid, from: DateTime<Utc>) -> Result<Vec<Dated>, StoreError> {
        let mut news = Vec::new();
        for row in self.holds.iter().filter(|row| row.customer_id.is_none_or(|of| of == customer)) {
            news.push(Dated { at: instant(row.created_at), news: News::Held(hold(row)?) });
            if let Some(at) = row.released_at.filter(|_| row.released_by.as_deref() != Some("expiry")) {
                news.push(Dated { at: instant(at), news: News::Released(HoldId(row.id)) });
            }
        }
        let zone = parse_zone(&self.facts.creditor.settings.time_zone).unwrap_or_default();
        for row in of_customer(&self.promises, customer, |row| row.customer_id) {
            let made_on: NaiveDate = day("promises", &row.made_on)?;
            news.push(Dated { at: start_of_day(made_on, zone), news: News::Promised(promise(row)?) });
            if let Some(at) = row.settled_at.filter(|_| row.status == "cancelled") {
                news.push(Dated { at: instant(at), news: News::PromiseCancelled(PromiseId(row.id)) });
            }
        }
        for row in of_customer(&self.disputes, customer, |row| row.customer_id) {
            let (dispute, invoice) = (row.id.simple().to_string(), row.invoice_id.into());
            let opened = News::Disputed { dispute: dispute.clone(), invoice, amount: row.amount };
            news.push(Dated { at: instant(row.created_at), news: opened });
            if let Some(at) = row.resolved_at {
                news.push(Dated { at: instant(at), news: News::DisputeResolved(dispute) });
            }
        }
        // what was dialled for a task was the ladder's; what was said elsewhere happens whatever the policy
        let elsewhere = of_customer(&self.facts.tried, customer, |row| row.customer_id);
        for row in elsewhere.filter(|row| row.task_id.is_none() && instant(row.at) >= from) {
            news.extend(contacted(row)?.map(|news| Dated { at: instant(row.at), news }));
        }
        Ok(news)
    }
}

/// What the customer said by itself was nobody's contact: the hold that came of it is news of its own.
fn contacted(row: &TriedRow) -> Result<Option<News>, StoreError> {
    if !row.is_ours() {
        return Ok(None);
    }
    let on = day("interactions", &row.on_day)?;
    let call = (row.channel == "phone").then_some(CallAttempt { on, reached: row.reached });
    let made = ContactMade { on, channel: row.channel.clone(), step_key: None };
    Ok(Some(News::Contacted { made, call, reached: row.reached }))
}

fn hold(row: &holds::Model) -> Result<relance_domain::dunning::Hold, StoreError> {
    assemble::hold(&HoldRow {
        id: row.id,
        scope: row.scope.clone(),
        target_id: row.target_id,
        customer_id: row.customer_id,
        reason: row.reason.clone(),
        until_on: row.until_on.clone(),
        before_on: row.before_on.clone(),
        published_on: row.published_on.clone(),
        placed_by: row.placed_by.clone(),
        created_at: row.created_at,
    })
}

fn promise(row: &promises::Model) -> Result<relance_domain::dunning::Promise, StoreError> {
    let row = PromiseRow {
        id: row.id,
        customer_id: row.customer_id,
        invoice_ids: row.invoice_ids.clone(),
        amount: row.amount,
        currency: row.currency.clone(),
        promised_on: row.promised_on.clone(),
        grace_until_on: row.grace_until_on.clone(),
        made_on: row.made_on.clone(),
        made_by: row.made_by.clone(),
        status: row.status.clone(),
        created_at: row.created_at,
    };
    assemble::promise(&row, &[])
}

/// The customers of a tenant after `after`, in the order of their ids, `limit` at most.
///
/// # Errors
/// The database's.
pub async fn customers_after<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    after: Option<CustomerId>,
    limit: u64,
) -> Result<Vec<CustomerId>, StoreError> {
    use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

    use crate::entity::customers::{Column, Entity};
    let mut query = Entity::find().select_only().column(Column::Id).filter(Column::TenantId.eq(tenant.0));
    if let Some(after) = after {
        query = query.filter(Column::Id.gt(after.0));
    }
    let ids: Vec<Uuid> = query.order_by_asc(Column::Id).limit(limit).into_tuple().all(c).await?;
    Ok(ids.into_iter().map(CustomerId).collect())
}
