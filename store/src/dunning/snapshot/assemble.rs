//! From rows to snapshots.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use relance_domain::{
    customer::CustomerDetails,
    dunning::{CallAttempt, ContactMade, Hold, HoldScope, InvoiceFacts, OpenTask, Promise, Snapshot, StepOutcome, StepRecord, Unapplied},
    ids::{ContactId, CustomerId, HoldId, InvoiceId, PromiseId, TaskId},
    settings::Settings,
};
use uuid::Uuid;

use super::{
    history::History,
    load::{Facts, Sources},
};
use crate::{
    StoreError,
    dunning::{
        rows::{currency, customer_contacts, invoice_facts, json, live_reminder, money},
        zones::day_in,
    },
    entity::{customers, holds, invoice_steps, payments, promises},
    policies::{ActivePolicy, choose},
    time::{day, instant},
};

/// Everything that was loaded.
pub(super) struct Assembly<'a> {
    pub settings: &'a Settings,
    pub active: &'a [ActivePolicy],
    pub sources: &'a Sources,
    pub facts: Facts,
    pub history: History,
}

/// Rows by customer.
fn grouped<T>(rows: Vec<T>, key: impl Fn(&T) -> Uuid) -> BTreeMap<Uuid, Vec<T>> {
    let mut groups = BTreeMap::<Uuid, Vec<T>>::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(row);
    }
    groups
}

impl Assembly<'_> {
    /// One snapshot a customer.
    pub(super) fn snapshots(mut self) -> Result<Vec<Snapshot>, StoreError> {
        let facts = std::mem::take(&mut self.facts);
        let mut contacts = grouped(facts.contacts, |row| row.customer_id);
        let mut invoices = grouped(facts.invoices, |row| row.customer_id);
        let mut steps = grouped(facts.steps, |row| row.invoice_id);
        let payments = grouped(facts.payments, |row| row.customer_id);
        let credits = grouped(facts.credit_notes, |row| row.customer_id);
        let holds = grouped(facts.holds, |row| row.customer_id.unwrap_or_default());
        let promises = grouped(facts.promises, |row| row.customer_id);
        let reminders = grouped(facts.reminders, |row| row.customer_id);
        let tasks = grouped(facts.tasks, |row| row.customer_id);
        let cases: BTreeSet<Uuid> = facts.cases.iter().map(|row| row.customer_id).collect();
        let everybody = holds.get(&Uuid::nil()).map_or(&[][..], Vec::as_slice);
        facts
            .customers
            .iter()
            .map(|row| {
                let id = row.id;
                let details: CustomerDetails = json("customers", &row.details)?;
                let zones = [details.time_zone.as_deref(), Some(self.settings.time_zone.as_str())];
                let paid = payments.get(&id).map_or(&[][..], Vec::as_slice);
                let mut unapplied = unapplied_payments(paid)?;
                for row in credits.get(&id).into_iter().flatten() {
                    let money = money("credit_notes", row.unapplied, &row.currency)?;
                    unapplied.push(Unapplied { money, since_on: day("credit_notes", &row.issued_on)? });
                }
                let own = holds.get(&id).map_or(&[][..], Vec::as_slice);
                Ok(Snapshot {
                    settings: self.settings.clone(),
                    customer_id: CustomerId(id),
                    contacts: customer_contacts(contacts.remove(&id).unwrap_or_default())?,
                    facts_changed_at: instant(row.facts_changed_at),
                    policy: choose(self.active, &details),
                    invoices: invoices_of(invoices.remove(&id).unwrap_or_default(), &mut steps)?,
                    unapplied,
                    holds: everybody.iter().chain(own).map(hold).collect::<Result<_, _>>()?,
                    promises: promises.get(&id).into_iter().flatten().map(|row| promise(row, paid)).collect::<Result<_, _>>()?,
                    reminders: reminders.get(&id).into_iter().flatten().map(live_reminder).collect::<Result<_, _>>()?,
                    contacts_made: self.contacts_made(row, zones)?,
                    calls: self.calls(row)?,
                    open_tasks: tasks
                        .get(&id)
                        .into_iter()
                        .flatten()
                        .map(|row| OpenTask {
                            id: TaskId(row.id),
                            kind: row.kind.clone(),
                            step_key: row.step_key.clone(),
                            about: row.about.clone(),
                        })
                        .collect(),
                    payments_complete_until: self.sources.payments_complete_until,
                    ledger_differs: self.sources.ledger_differs,
                    case_open: cases.contains(&id),
                    customer: details,
                })
            })
            .collect()
    }

    /// Messages that left, contacts made elsewhere, and of the dials of a task the first.
    fn contacts_made(&self, customer: &customers::Model, zones: [Option<&str>; 2]) -> Result<Vec<ContactMade>, StoreError> {
        let sent = self.history.sent.iter().filter(|sent| sent.customer_id == customer.id).map(|sent| ContactMade {
            on: day_in(instant(sent.sent_at), zones),
            channel: if sent.channel == "webhook_only" { "other".to_owned() } else { sent.channel.clone() },
            step_key: Some(sent.step_key.clone()),
        });
        let mut all: Vec<ContactMade> = sent.collect();
        let mut dialled = BTreeSet::new();
        for row in self.history.interactions.iter().filter(|row| row.customer_id == customer.id) {
            let first = row.task_id.is_none_or(|task| dialled.insert(task));
            if !first || row.at < self.history.paced_since {
                continue;
            }
            let step_key = row.task_id.and_then(|task| self.history.task_steps.iter().find(|(id, _)| *id == task)?.1.clone());
            all.push(ContactMade { on: day("interactions", &row.on_day)?, channel: row.channel.clone(), step_key });
        }
        all.sort_by_key(|contact| contact.on);
        Ok(all)
    }

    fn calls(&self, customer: &customers::Model) -> Result<Vec<CallAttempt>, StoreError> {
        let calls = self.history.interactions.iter().filter(|row| row.customer_id == customer.id && row.channel == "phone");
        calls.map(|row| Ok(CallAttempt { on: day("interactions", &row.on_day)?, reached: row.reached })).collect()
    }
}

