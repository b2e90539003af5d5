//! From rows to snapshots.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{DateTime, NaiveDate, Utc};
use relance_domain::{
    behaviour::History,
    customer::CustomerDetails,
    dunning::{
        CallAttempt, ContactMade, Hold, HoldScope, InvoiceFacts, LiveReminder, ONCE, OpenTask, Promise, RaisedOnce, Snapshot, Unapplied,
    },
    ids::{ContactId, CustomerId, HoldId, InvoiceId, PromiseId, TaskId},
};
use uuid::Uuid;

use super::{
    claims::InterruptionRow,
    history::{Reach, SentRow, TriedRow, days_back},
    load::Facts,
    rows::{CustomerRow, HoldRow, InvoiceRow, PaymentRow, PromiseRow, StepRow, TaskRow},
};
use crate::{
    StoreError,
    dunning::{
        rows::{currency, json, money},
        zones::day_in,
    },
    policies::{ActivePolicy, Pin, choose_for},
    time::{day, instant},
};

/// Rows by customer (or by invoice).
type Groups<'a, T> = BTreeMap<Uuid, Vec<&'a T>>;

fn grouped<T>(rows: &[T], key: impl Fn(&T) -> Uuid) -> Groups<'_, T> {
    let mut groups = Groups::new();
    for row in rows {
        groups.entry(key(row)).or_default().push(row);
    }
    groups
}

fn of<'g, 'a, T>(groups: &'g Groups<'a, T>, id: Uuid) -> &'g [&'a T] {
    groups.get(&id).map_or(&[][..], Vec::as_slice)
}

/// Reminders that have not left, by customer.
pub(super) type Live = BTreeMap<Uuid, Vec<LiveReminder>>;

/// One snapshot a customer, in the order of their ids. `live` are the reminders that have not left, whose
/// invoices are among the rows.
pub(super) fn snapshots(
    facts: &mut Facts,
    active: &[ActivePolicy],
    mut live: Live,
    now: DateTime<Utc>,
) -> Result<Vec<Snapshot>, StoreError> {
    let mut invoices = invoices_by_customer(&mut facts.invoices, &facts.steps, &live)?;
    interrupt(&mut invoices, &facts.interruptions)?;
    let contacts = grouped(&facts.contacts, |row| row.customer_id);
    let payments = grouped(&facts.payments, |row| row.customer_id);
    let credits = grouped(&facts.credit_notes, |row| row.customer_id);
    let holds = grouped(&facts.holds, |row| row.customer_id.unwrap_or_default());
    let promises = grouped(&facts.promises, |row| row.customer_id);
    let tasks = grouped(&facts.tasks, |row| row.customer_id);
    let sent = grouped(&facts.sent, |row| row.customer_id);
    let tried = grouped(&facts.tried, |row| row.customer_id);
    let cases: BTreeMap<Uuid, Option<Pin>> = facts.cases.iter().map(|row| (row.customer_id, row.pin())).collect();
    let opened: BTreeMap<Uuid, i64> = facts.cases.iter().map(|row| (row.customer_id, row.opened_at)).collect();
    let charges = grouped(&facts.charges, |row| row.customer_id);
    let settings = Arc::new(facts.creditor.settings.clone());
    let reach = Reach::new(now, days_back(active));
    let one = |row: &CustomerRow| -> Result<Snapshot, StoreError> {
        let id = row.id;
        let details: CustomerDetails = json("customers", &row.details)?;
        let zones = [details.time_zone.as_deref(), Some(settings.time_zone.as_str())];
        let paid = of(&payments, id);
        let mut unapplied = unapplied_payments(paid, zones)?;
        for row in of(&credits, id) {
            let money = money("credit_notes", row.unapplied, &row.currency)?;
            let known_on = day_in(instant(row.created_at), zones);
            unapplied.push(Unapplied { money, since_on: day("credit_notes", &row.issued_on)?.max(known_on) });
        }
        let mut contacts = of(&contacts, id).to_vec();
        contacts.sort_by_key(|row| row.position);
        let tried: Vec<&TriedRow> = of(&tried, id).iter().copied().filter(|row| reach.counts_tried(row)).collect();
        Ok(Snapshot {
            settings: Arc::clone(&settings),
            customer_id: CustomerId(id),
            contacts: contacts.into_iter().map(|row| row.contact()).collect::<Result<_, _>>()?,
            facts_changed_at: instant(row.facts_changed_at),
            policy: choose_for(active, &details, cases.get(&id).copied().flatten()),
            invoices: invoices.remove(&id).unwrap_or_default(),
            unapplied,
            holds: of(&holds, Uuid::nil()).iter().chain(of(&holds, id)).map(|row| hold(row)).collect::<Result<_, _>>()?,
            promises: open_promises(of(&promises, id), paid, opened.get(&id).copied())?,
            reminders: live.remove(&id).unwrap_or_default(),
            contacts_made: contacts_made(of(&sent, id), &tried, reach, zones)?,
            calls: calls(&tried)?,
            answers: answers(&tried)?,
            open_tasks: of(&tasks, id)
                .iter()
                .filter(|row| row.status == "open")
                .map(|row| OpenTask {
                    id: TaskId(row.id),
                    kind: row.kind.clone(),
                    step_key: row.step_key.clone(),
                    about: row.about.clone(),
                })
                .collect(),
            raised_once: raised_once(of(&tasks, id), zones),
            claims: of(&charges, id).iter().filter_map(|row| row.claim().transpose()).collect::<Result<_, _>>()?,
            settled_charges: of(&charges, id).iter().filter_map(|row| row.settled()).collect(),
            payments_complete_until: facts.sources.iter().filter_map(|row| row.payments_complete_until).max().map(instant),
            ledger_differs: facts.sources.iter().any(|row| row.ledger_differs),
            case_open: cases.contains_key(&id),
            history: History::default(),
            customer: details,
        })
    };
    facts.customers.iter().map(one).collect()
}

