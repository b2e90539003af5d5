//! The calls of a batch, side by side, outside any transaction.

use std::{collections::BTreeMap, future::Future, time::Duration};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use relance_domain::{
    ids::{ReminderId, TenantId},
    policy::Channel,
    records::MessageContent,
};
use relance_store::sending::{SendOutcome, Settled};
use tokio::{
    sync::{OwnedSemaphorePermit, mpsc},
    task::JoinSet,
    time::Instant,
};
use uuid::Uuid;

use super::{
    SendContext,
    accounts::Heard,
    providers::{self, Found, Handed, Outgoing, Session, SmtpServer},
    route::Route,
};

/// No call begins later than this after the batch did: the rest goes back certain not to have left.
const BEGIN_WITHIN: Duration = Duration::from_secs(5);
/// Outcomes that come within so long of the first are written in one transaction.
const TOGETHER: Duration = Duration::from_millis(10);
/// Connections to one mail server at a time.
const LANES: usize = 4;

/// What is called for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It is handed over.
    Send,
    /// Its provider is asked whether it has it.
    LookUp,
}

/// The other provider of the channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Beside {
    /// There is none, or it is none of its business.
    Nothing,
    /// This one is the first; a fallback stands ready.
    Fallback {
        /// Until when the message still leaves on this day.
        until: DateTime<Utc>,
    },
    /// This one is the fallback.
    First {
        /// Why the first is left out.
        why: String,
    },
}

/// A message to hand over or to ask for.
pub(super) struct Call {
    pub id: ReminderId,
    /// Its number; of a look-up, the one that is asked for.
    pub attempt: i32,
    pub purpose: Purpose,
    /// It may have been handed over before.
    pub again: bool,
    pub tenant: TenantId,
    /// Our reference, which the provider may give back.
    pub reference: String,
    /// Against a second copy, where the provider knows such a thing.
    pub key: Uuid,
    /// The settings that it leaves by.
    pub by: &'static str,
    pub beside: Beside,
    pub channel: Channel,
    pub route: Route,
    pub content: MessageContent,
    /// Step → day given by the message.
    pub granted: BTreeMap<String, NaiveDate>,
    /// Where receipts go.
    pub callback: Option<String>,
    /// Will any come?
    pub receipts: bool,
    /// The tenant's clock when it was prepared.
    pub now: DateTime<Utc>,
    /// Its place among what is frozen.
    pub place: Option<OwnedSemaphorePermit>,
}

/// A call that ended.
pub(super) struct Ended {
    pub settled: Settled,
    /// What its account must hear.
    pub heard: Option<Heard>,
}

impl From<Settled> for Ended {
    fn from(settled: Settled) -> Self {
        Self { settled, heard: None }
    }
}

impl Call {
    fn ended(self, began: Instant, handed: Handed) -> Ended {
        drop(self.place);
        let took = TimeDelta::from_std(began.elapsed()).unwrap_or_default();
        let heard = Heard { by: self.by, handed: handed.clone(), at: self.now + took };
        let (receipts, asked) = (self.receipts, self.route.can_be_asked());
        let outcome = match handed {
            Handed::Accepted { provider_id } => SendOutcome::Sent { provider_id, granted: self.granted },
            Handed::Refused { scope, detail } => SendOutcome::Refused { scope, detail },
            Handed::Throttled { retry_after, detail } => SendOutcome::Throttled { retry_after, detail },
            Handed::Transient { detail } => SendOutcome::Transient { detail },
            Handed::Unknown { detail } => SendOutcome::Unknown { detail, receipts, asked, alarm: false },
        };
        let outcome = match self.beside {
            Beside::First { why } => SendOutcome::ByFallback { why, outcome: Box::new(outcome) },
            Beside::Fallback { until } if !matches!(outcome, SendOutcome::Sent { .. }) => {
                SendOutcome::Spared { until, outcome: Box::new(outcome) }
            }
            _ => outcome,
        };
        Ended { settled: Settled { id: self.id, attempt: Some(self.attempt), outcome }, heard: Some(heard) }
    }

    /// May a receipt of it come before its outcome is written?
    pub(super) fn is_tracked(&self) -> bool {
        matches!(self.route, Route::Vendor(..) | Route::Post(..))
    }

    fn found(self, found: Found) -> Ended {
        let settled = match found {
            Found::Taken { provider_id } => {
                let outcome = SendOutcome::Sent { provider_id, granted: self.granted };
                Settled { id: self.id, attempt: Some(self.attempt), outcome }
            }
            found => Settled { id: self.id, attempt: None, outcome: SendOutcome::LookedUp { found, receipts: self.receipts } },
        };
        settled.into()
    }

    fn outgoing<'a>(&'a self, tenant: &'a str, now: DateTime<Utc>) -> Outgoing<'a> {
        let callback = self.callback.as_deref();
        Outgoing { reference: &self.reference, tenant, key: self.key, content: &self.content, callback, now }
    }
}

