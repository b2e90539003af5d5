//! What leaves, by whom, and what is written before it does.

use chrono::{DateTime, NaiveDate, Utc};
use relance_domain::{
    ids::{ReminderId, TenantId},
    policy::Channel,
    records::MessageContent,
    sending::{Stopped, Way, way},
};
use relance_letters::from_records::{PrintedDates, Sender, said_by};
use relance_store::sending::{Doubted, Frozen, RefusalScope, SendJob, SendOutcome, Settled};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    SendContext,
    accounts::Accounts,
    call::{Beside, Call, Purpose},
    caps::Caps,
    gate::Places,
    route::{Route, Routes, name},
};

/// What the last look and the rendering made of a reminder.
pub(super) enum Ready {
    Leaves {
        content: Box<MessageContent>,
        dates: PrintedDates,
        /// Until when it still leaves on this day, where it may leave by a fallback.
        until: DateTime<Utc>,
    },
    /// Its provider is asked whether it has it.
    LooksUp {
        content: Box<MessageContent>,
    },
    Ends(SendOutcome),
}

/// What this transaction writes.
#[derive(Default)]
pub(super) struct Plan {
    pub settled: Vec<Settled>,
    pub frozen: Vec<Frozen>,
    pub calls: Vec<Call>,
    pub accounts: Accounts,
    pub caps: Caps,
}

/// What the messages of a batch have in common.
pub(super) struct Batch<'a> {
    pub ctx: &'a SendContext,
    pub tenant: TenantId,
    pub routes: &'a Routes,
    pub now: DateTime<Utc>,
}

/// The provider that a message goes to.
struct Course {
    /// Whose settings it goes by.
    by: &'static str,
    route: Route,
    /// In that sender's name.
    content: MessageContent,
    beside: Beside,
}

impl Plan {
    /// Adds what becomes of a message.
    pub(super) fn add(&mut self, batch: &Batch<'_>, job: &SendJob, ready: Ready, places: &mut Places) {
        let id = job.id();
        let reminder = &job.facts.reminder;
        let (content, dates, purpose, until) = match ready {
            Ready::Ends(outcome) => return self.end(id, outcome),
            Ready::Leaves { content, dates, until } => (*content, dates, Purpose::Send, until),
            Ready::LooksUp { content } => {
                let dates = PrintedDates { pay_before_on: reminder.pay_before_on, deadline_on: reminder.deadline_on };
                (*content, dates, Purpose::LookUp, batch.now)
            }
        };
        let Some(channel) = job.channel() else { return self.end(id, broken("no such channel")) };
        let Course { by, route, content, beside } = match self.course(batch, job, channel, content, until) {
            Ok(course) => course,
            Err(outcome) => return self.end(id, outcome),
        };
        // a repeat of what may have left is the same message, and counted already
        let counts = purpose == Purpose::Send && !job.is_unknown();
        if counts && let Some(outcome) = self.caps.count(by) {
            return self.end(id, outcome);
        }
        let granted = job.granted(dates.pay_before_on, dates.deadline_on);
        let frozen = |attempt: i32, route: &Route, content: &MessageContent| {
            frozen(id, attempt, (route.provider(), via(by, channel)), content, dates.pay_before_on, dates.deadline_on)
        };
        if matches!(route, Route::Nowhere(_)) {
            let attempt = job.attempts.saturating_add(1);
            self.frozen.push(frozen(attempt, &route, &content));
            let provider_id = content.headers.get("Message-ID").cloned();
            return self.settled.push(Settled { id, attempt: Some(attempt), outcome: SendOutcome::Sent { provider_id, granted } });
        }
        if let Err(stop) = self.accounts.may_call(by, purpose, batch.now) {
            return self.end(id, SendOutcome::Later { at: stop.at });
        }
        let attempt = match purpose {
            Purpose::LookUp => job.attempts,
            Purpose::Send => job.attempts.saturating_add(1),
        };
        if purpose == Purpose::Send {
            self.frozen.push(frozen(attempt, &route, &content));
        }
        let place = if purpose == Purpose::Send { places.one() } else { None };
        let callback = batch.ctx.public_url.as_deref().zip(batch.routes.receipt_token(by));
        let callback = callback.map(|(url, token)| format!("{url}/v1/receipts/{token}"));
        let receipts = batch.routes.tells_receipts(by, callback.is_some());
        self.calls.push(Call {
            id,
            attempt,
            purpose,
            again: job.is_unknown(),
            tenant: batch.tenant,
            reference: reminder.reference.clone(),
            key: key(job, attempt),
            by,
            beside,
            channel,
            route,
            content,
            granted,
            callback,
            receipts,
            now: batch.now,
            place,
        });
    }