/// Invoices that are open, or that a live reminder names, by due date.
fn invoices_by_customer(rows: &mut [InvoiceRow], steps: &[StepRow], live: &Live) -> Result<BTreeMap<Uuid, Vec<InvoiceFacts>>, StoreError> {
    let named: BTreeSet<InvoiceId> = live.values().flatten().flat_map(|reminder| &reminder.lines).map(|line| line.invoice_id).collect();
    let steps = grouped(steps, |row| row.invoice_id);
    let mut groups = BTreeMap::<Uuid, Vec<InvoiceFacts>>::new();
    for row in rows.iter_mut().filter(|row| row.amount_due > 0 || named.contains(&InvoiceId(row.id))) {
        let done = of(&steps, row.id).iter().filter_map(|step| step.record().transpose()).collect::<Result<_, _>>()?;
        let facts = row.facts(done)?;
        groups.entry(row.customer_id).or_default().push(facts);
    }
    for group in groups.values_mut() {
        group.sort_by_key(|invoice| (invoice.due_on, invoice.id));
    }
    Ok(groups)
}

/// Acts of debtor or creditor join the part payments of the invoices that they name.
fn interrupt(invoices: &mut BTreeMap<Uuid, Vec<InvoiceFacts>>, acts: &[InterruptionRow]) -> Result<(), StoreError> {
    for act in acts {
        let Some(group) = invoices.get_mut(&act.customer_id) else { continue };
        let named: Vec<InvoiceId> = json("interruptions", &act.invoice_ids)?;
        let on = day("interruptions", &act.happened_on)?;
        for invoice in group.iter_mut().filter(|invoice| named.contains(&invoice.id)) {
            invoice.evidence.interrupted_on.push(on);
        }
    }
    Ok(())
}

/// Messages that left, contacts made elsewhere, and of the dials of a task the first.
fn contacts_made(sent: &[&SentRow], tried: &[&TriedRow], reach: Reach, zones: [Option<&str>; 2]) -> Result<Vec<ContactMade>, StoreError> {
    let left = sent.iter().filter(|row| reach.counts_sent(row)).map(|row| ContactMade {
        on: day_in(instant(row.sent_at), zones),
        channel: if row.channel == "webhook_only" { "other".to_owned() } else { row.channel.clone() },
        step_key: Some(row.step_key.clone()),
    });
    let mut all: Vec<ContactMade> = left.collect();
    let mut dialled = BTreeSet::new();
    for row in tried.iter().filter(|row| row.is_ours()) {
        let first = row.task_id.is_none_or(|task| dialled.insert(task));
        if !first || row.at < reach.paced {
            continue;
        }
        all.push(ContactMade { on: day("interactions", &row.on_day)?, channel: row.channel.clone(), step_key: row.task_step.clone() });
    }
    all.sort_by_key(|contact| contact.on);
    Ok(all)
}

