//! A snapshot that lives: news and decisions change it as the store would.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use uuid::Uuid;

use super::course::News;
use crate::{
    calendar::{local_day, parse_zone},
    customer::Contact,
    dunning::{ContactMade, InvoiceFacts, LiveReminder, Promise, Snapshot, StepOutcome, StepRecord},
    ids::{InvoiceId, PromiseId},
};

/// Grace when no policy is in force (`contract.md` §4).
const GRACE_WITHOUT_POLICY: u16 = 2;

/// A customer at an instant.
pub(super) struct State {
    pub snapshot: Snapshot,
    /// Invoices that are settled: the decision is not shown them, as the store does not load them.
    aside: BTreeMap<InvoiceId, InvoiceFacts>,
    disputes: Vec<(String, InvoiceId, Option<i64>)>,
    /// Invoices of promises that were broken or taken back in the open case.
    ended: Vec<Vec<InvoiceId>>,
    made: u128,
}

impl State {
    pub fn new(snapshot: Snapshot) -> Self {
        Self { snapshot, aside: BTreeMap::new(), disputes: Vec::new(), ended: Vec::new(), made: 0 }
    }

    /// A new id, the same in every run.
    pub fn id(&mut self) -> Uuid {
        self.made += 1;
        Uuid::from_u128(self.made)
    }

    /// The customer's day at `now`.
    pub fn day(&self, now: DateTime<Utc>) -> NaiveDate {
        let customer = self.snapshot.customer.time_zone.as_deref().and_then(parse_zone);
        local_day(now, customer.or_else(|| parse_zone(&self.snapshot.settings.time_zone)).unwrap_or(chrono_tz::Tz::Europe__Paris))
    }

    /// The tenant's day at `now`.
    pub fn tenant_day(&self, now: DateTime<Utc>) -> NaiveDate {
        local_day(now, parse_zone(&self.snapshot.settings.time_zone).unwrap_or(chrono_tz::Tz::Europe__Paris))
    }

    /// An invoice, open or settled.
    pub fn invoice(&mut self, id: InvoiceId) -> Option<&mut InvoiceFacts> {
        self.snapshot.invoices.iter_mut().find(|invoice| invoice.id == id).or_else(|| self.aside.get_mut(&id))
    }

    /// Takes news in.
    pub fn hear(&mut self, news: &News, at: DateTime<Utc>) {
        match news {
            News::Invoice(invoice) => {
                self.aside.insert(invoice.id, (**invoice).clone());
                self.debt_changed(invoice.id, at);
            }
            News::AmountDue { invoice, amount_due } => {
                let on = self.tenant_day(at);
                self.with(*invoice, |facts| {
                    if *amount_due < facts.amount_due {
                        facts.evidence.interrupted_on.push(on);
                    }
                    facts.amount_due = *amount_due;
                });
                self.debt_changed(*invoice, at);
            }
            News::Voided(invoice) => {
                self.with(*invoice, |facts| (facts.voided, facts.amount_due) = (true, 0));
                self.debt_changed(*invoice, at);
            }
            News::Delivered { invoice, on } => {
                self.with(*invoice, |facts| facts.delivered_on = Some(*on));
                self.debt_changed(*invoice, at);
            }
            News::Lifecycle { invoice, status } => {
                self.with(*invoice, |facts| {
                    facts.lifecycle_status = Some(status.code.clone());
                    facts.evidence.einvoice = Some(status.clone());
                });
                self.debt_changed(*invoice, at);
            }
            News::Unapplied(list) => {
                self.snapshot.unapplied.clone_from(list);
                self.snapshot.facts_changed_at = at;
            }
            News::Received(money) => {
                for promise in self.snapshot.promises.iter_mut().filter(|promise| promise.amount.currency == money.currency) {
                    promise.received_since = promise.received_since.saturating_add(money.minor);
                }
            }
            News::Promised(promise) => self.promised(promise),
            News::PromiseCancelled(id) => self.promise_ended(*id),
            News::Disputed { dispute, invoice, amount } => {
                self.disputes.push((dispute.clone(), *invoice, *amount));
                self.with(*invoice, |facts| facts.evidence.disputed_since = facts.evidence.disputed_since.or(Some(at)));
                self.debt_changed(*invoice, at);
            }
            News::DisputeResolved(dispute) => {
                let ended: Vec<InvoiceId> = self.disputes.iter().filter(|open| open.0 == *dispute).map(|open| open.1).collect();
                self.disputes.retain(|open| open.0 != *dispute);
                ended.into_iter().for_each(|invoice| self.debt_changed(invoice, at));
            }
            News::Held(hold) => self.snapshot.holds.push(hold.clone()),
            News::Released(id) => self.snapshot.holds.retain(|hold| hold.id != *id),
            News::Contacted { made, call, reached } => {
                self.snapshot.answers.extend(reached.then_some(made.on));
                self.snapshot.contacts_made.push(made.clone());
                self.snapshot.calls.extend(call.clone());
            }
            News::OptedOut { channel, address } => self.opted_out(channel, address),
            News::PaymentsComplete(until) => {
                self.snapshot.payments_complete_until = self.snapshot.payments_complete_until.max(Some(*until));
            }
        }
    }

    fn with(&mut self, id: InvoiceId, change: impl FnOnce(&mut InvoiceFacts)) {
        if let Some(facts) = self.invoice(id) {
            change(facts);
        }
    }

