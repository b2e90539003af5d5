//! The transaction before the calls: the last look, the bytes, the attempt.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use relance_domain::{
    dunning::{ContactMade, LastLook, Snapshot, look_again},
    ids::{CustomerId, ReminderId, TenantId},
    policy::Channel,
    records::MessageContent,
};
use relance_letters::from_records::{PrintedDates, Sender, content, message_context};
use relance_store::{
    StoreError, dunning,
    sending::{self, Frozen, RefusalScope, SendJob, SendOutcome, Settled},
    tenants,
};

use super::{
    SendContext,
    call::Call,
    gate::Places,
    paper::{LETTERS, Letter, is_letter},
    providers,
    route::{Route, Routes},
};

/// Real time after which a send that was not settled counts as lost: the calls of a batch take less.
const LEASE_MS: i64 = 120_000;

/// What the last look and the rendering made of a reminder.
enum Ready {
    Leaves { content: Box<MessageContent>, dates: PrintedDates },
    Ends(SendOutcome),
}

/// What this transaction writes.
#[derive(Default)]
struct Plan {
    settled: Vec<Settled>,
    frozen: Vec<Frozen>,
    calls: Vec<Call>,
}

/// What came of the transaction.
pub(super) enum Prepared {
    /// Calls to make, of a live tenant or not.
    Calls { calls: Vec<Call>, live: bool },
    /// Nothing was written: these letters must be laid out first.
    Unprinted(Vec<ReminderId>),
}

/// Looks again, freezes what may leave in `places`, settles what needs no call; gives back the calls to
/// make. `letters` is `None` as long as nobody has asked whether there are any.
pub(super) async fn prepare(
    ctx: &SendContext,
    worker: &str,
    tenant: TenantId,
    reminders: &[ReminderId],
    now: DateTime<Utc>,
    letters: Option<&BTreeMap<ReminderId, Letter>>,
    places: &mut Places,
) -> Result<Prepared, StoreError> {
    let real_now = ctx.store.now();
    let tx = ctx.store.write(tenant).await?;
    let held = sending::hold(&tx, tenant, worker, reminders).await?;
    let unprinted = if letters.is_none() { held.over(LETTERS) } else { Vec::new() };
    if held.is_empty() || !unprinted.is_empty() {
        return Ok(Prepared::Unprinted(unprinted)); // the transaction ends here, without a trace
    }
    let owing = held.customers();
    let snapshots = dunning::snapshots(&tx, tenant, &owing, now).await?;
    let jobs = held.jobs(&tx, tenant, &snapshots, now).await?;
    let mut snapshots: BTreeMap<CustomerId, Snapshot> = snapshots.into_iter().map(|snapshot| (snapshot.customer_id, snapshot)).collect();
    let (live, _) = tenants::live_and_now(&tx, tenant, real_now).await?;
    let used: Vec<Channel> = jobs.iter().filter_map(SendJob::channel).collect();
    let routes = Routes::load(&ctx.store, &tx, tenant, live, &used).await?;
    let mut plan = Plan::default();
    for job in &jobs {
        let snapshot = snapshots.get_mut(&job.facts.reminder.customer_id);
        let ready = ready(job, snapshot, &routes, letters.unwrap_or(&BTreeMap::new()), now);
        plan.add(tenant, job, ready, &routes, places);
    }
    sending::freeze(&tx, tenant, worker, &plan.frozen, now, real_now, LEASE_MS).await?;
    sending::finish(&tx, tenant, plan.settled, now, real_now).await?;
    ctx.store.commit(tx).await?;
    Ok(Prepared::Calls { calls: plan.calls, live })
}

fn ready(
    job: &SendJob,
    snapshot: Option<&mut Snapshot>,
    routes: &Routes,
    letters: &BTreeMap<ReminderId, Letter>,
    now: DateTime<Utc>,
) -> Ready {
    let (Some(snapshot), Some(channel)) = (snapshot, job.channel()) else {
        return message_fault("its customer or channel is not known");
    };
    match last_look(job, snapshot, now) {
        LastLook::Cancel { reason } => Ready::Ends(SendOutcome::Cancelled { reason }),
        // never the same instant again: a test tenant's clock would stand there for ever
        LastLook::Later { at, .. } => Ready::Ends(SendOutcome::Later { at: at.max(after(now, TimeDelta::minutes(1))) }),
        LastLook::Go { pay_before_on, deadline_on } => {
            let dates = PrintedDates { pay_before_on, deadline_on };
            let ready = bytes(job, dates, routes, letters, now);
            if matches!(ready, Ready::Leaves { .. }) && job.facts.reminder.copy_of.is_none() {
                // the next one of the same customer sees this one
                let channel = channel.as_str().to_owned();
                let step_key = Some(job.facts.reminder.step_key.clone());
                snapshot.contacts_made.push(ContactMade { on: job.facts.day(now), channel, step_key });
            }
            ready
        }
    }
}

