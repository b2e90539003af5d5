//! The calls of a batch, side by side, outside any transaction.

use std::{collections::BTreeMap, future::Future, time::Duration};

use chrono::NaiveDate;
use relance_domain::{
    ids::{ReminderId, TenantId},
    records::MessageContent,
};
use relance_store::sending::{SendOutcome, Settled};
use tokio::{
    sync::{OwnedSemaphorePermit, mpsc},
    task::JoinSet,
    time::Instant,
};

use super::{
    SendContext,
    providers::{self, Handed, Session, SmtpServer},
    route::Route,
};

/// No call begins later than this after the batch did: the rest goes back certain not to have left.
const BEGIN_WITHIN: Duration = Duration::from_secs(5);
/// Outcomes that come within so long of the first are written in one transaction.
const TOGETHER: Duration = Duration::from_millis(10);
/// Connections to one mail server at a time.
const LANES: usize = 4;

/// A message to hand over.
pub(super) struct Call {
    pub id: ReminderId,
    pub attempt: i32,
    pub tenant: TenantId,
    /// Our reference, which the provider may give back.
    pub reference: String,
    pub route: Route,
    pub content: MessageContent,
    /// Step → day given by the message.
    pub granted: BTreeMap<String, NaiveDate>,
    /// Its place among what is frozen.
    pub place: Option<OwnedSemaphorePermit>,
}

impl Call {
    fn settled(self, handed: Handed) -> Settled {
        drop(self.place);
        let outcome = match handed {
            Handed::Accepted { provider_id } => SendOutcome::Sent { provider_id, granted: self.granted },
            Handed::Refused { scope, detail } => SendOutcome::Refused { scope, detail },
            Handed::Throttled { retry_after, detail } => SendOutcome::Throttled { retry_after, detail },
            Handed::Transient { detail } => SendOutcome::Transient { detail },
            Handed::Unknown { detail } => SendOutcome::Unknown { detail },
        };
        Settled { id: self.id, attempt: Some(self.attempt), outcome }
    }
}

/// Makes every call and hands what ended to `settle`, in no order: what ends together is settled together,
/// and a slow call holds nobody else's outcome back. Each call has an outcome, also one that breaks off.
pub(super) async fn call_all<F: Future<Output = ()>>(ctx: &SendContext, calls: Vec<Call>, mut settle: impl FnMut(Vec<Settled>) -> F) {
    let begin_until = Instant::now() + BEGIN_WITHIN;
    let mut open: BTreeMap<ReminderId, i32> = calls.iter().map(|call| (call.id, call.attempt)).collect();
    // dropped with this future, the calls end with it
    let mut tasks = JoinSet::new();
    let (ended, mut outcomes) = mpsc::unbounded_channel();
    let (mails, others): (Vec<Call>, Vec<Call>) = calls.into_iter().partition(|call| matches!(call.route, Route::Smtp(_)));
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
            open.remove(&done.id);
        }
        list.sort_by_key(|settled| settled.id);
        settle(list).await;
    }
    if !open.is_empty() {
        tracing::error!(calls = open.len(), "calls to a provider broke off");
        let broken = |(id, attempt)| {
            // it may have left
            let outcome = SendOutcome::Unknown { detail: "the call broke off inside".to_owned() };
            Settled { id, attempt: Some(attempt), outcome }
        };
        settle(open.into_iter().map(broken).collect()).await;
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
async fn mail_lane(ctx: SendContext, lane: Vec<Call>, begin_until: Instant, ended: mpsc::UnboundedSender<Settled>) {
    let mut session: Option<Session> = None;
    let mut closed: Option<Handed> = None;
    for call in lane {
        let _in_flight = ctx.gate.call().await;
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
        let _ = ended.send(call.settled(handed)); // heard as long as the lane runs
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

async fn other(ctx: SendContext, call: Call, begin_until: Instant, ended: mpsc::UnboundedSender<Settled>) {
    let _in_flight = ctx.gate.call().await;
    let handed = match &call.route {
        _ if Instant::now() >= begin_until => too_late(),
        Route::Sms(gateway) => {
            let tenant = call.tenant.to_string();
            providers::sms(&ctx.http, gateway, &tenant, &call.reference, &call.content, ctx.store.now()).await
        }
        Route::Print => providers::print(ctx.letters_dir.as_deref().map(std::path::PathBuf::as_path), &call.reference, &call.content).await,
        Route::Nowhere(_) | Route::Smtp(_) | Route::Broken(_) => too_late(),
    };
    let _ = ended.send(call.settled(handed)); // heard as long as the call runs
}

fn too_late() -> Handed {
    Handed::Transient { detail: "not tried: the batch took too long".to_owned() }
}
