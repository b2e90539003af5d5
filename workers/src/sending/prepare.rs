//! The transaction before the calls: the last look, the bytes, the attempt.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use relance_domain::{
    dunning::{ContactMade, LastLook, Snapshot, leaves_until, look_again, look_at_answer},
    ids::{CustomerId, ReminderId, TenantId},
    policy::Channel,
};
use relance_letters::from_records::{PrintedDates, Sender, content_with, message_context};
use relance_store::{
    StoreError, dunning,
    sending::{self, Doubted, RefusalScope, SendJob, SendOutcome},
    tenants,
};

use super::{
    SendContext,
    accounts::Accounts,
    call::Call,
    caps::Caps,
    gate::Places,
    paper::{self, LETTERS, Letter, is_laid_out, is_letter},
    plan::{Batch, Plan, Ready},
    providers,
    route::{Routes, name},
};

/// Real time after which a send that was not settled counts as lost: the calls of a batch take less.
const LEASE_MS: i64 = 120_000;

/// What came of the transaction.
pub(super) enum Prepared {
    /// Calls to make, of a live tenant or not.
    Calls { calls: Vec<Call>, accounts: Accounts, live: bool },
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
    if letters.is_none() {
        let more: Vec<ReminderId> = jobs.iter().filter(|job| is_laid_out(job)).map(SendJob::id).collect();
        if !more.is_empty() {
            return Ok(Prepared::Unprinted(more));
        }
    }
    let (live, _) = tenants::live_and_now(&tx, tenant, real_now).await?;
    let used: Vec<Channel> = jobs.iter().filter_map(SendJob::channel).collect();
    let routes = Routes::load(&ctx.store, &tx, tenant, live, &used).await?;
    let mut plan = Plan { caps: Caps::of(&tx, tenant, &routes, now).await?, ..Plan::default() };
    let mut all = Vec::with_capacity(jobs.len());
    for job in &jobs {
        let snapshot = snapshots.get_mut(&job.facts.reminder.customer_id);
        all.push(ready(job, snapshot, &routes, letters.unwrap_or(&BTreeMap::new()), now));
    }
    let addressed = jobs.iter().zip(&all).filter_map(|(job, ready)| addressed(job, ready)).collect::<Vec<_>>();
    let silenced = sending::suppressed(&tx, tenant, &addressed, now).await?;
    let leaving = jobs.iter().zip(&all).filter(|(_, ready)| !matches!(ready, Ready::Ends(_)));
    let leaving = leaving.flat_map(|(job, _)| routes.needed(job, now)).collect();
    plan.accounts = Accounts::of(&tx, tenant, &routes, &leaving, now).await?;
    let batch = Batch { ctx, tenant, routes: &routes, now };
    for (job, ready) in jobs.iter().zip(all) {
        let on_list = addressed_to(job, &ready).is_some_and(|to| silenced.contains(&to));
        let ready = if on_list { Ready::Ends(suppressed()) } else { ready };
        plan.add(&batch, job, ready, places);
    }
    plan.accounts.keep(&tx, tenant).await?;
    sending::freeze(&tx, tenant, worker, &plan.frozen, now, real_now, LEASE_MS).await?;
    sending::finish(&tx, tenant, plan.settled, now, real_now).await?;
    ctx.store.commit(tx).await?;
    Ok(Prepared::Calls { calls: plan.calls, accounts: plan.accounts, live })
}

/// Channel and address of a message that would leave.
fn addressed<'a>(job: &'a SendJob, ready: &'a Ready) -> Option<(&'a str, &'a str)> {
    let Ready::Leaves { content, .. } = ready else { return None };
    let channel = job.facts.reminder.channel.as_str();
    matches!(channel, "email" | "sms").then(|| Some((channel, content.to.as_deref()?))).flatten()
}

fn addressed_to(job: &SendJob, ready: &Ready) -> Option<(String, String)> {
    addressed(job, ready).map(|(channel, to)| (channel.to_owned(), to.to_owned()))
}

