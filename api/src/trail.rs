//! What the audit log says of a request: who, what, to which thing, and what it was before and afterwards. Endpoints
//! say nothing but `before`; the rest is known of every request that changes something.

use std::sync::{Arc, Mutex, PoisonError};

use actix_web::{
    Error, HttpMessage, HttpResponse,
    body::{BoxBody, MessageBody, to_bytes},
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
};
use relance_domain::ids::TenantId;
use relance_openapi::problem::Code;
use relance_store::{
    Tx,
    audit::{self, Deed, Who, sha256},
};
use serde::Serialize;
use serde_json::Value;

use crate::{
    caller::{Caller, current_request_id},
    network::Client,
    operations::Operation,
    problem::{Answer, Refusal},
    state::App,
};

/// Members of an answer that are shown once: they are no part of what a thing is.
const SHOWN_ONCE: [&str; 2] = ["api_key", "secret"];

/// What is known of a request before it runs.
#[derive(Debug)]
struct Trail {
    /// None for the operator, who has no tenant until he made one.
    tenant: Option<TenantId>,
    who: Who,
    action: &'static str,
    resource_type: String,
    resource_id: Option<String>,
    before: Mutex<Option<String>>,
}

tokio::task_local! {
    static TRAIL: Arc<Trail>;
}

/// Keeps in mind who calls, for the audit log: the innermost layer, since others start tasks.
///
/// # Errors
/// None of its own.
pub async fn on_record<B: MessageBody + 'static>(req: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<BoxBody>, Error> {
    let trail = trail_of(&req);
    Ok(match trail {
        Some(trail) => TRAIL.scope(Arc::new(trail), next.call(req)).await?,
        None => next.call(req).await?,
    }
    .map_into_boxed_body())
}

fn trail_of(req: &ServiceRequest) -> Option<Trail> {
    let operation = *req.extensions().get::<&'static Operation>()?;
    if !operation.is_audited() {
        return None;
    }
    let caller = req.extensions().get::<Caller>().cloned();
    let client = req.extensions().get::<Client>().copied();
    let who = Who {
        kind: caller.as_ref().map_or("operator", |caller| caller.actor.kind()),
        id: caller.as_ref().map(|caller| caller.actor.id()),
        request_id: Some(current_request_id()),
        address: client.and_then(|client| client.address).map(|address| address.to_string()),
    };
    Some(Trail {
        tenant: caller.map(|caller| caller.tenant),
        who,
        action: operation.id,
        resource_type: operation.resource_type(),
        resource_id: operation.resource_id(req.path()),
        before: Mutex::default(),
    })
}

/// What the thing was before the change, as it is read.
pub fn before(view: &impl Serialize) {
    let kept = TRAIL.try_with(|trail| {
        let digest = serde_json::to_value(view).ok().map(|view| digest(&view));
        *trail.before.lock().unwrap_or_else(PoisonError::into_inner) = digest;
    });
    if kept.is_err() {
        tracing::debug!("a change outside a request is not audited here");
    }
}

fn digest(view: &Value) -> String {
    sha256(view.to_string().as_bytes())
}

impl App {
    /// Writes what was done into the audit log, in the transaction of the change; gives the answer back.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn audited(&self, tx: &Tx, answer: HttpResponse) -> Answer<HttpResponse> {
        let Ok(trail) = TRAIL.try_with(Arc::clone) else { return Ok(answer) };
        let (head, body) = answer.into_parts();
        let bytes = to_bytes(body).await.map_err(|_| Refusal::new(Code::Internal, "The answer broke off."))?;
        let mut view: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        let answered = head.set_body(BoxBody::new(bytes));
        if let Some(members) = view.as_object_mut() {
            members.retain(|name, _| !SHOWN_ONCE.contains(&name.as_str()));
        }
        let made = ["id", "tenant_id"].into_iter().find_map(|name| view.get(name)?.as_str());
        let made_tenant = || view.get("tenant_id")?.as_str()?.parse().ok();
        let Some(tenant) = trail.tenant.or_else(made_tenant) else { return Ok(answered) };
        let deed = Deed {
            action: trail.action.to_owned(),
            resource_type: trail.resource_type.clone(),
            resource_id: trail.resource_id.clone().or_else(|| made.map(str::to_owned)),
            before: trail.before.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            after: (!view.is_null()).then(|| digest(&view)),
        };
        audit::record(tx, tenant, &trail.who, deed, self.store.now()).await?;
        Ok(answered)
    }
}