/// Makes every call and hands what ended to `settle`, in no order: what ends together is settled together,
/// and a slow call holds nobody else's outcome back. Each call has an outcome, also one that breaks off.
pub(super) async fn call_all<F: Future<Output = ()>>(ctx: &SendContext, calls: Vec<Call>, mut settle: impl FnMut(Vec<Ended>) -> F) {
    let begin_until = Instant::now() + BEGIN_WITHIN;
    let mut open: BTreeMap<ReminderId, (i32, Purpose)> = calls.iter().map(|call| (call.id, (call.attempt, call.purpose))).collect();
    // dropped with this future, the calls end with it
    let mut tasks = JoinSet::new();
    let (ended, mut outcomes) = mpsc::unbounded_channel();
    let (mails, others): (Vec<Call>, Vec<Call>) =
        calls.into_iter().partition(|call| call.purpose == Purpose::Send && matches!(call.route, Route::Smtp(_)));
    for lane in lanes(mails) {
        tasks.spawn(mail_lane(ctx.clone(), lane, begin_until, ended.clone()));
    }
    for call in others {
        tasks.spawn(other(ctx.clone(), call, begin_until, ended.clone()));
    }
    drop(ended);
    while let Some(first) = outcomes.recv().await {
        let mut list = vec![first];
        let until = Instant::now() + TOGETHER;
        while list.len() < open.len() {
            let Ok(Some(next)) = tokio::time::timeout_at(until, outcomes.recv()).await else { break };
            list.push(next);
        }
        for done in &list {
            open.remove(&done.settled.id);
        }
        list.sort_by_key(|ended| ended.settled.id);
        settle(list).await;
    }
    if !open.is_empty() {
        tracing::error!(calls = open.len(), "calls to a provider broke off");
        let broken = |(id, (attempt, purpose))| match purpose {
            // it may have left
            Purpose::Send => {
                let detail = "the call broke off inside".to_owned();
                Settled { id, attempt: Some(attempt), outcome: SendOutcome::Unknown { detail, receipts: false, asked: true, alarm: false } }
            }
            Purpose::LookUp => Settled { id, attempt: None, outcome: SendOutcome::LookedUp { found: Found::Unclear, receipts: false } },
        };
        settle(open.into_iter().map(broken).map(Ended::from).collect()).await;
    }
}

fn lanes(mails: Vec<Call>) -> Vec<Vec<Call>> {
    let mut lanes: Vec<Vec<Call>> = (0..LANES.min(mails.len())).map(|_| Vec::new()).collect();
    let count = lanes.len().max(1);
    for (at, call) in mails.into_iter().enumerate() {
        if let Some(lane) = lanes.get_mut(at % count) {
            lane.push(call);
        }
    }
    lanes
}

/// Mails one after the other over one connection. When the server cannot be reached or refuses us, the
/// rest of the lane is not tried.
async fn mail_lane(ctx: SendContext, lane: Vec<Call>, begin_until: Instant, ended: mpsc::UnboundedSender<Ended>) {
    let mut session: Option<Session> = None;
    let mut closed: Option<Handed> = None;
    for call in lane {
        let _in_flight = ctx.gate.call().await;
        let began = Instant::now();
        let handed = match (&closed, &call.route) {
            (Some(handed), _) => handed.clone(),
            (None, Route::Smtp(_)) if Instant::now() >= begin_until => too_late(),
            (None, Route::Smtp(server)) => {
                let (handed, goes_on) = mail(&ctx, server, &mut session, &call).await;
                if !goes_on {
                    closed = Some(handed.clone());
                }
                handed
            }
            (None, _) => too_late(),
        };
        let _ = ended.send(call.ended(began, handed)); // heard as long as the lane runs
    }
    if let Some(session) = session {
        session.quit().await;
    }
}

/// One mail; false when the server takes none from us now.
async fn mail(ctx: &SendContext, server: &SmtpServer, session: &mut Option<Session>, call: &Call) -> (Handed, bool) {
    let now = ctx.store.now();
    if session.is_none() {
        match Session::open(&ctx.http, server).await {
            Ok(open) => *session = Some(open),
            Err(handed) => return (handed, false),
        }
    }
    let Some(open) = session.as_mut() else { return (too_late(), false) };
    let handed = open.send(&call.content, now).await;
    if open.is_spent() {
        *session = None;
    }
    (handed, true)
}

async fn other(ctx: SendContext, call: Call, begin_until: Instant, ended: mpsc::UnboundedSender<Ended>) {
    let _in_flight = ctx.gate.call().await;
    let began = Instant::now();
    let (tenant, now) = (call.tenant.to_string(), ctx.store.now());
    let done = match &call.route {
        Route::Vendor(vendor, account) if call.purpose == Purpose::LookUp => {
            let found = vendor.look_up(&ctx.http, account, &call.outgoing(&tenant, now)).await;
            call.found(found)
        }
        Route::Post(post, account) if call.purpose == Purpose::LookUp => {
            let found = post.look_up(&ctx.http, &ctx.tokens, account, call.channel.as_str(), &call.outgoing(&tenant, now)).await;
            call.found(found)
        }
        _ if call.purpose == Purpose::LookUp => call.found(Found::Unclear),
        _ if began >= begin_until => call.ended(began, too_late()),
        Route::Vendor(vendor, account) => {
            let handed = vendor.send(&ctx.http, account, &call.outgoing(&tenant, now)).await;
            call.ended(began, handed)
        }
        Route::Post(post, account) => {
            let message = call.outgoing(&tenant, now);
            let channel = call.channel.as_str();
            let handed = match call.again {
                false => post.send(&ctx.http, &ctx.tokens, account, channel, &message).await,
                true => post.send_again(&ctx.http, &ctx.tokens, account, channel, &message).await,
            };
            call.ended(began, handed)
        }
        Route::Print => {
            let folder = ctx.letters_dir.as_deref().map(std::path::PathBuf::as_path);
            let handed = providers::print(folder, &call.reference, &call.content).await;
            call.ended(began, handed)
        }
        Route::Nowhere(_) | Route::Smtp(_) | Route::Broken(_) => call.ended(began, too_late()),
    };
    let _ = ended.send(done); // heard as long as the call runs
}

fn too_late() -> Handed {
    Handed::Transient { detail: "not tried: the batch took too long".to_owned() }
}
