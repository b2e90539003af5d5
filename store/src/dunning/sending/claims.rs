//! Messages that claim charges: what they print, and what is posted once they left.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};
use relance_domain::{
    charges::InvoiceCharges,
    customer::CustomerDetails,
    ids::{CustomerId, InvoiceId, ReminderId, TenantId},
    ledger::LedgerInvoice,
    policy::{LateChargesMode, Policy},
    records::{INTEREST, ReminderBody, ReminderRecord},
    settings::Settings,
};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{
    finish::Work,
    versions::{self, Version},
};
use crate::{
    StoreError, Tx,
    dunning::{
        late_charges::{Claimed, post, under},
        rows::json,
        zones::day_in,
    },
    entity::reminders,
    outbox::NewEvent,
    rates,
    time::day,
};

/// What the interest of a claim comes to.
#[derive(Debug, Clone, Default)]
pub(super) struct Reckoned {
    /// Invoice by invoice.
    pub charges: Vec<InvoiceCharges>,
    /// It was waived or paid on every invoice: the message has no word of it.
    pub settled: bool,
}

/// What each claim comes to on the reader's day: the message prints what is posted once it has left.
pub(super) async fn reckoned<C: ConnectionTrait>(
    c: &C,
    of: TenantId,
    reminders: &[(reminders::Model, ReminderRecord)],
    policies: &BTreeMap<(Uuid, i32), Arc<Version>>,
    (settings, customers): (&Settings, &BTreeMap<Uuid, CustomerDetails>),
    now: DateTime<Utc>,
) -> Result<BTreeMap<Uuid, Reckoned>, StoreError> {
    let mut found = BTreeMap::new();
    for (row, record) in reminders {
        let policy = policies.get(&(row.policy_id, row.policy_version)).map(|version| &version.policy);
        let Some((policy, customer)) = policy.filter(|policy| claims(policy, &row.step_key)).zip(customers.get(&row.customer_id)) else {
            continue;
        };
        let terms = settings.penalty_terms.as_deref();
        let account = under(c, of, CustomerId(row.customer_id), customer.kind, Some(policy.charges), terms).await?;
        let Some(claimant) = account.claimant else { continue };
        let on = day_in(now, [customer.time_zone.as_deref(), Some(settings.time_zone.as_str())]);
        let book = rates::book(c).await?;
        let lines = record.body.lines.iter().filter(|line| line.step_key == row.step_key);
        let named = lines.filter_map(|line| account.facts.invoices.iter().find(|invoice| invoice.id == line.invoice_id));
        let settled = |id: InvoiceId| {
            account.claimed.iter().any(|charge| charge.invoice_id == id && charge.rule == INTEREST && charge.status != "accrued")
        };
        let (settled, asked): (Vec<_>, Vec<_>) = named.partition(|invoice| settled(invoice.id));
        let one = |invoice: &LedgerInvoice| claimant.charges(invoice.id, invoice.currency, &account.debt(invoice, on), on, &book);
        let none_left = asked.is_empty() && !settled.is_empty();
        found.insert(row.id, Reckoned { charges: asked.into_iter().map(one).collect(), settled: none_left });
    }
    Ok(found)
}

fn claims(policy: &Policy, step: &str) -> bool {
    policy.step(step).is_some_and(|step| step.late_charges == LateChargesMode::Claim)
}

/// Posts the charges that the messages which left claimed; gives back the events to tell.
pub(super) async fn claimed(tx: &Tx, work: &Work) -> Result<Vec<NewEvent>, StoreError> {
    let left: Vec<&reminders::Model> = work.changed.iter().filter(|row| row.status == "sent").collect();
    if left.is_empty() {
        return Ok(Vec::new());
    }
    let keys: BTreeMap<_, _> = left.iter().map(|row| ((row.policy_id, row.policy_version), ())).collect();
    let known = versions::of(tx, work.tenant.id, keys.into_keys()).await?;
    let mut list = Vec::new();
    for row in left {
        let Some(policy) = known.get(&(row.policy_id, row.policy_version)).map(|version| &version.policy) else { continue };
        if !claims(policy, &row.step_key) {
            continue;
        }
        let body: ReminderBody = json("reminders", &row.body)?;
        let lines = body.lines.iter().filter(|line| line.step_key == row.step_key);
        let invoices: Vec<(InvoiceId, bool)> =
            lines.map(|line| (line.invoice_id, body.fixed_compensation.is_some() && policy.claims_compensation(line))).collect();
        let on = work.days.get(&row.customer_id).map(|text| day("customers", text)).transpose()?;
        list.push(Claimed {
            reminder: ReminderId(row.id),
            customer: CustomerId(row.customer_id),
            rules: policy.charges,
            invoices,
            on: on.unwrap_or_else(|| work.now.date_naive()),
        });
    }
    post(tx, work.tenant.id, work.tenant.settings.penalty_terms.as_deref(), list, work.now).await
}