fn invoices_of(
    rows: Vec<crate::entity::invoices::Model>,
    steps: &mut BTreeMap<Uuid, Vec<invoice_steps::Model>>,
) -> Result<Vec<InvoiceFacts>, StoreError> {
    let mut rows = rows;
    rows.sort_by(|a, b| (&a.due_on, a.id).cmp(&(&b.due_on, b.id)));
    rows.iter()
        .map(|row| {
            let done = steps.remove(&row.id).unwrap_or_default();
            invoice_facts(row, done.into_iter().map(step).collect::<Result<_, _>>()?)
        })
        .collect()
}

fn step(row: invoice_steps::Model) -> Result<StepRecord, StoreError> {
    let outcomes = [StepOutcome::Sent, StepOutcome::TaskCreated, StepOutcome::Waived];
    Ok(StepRecord {
        outcome: outcomes
            .into_iter()
            .find(|outcome| outcome.as_str() == row.outcome)
            .ok_or_else(|| StoreError::inconsistent("invoice_steps", &row.outcome))?,
        done_on: day("invoice_steps", &row.done_on)?,
        granted_until: row.granted_until.as_deref().map(|text| day("invoice_steps", text)).transpose()?,
        reason: row.reason,
        step_key: row.step_key,
    })
}

fn unapplied_payments(rows: &[payments::Model]) -> Result<Vec<Unapplied>, StoreError> {
    rows.iter()
        .filter(|row| row.unapplied > 0)
        .map(|row| Ok(Unapplied { money: money("payments", row.unapplied, &row.currency)?, since_on: day("payments", &row.paid_on)? }))
        .collect()
}

fn hold(row: &holds::Model) -> Result<Hold, StoreError> {
    let target = || row.target_id.ok_or_else(|| StoreError::inconsistent("holds", "no target"));
    let until =
        |text: &Option<String>| -> Result<Option<NaiveDate>, StoreError> { text.as_deref().map(|text| day("holds", text)).transpose() };
    Ok(Hold {
        id: HoldId(row.id),
        scope: match row.scope.as_str() {
            "tenant" => HoldScope::Tenant,
            "customer" => HoldScope::Customer(CustomerId(target()?)),
            "invoice" => HoldScope::Invoice(InvoiceId(target()?)),
            "contact" => HoldScope::Contact(ContactId(target()?)),
            other => return Err(StoreError::inconsistent("holds", other)),
        },
        reason: row.reason.clone(),
        until_on: until(&row.until_on)?,
        before_on: until(&row.before_on)?,
    })
}

/// An open promise, with what came in since it was made.
fn promise(row: &promises::Model, paid: &[payments::Model]) -> Result<Promise, StoreError> {
    let since = paid.iter().filter(|payment| payment.currency == row.currency && payment.paid_on >= row.made_on);
    Ok(Promise {
        id: PromiseId(row.id),
        invoices: json("promises", &row.invoice_ids)?,
        amount: currency("promises", &row.currency)?.minor(row.amount),
        promised_on: day("promises", &row.promised_on)?,
        grace_until_on: day("promises", &row.grace_until_on)?,
        received_since: since.fold(0_i64, |sum, payment| sum.saturating_add(payment.amount)),
    })
}