fn suppressed() -> SendOutcome {
    SendOutcome::Refused { scope: RefusalScope::Recipient, detail: "the address is on the list of those that take nothing".to_owned() }
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
    if let Some(doubted) = &job.doubted
        && let Some(ready) = doubted_ready(job, doubted)
    {
        return ready;
    }
    match last_look(job, snapshot, now) {
        LastLook::Cancel { reason } => Ready::Ends(SendOutcome::Cancelled { reason }),
        // never the same instant again: a test tenant's clock would stand there for ever
        LastLook::Later { at, .. } => Ready::Ends(SendOutcome::Later { at: at.max(after(now, TimeDelta::minutes(1))) }),
        LastLook::Go { pay_before_on, deadline_on } => {
            let dates = PrintedDates { pay_before_on, deadline_on };
            let mut ready = bytes(job, dates, routes, letters, now);
            if let Ready::Leaves { until, .. } = &mut ready
                && routes.fallback(name(channel)).is_some()
            {
                *until = leaves_until(snapshot, channel, now);
            }
            if let Ready::Leaves { content, .. } = &mut ready
                && is_letter(job)
                && !job.is_unknown()
            {
                paper::name_person(content, snapshot);
            }
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

/// What is done about a message that may have left, before anybody looks at whether it should; `None`: it goes
/// once more, if it still may.
fn doubted_ready(job: &SendJob, doubted: &Doubted) -> Option<Ready> {
    match (doubted.by.as_str(), &job.frozen) {
        ("repeat", _) => None,
        ("look_up", Some(frozen)) => Some(Ready::LooksUp { content: Box::new(frozen.clone()) }),
        _ => Some(Ready::Ends(SendOutcome::GaveUp)),
    }
}

/// What may have left already is not paced again: it is the same message.
fn last_look(job: &SendJob, snapshot: &Snapshot, now: DateTime<Utc>) -> LastLook {
    let Some(live) = job.live_reminder() else { return LastLook::Cancel { reason: "superseded".to_owned() } };
    let look = |snapshot: &Snapshot| match job.answers() {
        Some(occasion) => look_at_answer(snapshot, occasion, &live, job.stands(), now),
        None => look_again(snapshot, &live, now),
    };
    if job.is_unknown() {
        return look(&Snapshot { contacts_made: Vec::new(), ..snapshot.clone() });
    }
    look(snapshot)
}

fn bytes(job: &SendJob, dates: PrintedDates, routes: &Routes, letters: &BTreeMap<ReminderId, Letter>, now: DateTime<Utc>) -> Ready {
    if job.is_unknown() {
        let reminder = &job.facts.reminder;
        let dates = PrintedDates { pay_before_on: reminder.pay_before_on, deadline_on: reminder.deadline_on };
        // the same bytes, or nothing
        return match &job.frozen {
            Some(frozen) => Ready::Leaves { content: Box::new(frozen.clone()), dates, until: now },
            None => Ready::Ends(SendOutcome::Cancelled { reason: "unknown".to_owned() }),
        };
    }
    let context = message_context(&job.facts, dates, now);
    let made = if is_letter(job) {
        let letter = letters.get(&job.id()).filter(|letter| letter.is_of(job, &context));
        // something changed between the layout and the lock: laid out again in a moment
        let Some(letter) = letter else { return Ready::Ends(SendOutcome::Later { at: after(now, TimeDelta::seconds(5)) }) };
        letter.content.clone()
    } else {
        let printed = letters.get(&job.id()).filter(|letter| letter.is_of(job, &context));
        if printed.is_none() && is_laid_out(job) {
            return Ready::Ends(SendOutcome::Later { at: after(now, TimeDelta::seconds(5)) });
        }
        let statement = printed.and_then(|letter| letter.statement.clone());
        let public = job.channel().and_then(|channel| routes.public(name(channel)));
        content_with(&job.facts, &context, &Sender::of(public, &job.facts.settings), statement).map_err(|error| error.to_string())
    };
    let content = match made {
        Ok(content) => content,
        Err(error) => return message_fault(&error),
    };
    match providers::unreachable(job.channel(), &content) {
        Some(detail) => Ready::Ends(SendOutcome::Refused { scope: RefusalScope::Recipient, detail: detail.to_owned() }),
        None => Ready::Leaves { content: Box::new(content), dates, until: now },
    }
}

fn message_fault(detail: &str) -> Ready {
    Ready::Ends(SendOutcome::Refused { scope: RefusalScope::Message, detail: providers::without_addresses(detail) })
}

fn after(now: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    now.checked_add_signed(by).unwrap_or(now)
}