    /// Whom it goes to: the first provider, or the fallback when it is known that the first does not have it; or what becomes
    /// of it when it goes to neither now.
    fn course(
        &self,
        batch: &Batch<'_>,
        job: &SendJob,
        channel: Channel,
        content: MessageContent,
        until: DateTime<Utc>,
    ) -> Result<Course, SendOutcome> {
        let (routes, first) = (batch.routes, name(channel));
        if let Some(doubted) = &job.doubted {
            return whose(routes, doubted, channel, content);
        }
        let route = routes.of(channel, first, &content);
        let alone = |route: Route, content, beside| match route {
            Route::Broken(detail) => Err(broken(&detail)),
            route => Ok(Course { by: first, route, content, beside }),
        };
        let Some(fallback) = routes.fallback(first).filter(|_| job.nobody_has_it() && !matches!(route, Route::Nowhere(_))) else {
            return alone(route, content, Beside::Nothing);
        };
        let stopped = self.accounts.is_open(first, batch.now);
        let amiss = if let Route::Broken(detail) = &route { Some(detail.clone()) } else { None };
        match way(job.diverted || amiss.is_some(), stopped, self.accounts.is_open(fallback, batch.now), until) {
            Way::Wait { at } => Err(SendOutcome::Later { at }),
            Way::First => alone(route, content, Beside::Fallback { until }),
            Way::Fallback => {
                let content = said_by(&content, &job.facts, &Sender::of(routes.public(fallback), &job.facts.settings));
                let why = amiss.or_else(|| refusal(job, first)).unwrap_or_else(|| {
                    let paused = stopped.is_err_and(|stop| stop.why == Stopped::Paused);
                    if paused { "its provider asked for a pause" } else { "its provider is left in peace for now" }.to_owned()
                });
                match routes.of(channel, fallback, &content) {
                    Route::Broken(detail) => Err(broken(&detail)),
                    route => Ok(Course { by: fallback, route, content, beside: Beside::First { why } }),
                }
            }
        }
    }

    fn end(&mut self, id: ReminderId, outcome: SendOutcome) {
        self.settled.push(Settled { id, attempt: None, outcome });
    }
}

impl Routes {
    /// The settings whose accounts a message that leaves needs.
    pub(super) fn needed(&self, job: &SendJob, now: DateTime<Utc>) -> impl Iterator<Item = &'static str> + use<> {
        let first = job.channel().map_or("", name);
        let at_rest = self.account(first).is_some_and(|(_, account)| account.is_at_rest(now));
        let fallback = self.fallback(first).filter(|_| job.diverted || job.doubted.is_some() || !at_rest);
        std::iter::once(first).chain(fallback)
    }
}

/// Never another provider while this one may have it.
fn whose(routes: &Routes, doubted: &Doubted, channel: Channel, content: MessageContent) -> Result<Course, SendOutcome> {
    let provider = doubted.provider.as_deref();
    let by = routes.of_attempt(name(channel), doubted.via.as_deref(), provider).ok_or(SendOutcome::GaveUp)?;
    match routes.of(channel, by, &content) {
        Route::Broken(detail) => Err(broken(&detail)),
        route if Some(route.provider()) != provider => Err(SendOutcome::GaveUp),
        route => Ok(Course { by, route, content, beside: Beside::Nothing }),
    }
}

/// What the first provider said when it did not take it.
fn refusal(job: &SendJob, first: &str) -> Option<String> {
    job.facts.reminder.attempts.iter().rev().find(|tried| tried.via == first)?.detail.clone()
}

fn broken(detail: &str) -> SendOutcome {
    SendOutcome::Refused { scope: RefusalScope::Account, detail: detail.to_owned() }
}

/// The word kept with an attempt; what is only an event leaves by no settings.
fn via(by: &'static str, channel: Channel) -> &'static str {
    if by.is_empty() { channel.as_str() } else { by }
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
    (provider, via): (&'static str, &'static str),
    content: &MessageContent,
    pay_before_on: Option<NaiveDate>,
    deadline_on: Option<NaiveDate>,
) -> Frozen {
    let (provider, via) = (provider.to_owned(), via.to_owned());
    Frozen { id, attempt, provider, via, content: content.clone(), pay_before_on, deadline_on }
}