/// What may have left already is not paced again: it is the same message.
fn last_look(job: &SendJob, snapshot: &Snapshot, now: DateTime<Utc>) -> LastLook {
    let Some(live) = job.live_reminder() else { return LastLook::Cancel { reason: "superseded".to_owned() } };
    if job.is_unknown() {
        let unpaced = Snapshot { contacts_made: Vec::new(), ..snapshot.clone() };
        return look_again(&unpaced, &live, now);
    }
    look_again(snapshot, &live, now)
}

fn bytes(job: &SendJob, dates: PrintedDates, routes: &Routes, letters: &BTreeMap<ReminderId, Letter>, now: DateTime<Utc>) -> Ready {
    if job.is_unknown() {
        let reminder = &job.facts.reminder;
        let dates = PrintedDates { pay_before_on: reminder.pay_before_on, deadline_on: reminder.deadline_on };
        // the same bytes, or nothing
        return match &job.frozen {
            Some(frozen) => Ready::Leaves { content: Box::new(frozen.clone()), dates },
            None => Ready::Ends(SendOutcome::Cancelled { reason: "unknown".to_owned() }),
        };
    }
    let context = message_context(&job.facts, dates, now);
    let made = if is_letter(job) {
        let letter = letters.get(&job.id()).filter(|letter| letter.context == context);
        // something changed between the layout and the lock: laid out again in a moment
        let Some(letter) = letter else { return Ready::Ends(SendOutcome::Later { at: after(now, TimeDelta::seconds(5)) }) };
        letter.content.clone()
    } else {
        let public = job.channel().and_then(|channel| routes.public(channel));
        content(&job.facts, &context, &Sender::of(public, &job.facts.settings)).map_err(|error| error.to_string())
    };
    let content = match made {
        Ok(content) => content,
        Err(error) => return message_fault(&error),
    };
    match providers::unreachable(job.channel(), &content) {
        Some(detail) => Ready::Ends(SendOutcome::Refused { scope: RefusalScope::Recipient, detail: detail.to_owned() }),
        None => Ready::Leaves { content: Box::new(content), dates },
    }
}

fn message_fault(detail: &str) -> Ready {
    Ready::Ends(SendOutcome::Refused { scope: RefusalScope::Message, detail: providers::without_addresses(detail) })
}

fn after(now: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    now.checked_add_signed(by).unwrap_or(now)
}

impl Plan {
    fn add(&mut self, tenant: TenantId, job: &SendJob, ready: Ready, routes: &Routes, places: &mut Places) {
        let id = job.id();
        let (content, dates) = match ready {
            Ready::Ends(outcome) => return self.settled.push(Settled { id, attempt: None, outcome }),
            Ready::Leaves { content, dates } => (*content, dates),
        };
        let route = job.channel().map_or_else(|| Route::Broken("no such channel".to_owned()), |channel| routes.of(channel, &content));
        if let Route::Broken(detail) = route {
            let outcome = SendOutcome::Refused { scope: RefusalScope::Account, detail };
            return self.settled.push(Settled { id, attempt: None, outcome });
        }
        let attempt = job.attempts.saturating_add(1);
        let granted = job.granted(dates.pay_before_on, dates.deadline_on);
        self.frozen.push(frozen(id, attempt, &route, &content, dates.pay_before_on, dates.deadline_on));
        if matches!(route, Route::Nowhere(_)) {
            let provider_id = content.headers.get("Message-ID").cloned();
            let outcome = SendOutcome::Sent { provider_id, granted };
            self.settled.push(Settled { id, attempt: Some(attempt), outcome });
        } else {
            let reference = job.facts.reminder.reference.clone();
            let place = places.one();
            self.calls.push(Call { id, attempt, tenant, reference, route, content, granted, place });
        }
    }
}

fn frozen(
    id: ReminderId,
    attempt: i32,
    route: &Route,
    content: &MessageContent,
    pay_before_on: Option<NaiveDate>,
    deadline_on: Option<NaiveDate>,
) -> Frozen {
    Frozen { id, attempt, provider: route.provider().to_owned(), content: content.clone(), pay_before_on, deadline_on }
}
