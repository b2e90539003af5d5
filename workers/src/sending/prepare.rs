//! The transaction before the calls: the last look, the bytes, the attempt.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use relance_domain::{
    calendar::{local_day, parse_zone, start_of_day},
    dunning::{ContactMade, LastLook, Snapshot, look_again, look_at_answer},
    ids::{CustomerId, ReminderId, TenantId},
    policy::Channel,
    records::MessageContent,
};
use relance_letters::from_records::{PrintedDates, Sender, content_with, message_context};
use relance_store::{
    StoreError, Tx, dunning,
    sending::{self, Doubted, Frozen, RefusalScope, SendJob, SendOutcome, Settled},
    tenants,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    SendContext,
    call::{Call, Purpose},
    gate::Places,
    paper::{self, LETTERS, Letter, is_laid_out, is_letter},
    providers,
    route::{Route, Routes},
};

/// Real time after which a send that was not settled counts as lost: the calls of a batch take less.
const LEASE_MS: i64 = 120_000;

/// What the last look and the rendering made of a reminder.
enum Ready {
    Leaves {
        content: Box<MessageContent>,
        dates: PrintedDates,
    },
    /// Its provider is asked whether it has it.
    LooksUp {
        content: Box<MessageContent>,
    },
    Ends(SendOutcome),
}

/// What this transaction writes.
#[derive(Default)]
struct Plan {
    settled: Vec<Settled>,
    frozen: Vec<Frozen>,
    calls: Vec<Call>,
    /// By channel: how many may still leave today.
    caps: BTreeMap<&'static str, Cap>,
}

/// What may leave over a channel on a day.
struct Cap {
    most: u64,
    left: u64,
    tomorrow: DateTime<Utc>,
}

