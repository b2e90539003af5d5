//! The calls of a batch, side by side, outside any transaction.

use std::{collections::BTreeMap, time::Duration};

use chrono::NaiveDate;
use relance_domain::{
    ids::{ReminderId, TenantId},
    records::MessageContent,
};
use relance_store::sending::{SendOutcome, Settled};
use tokio::{task::JoinSet, time::Instant};

use super::{
    SendContext,
    providers::{self, Handed, Session, SmtpServer},
    route::Route,
};

/// No call begins later than this after the batch did: the rest goes back certain not to have left.
const BEGIN_WITHIN: Duration = Duration::from_secs(5);
/// Connections to one mail server at a time.
const LANES: usize = 4;

/// A message to hand over.
#[derive(Clone)]
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
}

impl Call {
    fn settled(self, handed: Handed) -> Settled {
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

/// Makes every call; each has an outcome, in no order.
pub(super) async fn call_all(ctx: &SendContext, calls: Vec<Call>) -> Vec<Settled> {
    let begin_until = Instant::now() + BEGIN_WITHIN;
    // a call that breaks off in the middle may have left
    let mut lost: BTreeMap<ReminderId, Call> = calls.iter().map(|call| (call.id, call.clone())).collect();
    let mut tasks = JoinSet::new();
    let (mails, others): (Vec<Call>, Vec<Call>) = calls.into_iter().partition(|call| matches!(call.route, Route::Smtp(_)));
    for lane in lanes(mails) {
        let ctx = ctx.clone();
        tasks.spawn(async move { mail_lane(&ctx, lane, begin_until).await });
    }
    for call in others {
        let ctx = ctx.clone();
        tasks.spawn(async move { vec![other(&ctx, call, begin_until).await] });
    }
    let mut settled = Vec::new();
    while let Some(ended) = tasks.join_next().await {
        match ended {
            Ok(list) => settled.extend(list),
            Err(error) => tracing::error!(%error, "a call to a provider broke off"),
        }
    }
    for done in &settled {
        lost.remove(&done.id);
    }
    let broken = Handed::Unknown { detail: "the call broke off inside".to_owned() };
    settled.extend(lost.into_values().map(|call| call.settled(broken.clone())));
    settled.sort_by_key(|settled| settled.id);
    settled
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
async fn mail_lane(ctx: &SendContext, lane: Vec<Call>, begin_until: Instant) -> Vec<Settled> {
    let mut session: Option<Session> = None;
    let mut closed: Option<Handed> = None;
    let mut settled = Vec::with_capacity(lane.len());
    for call in lane {
        let handed = match (&closed, &call.route) {
            (Some(handed), _) => handed.clone(),
            (None, Route::Smtp(_)) if Instant::now() >= begin_until => too_late(),
            (None, Route::Smtp(server)) => {
                let (handed, goes_on) = mail(ctx, server, &mut session, &call).await;
                if !goes_on {
                    closed = Some(handed.clone());
                }
                handed
            }
            (None, _) => too_late(),
        };
        settled.push(call.settled(handed));
    }
    if let Some(session) = session {
        session.quit().await;
    }
    settled
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

async fn other(ctx: &SendContext, call: Call, begin_until: Instant) -> Settled {
    let handed = match &call.route {
        _ if Instant::now() >= begin_until => too_late(),
        Route::Sms(gateway) => {
            let tenant = call.tenant.to_string();
            providers::sms(&ctx.http, gateway, &tenant, &call.reference, &call.content, ctx.store.now()).await
        }
        Route::Print => providers::print(ctx.letters_dir.as_deref().map(std::path::PathBuf::as_path), &call.reference, &call.content).await,
        Route::Nowhere(_) | Route::Smtp(_) | Route::Broken(_) => too_late(),
    };
    call.settled(handed)
}

fn too_late() -> Handed {
    Handed::Transient { detail: "not tried: the batch took too long".to_owned() }
}