    /// What is disputed never exceeds what is due; fresh facts rest a moment before anything is planned on them.
    fn debt_changed(&mut self, id: InvoiceId, at: DateTime<Utc>) {
        let of_invoice: Vec<Option<i64>> = self.disputes.iter().filter(|open| open.1 == id).map(|open| open.2).collect();
        self.with(id, |facts| {
            let sum = of_invoice.iter().fold(0_i64, |sum, part| sum.saturating_add(part.unwrap_or(facts.amount_due)));
            facts.disputed = sum.clamp(0, facts.amount_due.max(0));
            facts.evidence.disputed_since = facts.evidence.disputed_since.filter(|_| facts.disputed > 0);
        });
        self.snapshot.facts_changed_at = at;
        self.sort_out();
    }

    fn promised(&mut self, promise: &Promise) {
        let grace = self.snapshot.policy.as_ref().map_or(GRACE_WITHOUT_POLICY, |version| version.policy.promise.grace_days);
        let until = promise.promised_on.checked_add_signed(Duration::days(i64::from(grace))).unwrap_or(promise.promised_on);
        let meets = |named: &&Vec<InvoiceId>| {
            named.is_empty() || promise.invoices.is_empty() || named.iter().any(|id| promise.invoices.contains(id))
        };
        let ended_before = u16::try_from(self.ended.iter().filter(meets).count()).unwrap_or(u16::MAX);
        self.snapshot.promises.push(Promise { grace_until_on: until, ended_before, ..promise.clone() });
    }

    /// A promise was broken or taken back: the next one about the same renews it, as long as the case is open.
    pub fn promise_ended(&mut self, id: PromiseId) {
        let ended = self.snapshot.promises.iter().filter(|promise| promise.id == id && self.snapshot.case_open);
        self.ended.extend(ended.map(|promise| promise.invoices.clone()));
        self.snapshot.promises.retain(|promise| promise.id != id);
    }

    /// The case is closed: what was promised in it is history.
    pub fn case_closed(&mut self) {
        self.snapshot.case_open = false;
        self.snapshot.claims.clear();
        self.ended.clear();
    }

    fn opted_out(&mut self, channel: &str, address: &str) {
        let has = |contact: &&mut Contact| {
            let details = &contact.details;
            [&details.email, &details.phone].into_iter().flatten().any(|known| known.eq_ignore_ascii_case(address))
        };
        for contact in self.snapshot.contacts.iter_mut().filter(has) {
            if !contact.suppressed_channels.iter().any(|word| word == channel) {
                contact.suppressed_channels.push(channel.to_owned());
            }
        }
    }

    /// The decision sees what is open or what a reminder that has not left names, by due date, as it is loaded.
    pub fn sort_out(&mut self) {
        let named: Vec<InvoiceId> =
            self.snapshot.reminders.iter().flat_map(|reminder| &reminder.lines).map(|line| line.invoice_id).collect();
        let stays = |invoice: &InvoiceFacts| invoice.amount_due > 0 || named.contains(&invoice.id);
        let before = self.snapshot.invoices.len();
        let (stay, go): (Vec<_>, Vec<_>) = std::mem::take(&mut self.snapshot.invoices).into_iter().partition(stays);
        self.snapshot.invoices = stay;
        self.aside.extend(go.into_iter().map(|invoice| (invoice.id, invoice)));
        let back: Vec<InvoiceId> = self.aside.values().filter(|invoice| stays(invoice)).map(|invoice| invoice.id).collect();
        self.snapshot.invoices.extend(back.iter().filter_map(|id| self.aside.remove(id)));
        if !back.is_empty() || before != self.snapshot.invoices.len() {
            self.snapshot.invoices.sort_by_key(|invoice| (invoice.due_on, invoice.id));
        }
    }

    /// A step is done for an invoice; false when it was done before.
    pub fn step_done(&mut self, id: InvoiceId, record: StepRecord) -> bool {
        let Some(invoice) = self.invoice(id) else { return false };
        let free = invoice.steps.iter().all(|done| done.step_key != record.step_key);
        if free {
            invoice.steps.push(record);
        }
        free
    }

    /// A notice may carry what was waived because too little had reached it: the waiver makes way.
    pub fn retake(&mut self, id: InvoiceId, step_key: &str) {
        self.with(id, |facts| {
            facts.steps.retain(|done| done.step_key != step_key || done.reason.as_deref() != Some("below_minimum"));
        });
    }

    /// A message left at `now`: its steps are done, and it counts in pacing.
    pub fn sent(&mut self, reminder: &LiveReminder, granted: Option<NaiveDate>, now: DateTime<Utc>) {
        let on = self.day(now);
        let policy = self.snapshot.policy.as_ref().map(|version| std::sync::Arc::clone(&version.policy));
        for line in &reminder.lines {
            let gives = policy
                .as_ref()
                .and_then(|policy| policy.step(&line.step_key))
                .is_some_and(|step| step.pay_within_days.is_some() || step.deadline_days.is_some());
            let record = StepRecord {
                step_key: line.step_key.clone(),
                outcome: StepOutcome::Sent,
                done_on: on,
                granted_until: granted.filter(|_| gives),
                reason: None,
            };
            self.step_done(line.invoice_id, record);
        }
        self.snapshot.contacts_made.push(contact(reminder, on));
        self.snapshot.reminders.retain(|other| other.id != reminder.id);
        self.sort_out();
    }
}

/// How a message counts in pacing.
pub(super) fn contact(reminder: &LiveReminder, on: NaiveDate) -> ContactMade {
    let channel = if reminder.channel == crate::policy::Channel::WebhookOnly { "other" } else { reminder.channel.as_str() };
    ContactMade { on, channel: channel.to_owned(), step_key: Some(reminder.step_key.clone()) }
}