fn calls(tried: &[&TriedRow]) -> Result<Vec<CallAttempt>, StoreError> {
    let calls = tried.iter().filter(|row| row.channel == "phone" && row.is_ours());
    calls.map(|row| Ok(CallAttempt { on: day("interactions", &row.on_day)?, reached: row.reached })).collect()
}

/// Days on which somebody was reached, whatever the channel.
fn answers(tried: &[&TriedRow]) -> Result<Vec<NaiveDate>, StoreError> {
    tried.iter().filter(|row| row.reached).map(|row| day("interactions", &row.on_day)).collect()
}

fn raised_once(rows: &[&TaskRow], zones: [Option<&str>; 2]) -> Vec<RaisedOnce> {
    let once = rows.iter().filter_map(|row| Some((row.about.as_ref().filter(|about| about.starts_with(ONCE))?, row.created_at)));
    once.map(|(about, at)| RaisedOnce { about: about.clone(), on: day_in(instant(at), zones) }).collect()
}

/// Payments with something left over, known since the later of their day and the day they were recorded.
fn unapplied_payments(rows: &[&PaymentRow], zones: [Option<&str>; 2]) -> Result<Vec<Unapplied>, StoreError> {
    let left = rows.iter().filter(|row| row.unapplied > 0);
    left.map(|row| {
        let since_on = day("payments", &row.paid_on)?.max(day_in(instant(row.created_at), zones));
        Ok(Unapplied { money: money("payments", row.unapplied, &row.currency)?, since_on })
    })
    .collect()
}

pub(super) fn hold(row: &HoldRow) -> Result<Hold, StoreError> {
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
        published_on: until(&row.published_on)?,
        placed_by: row.placed_by.clone(),
        placed_at: instant(row.created_at),
    })
}

/// Promises that are open, each with how many about the same ended before it in the case that began at `opened`.
fn open_promises(rows: &[&PromiseRow], paid: &[&PaymentRow], opened: Option<i64>) -> Result<Vec<Promise>, StoreError> {
    let in_case = |row: &&&PromiseRow| row.status != "open" && opened.is_some_and(|opened| row.created_at >= opened);
    let ended = rows.iter().filter(in_case).map(|row| json("promises", &row.invoice_ids)).collect::<Result<Vec<Vec<InvoiceId>>, _>>()?;
    let one = |row: &&PromiseRow| {
        let promise = promise(row, paid)?;
        let meets = |named: &&Vec<InvoiceId>| {
            named.is_empty() || promise.invoices.is_empty() || named.iter().any(|id| promise.invoices.contains(id))
        };
        let ended_before = u16::try_from(ended.iter().filter(meets).count()).unwrap_or(u16::MAX);
        Ok(Promise { ended_before, ..promise })
    };
    rows.iter().filter(|row| row.status == "open").map(one).collect()
}

/// An open promise, with what came in since it was made.
pub(super) fn promise(row: &PromiseRow, paid: &[&PaymentRow]) -> Result<Promise, StoreError> {
    let since = paid.iter().filter(|payment| payment.currency == row.currency && payment.paid_on >= row.made_on);
    Ok(Promise {
        id: PromiseId(row.id),
        invoices: json("promises", &row.invoice_ids)?,
        amount: currency("promises", &row.currency)?.minor(row.amount),
        promised_on: day("promises", &row.promised_on)?,
        grace_until_on: day("promises", &row.grace_until_on)?,
        made_on: day("promises", &row.made_on)?,
        made_by: row.made_by.clone(),
        ended_before: 0,
        received_since: since.fold(0_i64, |sum, payment| sum.saturating_add(payment.amount)),
    })
}