/// The caps of those channels of `used` that have one.
async fn caps(
    tx: &Tx,
    tenant: TenantId,
    routes: &Routes,
    used: &[Channel],
    now: DateTime<Utc>,
) -> Result<BTreeMap<&'static str, Cap>, StoreError> {
    let mut caps = BTreeMap::new();
    for (name, most) in used.iter().filter_map(|channel| routes.per_day(*channel)) {
        if caps.contains_key(name) {
            continue;
        }
        let zone = parse_zone(&tenants::get(tx, tenant).await?.settings.time_zone).unwrap_or(chrono_tz::UTC);
        let today = local_day(now, zone);
        let gone = sending::left_since(tx, tenant, name, start_of_day(today, zone)).await?;
        let tomorrow = today.succ_opt().map_or(now, |day| start_of_day(day, zone));
        caps.insert(name, Cap { most, left: most.saturating_sub(gone), tomorrow });
    }
    Ok(caps)
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
    if letters.is_none() {
        let more: Vec<ReminderId> = jobs.iter().filter(|job| is_laid_out(job)).map(SendJob::id).collect();
        if !more.is_empty() {
            return Ok(Prepared::Unprinted(more));
        }
    }
    let (live, _) = tenants::live_and_now(&tx, tenant, real_now).await?;
    let used: Vec<Channel> = jobs.iter().filter_map(SendJob::channel).collect();
    let routes = Routes::load(&ctx.store, &tx, tenant, live, &used).await?;
    let mut plan = Plan { caps: caps(&tx, tenant, &routes, &used, now).await?, ..Plan::default() };
    let mut all = Vec::with_capacity(jobs.len());
    for job in &jobs {
        let snapshot = snapshots.get_mut(&job.facts.reminder.customer_id);
        all.push(ready(job, snapshot, &routes, letters.unwrap_or(&BTreeMap::new()), now));
    }
    let addressed = jobs.iter().zip(&all).filter_map(|(job, ready)| addressed(job, ready)).collect::<Vec<_>>();
    let silenced = sending::suppressed(&tx, tenant, &addressed, now).await?;
    for (job, ready) in jobs.iter().zip(all) {
        let on_list = addressed_to(job, &ready).is_some_and(|to| silenced.contains(&to));
        let ready = if on_list { Ready::Ends(suppressed()) } else { ready };
        plan.add(ctx, tenant, job, ready, &routes, places, now);
    }
    sending::freeze(&tx, tenant, worker, &plan.frozen, now, real_now, LEASE_MS).await?;
    sending::finish(&tx, tenant, plan.settled, now, real_now).await?;
    ctx.store.commit(tx).await?;
    Ok(Prepared::Calls { calls: plan.calls, live })
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
            Some(frozen) => Ready::Leaves { content: Box::new(frozen.clone()), dates },
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
        let public = job.channel().and_then(|channel| routes.public(channel));
        content_with(&job.facts, &context, &Sender::of(public, &job.facts.settings), statement).map_err(|error| error.to_string())
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
    #[expect(clippy::too_many_arguments, reason = "one message with all that surrounds it")]
    fn add(
        &mut self,
        ctx: &SendContext,
        tenant: TenantId,
        job: &SendJob,
        ready: Ready,
        routes: &Routes,
        places: &mut Places,
        now: DateTime<Utc>,
    ) {
        let id = job.id();
        let reminder = &job.facts.reminder;
        let (content, dates, purpose) = match ready {
            Ready::Ends(outcome) => return self.end(id, outcome),
            Ready::Leaves { content, dates } => (*content, dates, Purpose::Send),
            Ready::LooksUp { content } => {
                let dates = PrintedDates { pay_before_on: reminder.pay_before_on, deadline_on: reminder.deadline_on };
                (*content, dates, Purpose::LookUp)
            }
        };
        let Some(channel) = job.channel() else { return self.end(id, broken("no such channel")) };
        let route = routes.of(channel, &content);
        if let Route::Broken(detail) = &route {
            return self.end(id, broken(detail));
        }
        // a repeat of what may have left is the same message, and counted already
        let counts = purpose == Purpose::Send && !job.is_unknown();
        if let Some((name, _)) = routes.per_day(channel).filter(|_| counts)
            && let Some(outcome) = self.count(name)
        {
            return self.end(id, outcome);
        }
        // never another provider while this one may have it
        if job.doubted.as_ref().is_some_and(|doubted| doubted.provider.as_deref() != Some(route.provider())) {
            return self.end(id, SendOutcome::GaveUp);
        }
        let granted = job.granted(dates.pay_before_on, dates.deadline_on);
        if matches!(route, Route::Nowhere(_)) {
            let attempt = job.attempts.saturating_add(1);
            self.frozen.push(frozen(id, attempt, &route, &content, dates.pay_before_on, dates.deadline_on));
            let provider_id = content.headers.get("Message-ID").cloned();
            return self.settled.push(Settled { id, attempt: Some(attempt), outcome: SendOutcome::Sent { provider_id, granted } });
        }
        let account = (tenant, channel, route.provider());
        if let Err(at) = ctx.accounts.may_leave(account, routes.per_second(channel), now) {
            return self.end(id, SendOutcome::Later { at });
        }
        let attempt = match purpose {
            Purpose::LookUp => job.attempts,
            Purpose::Send => job.attempts.saturating_add(1),
        };
        if purpose == Purpose::Send {
            self.frozen.push(frozen(id, attempt, &route, &content, dates.pay_before_on, dates.deadline_on));
        }
        let place = if purpose == Purpose::Send { places.one() } else { None };
        let callback = ctx.public_url.as_deref().zip(routes.receipt_token(channel));
        let callback = callback.map(|(url, token)| format!("{url}/v1/receipts/{token}"));
        let receipts = routes.tells_receipts(channel, callback.is_some());
        let reference = reminder.reference.clone();
        let key = key(job, attempt);
        self.calls.push(Call {
            id,
            attempt,
            purpose,
            again: job.is_unknown(),
            tenant,
            reference,
            key,
            account,
            channel,
            route,
            content,
            granted,
            callback,
            receipts,
            now,
            place,
        });
    }

    /// Counts one message against the day's limit of its channel; what becomes of it when none may leave any more.
    fn count(&mut self, name: &str) -> Option<SendOutcome> {
        let cap = self.caps.get_mut(name)?;
        let full = cap.left == 0;
        cap.left = cap.left.saturating_sub(1);
        full.then_some(SendOutcome::Capped { at: cap.tomorrow, most: cap.most })
    }

    fn end(&mut self, id: ReminderId, outcome: SendOutcome) {
        self.settled.push(Settled { id, attempt: None, outcome });
    }
}

fn broken(detail: &str) -> SendOutcome {
    SendOutcome::Refused { scope: RefusalScope::Account, detail: detail.to_owned() }
}

/// The key of an attempt: that of the first whose fate is not known, so that a provider knows the repeat.
fn key(job: &SendJob, attempt: i32) -> Uuid {
    let doubtful = job.facts.reminder.attempts.iter().find(|tried| tried.outcome == "unknown");
    let first = doubtful.map_or(attempt, |tried| tried.number);
    let digest = Sha256::digest(format!("{}:{first}", job.id()));
    let mut bytes = [0_u8; 16];
    bytes.iter_mut().zip(digest).for_each(|(byte, from)| *byte = from);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
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
