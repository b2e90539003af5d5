//! `POST /v1/policies/{id}/versions/{n}/activate`.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Path},
};
use chrono::{DateTime, NaiveDate, Utc};
use relance_domain::{
    calendar::{local_day, parse_zone},
    event::EventType,
    ids::{PolicyId, TenantId},
    policy::Backlog,
    records::{EventObject, PolicyRecord, TenantRecord},
};
use relance_openapi::{
    policy::{ActivateInput, PolicyView},
    problem::Code,
};
use relance_store::{
    StoreError, Tx,
    outbox::{self, NewEvent},
    policies::{self, BacklogInvoice},
    tenants, touch,
};

use crate::{
    body::{Faults, Maybe},
    caller::{Caller, Scope},
    etag::tagged,
    problem::{Answer, Refusal},
    query::{self, path_id},
    state::App,
    trail,
};

/// Furthest spread of the first looks, in days.
const MOST_DAYS: u16 = 60;

/// Puts a version in force. `confirm_count` says how many open overdue invoices that takes in: a wrong
/// count is refused with the right one in `count`. The version of this policy in force until now is retired; cases
/// that run under it keep it until they are closed or migrated, and are not counted.
#[utoipa::path(
    tag = "policies",
    operation_id = "activate_policy_version",
    params(
        ("id" = String, Path, description = "Id of the policy."),
        ("n" = i32, Path, description = "Version."),
        ("dry_run" = Option<bool>, Query, description = "Check only.")
    ),
    request_body = ActivateInput,
    responses((status = 200, description = "In force.", body = PolicyView))
)]
#[post("/v1/policies/{id}/versions/{n}/activate")]
pub async fn activate_policy_version(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    path: Path<(String, String)>,
    body: Maybe<ActivateInput>,
) -> Answer<HttpResponse> {
    caller.require(Scope::PoliciesWrite)?;
    let dry_run = query::dry_run(&req)?;
    let (id, version): (PolicyId, i32) = (path_id(&path.0)?, path_id(&path.1)?);
    let (how, spread_days) = read(&body.0)?;
    let tx = app.store.write(caller.tenant).await?;
    let tenant = tenants::get(&tx, caller.tenant).await?;
    let (now, today) = today(&tenant, app.store.now());
    trail::before(&PolicyView::from(&policies::get_version(&tx, caller.tenant, id, version).await?));
    let policy = policies::activate(&tx, caller.tenant, id, version, now).await?;
    let list = backlog(&tx, caller.tenant, id, today).await?;
    let count = u64::try_from(list.len()).unwrap_or(u64::MAX);
    if body.0.confirm_count.unwrap_or(0) != count {
        let detail = format!("It takes in {count} open overdue invoices: confirm with \"confirm_count\": {count}.");
        return Err(Refusal::new(Code::BacklogNotConfirmed, detail).with("count", count));
    }
    let view = PolicyView::from(&policy);
    if !dry_run {
        touch::look_at_everybody(&tx, caller.tenant, now).await?;
        let rules = policy.document.validate().map_err(|faults| StoreError::inconsistent("policies", format!("{faults:?}")))?;
        policies::take_in(&tx, caller.tenant, &rules, &list, (how, spread_days), (now, today)).await?;
        outbox::append(&tx, caller.tenant, now, app.store.now(), vec![event(id, policy)]).await?;
    }
    app.conclude(tx, dry_run, tagged(i64::from(version), &view)).await
}

fn read(body: &ActivateInput) -> Answer<(Backlog, u16)> {
    let mut faults = Faults::default();
    let spread_days = body.spread_days.unwrap_or(0);
    if spread_days > MOST_DAYS {
        faults.invalid("/spread_days", format!("This must be from 0 to {MOST_DAYS}."));
    }
    let how = body.backlog.as_deref().map_or(Some(Backlog::FirstStep), Backlog::parse);
    if how.is_none() {
        faults.invalid("/backlog", "This must be one of: skip, first_step, by_age.");
    }
    Ok((faults.some(how)?, spread_days))
}

/// The tenant's now, and its civil day: overdue is judged in its zone.
pub(super) fn today(tenant: &TenantRecord, real_now: DateTime<Utc>) -> (DateTime<Utc>, NaiveDate) {
    let now = tenant.clock_at.filter(|_| !tenant.live).unwrap_or(real_now);
    (now, parse_zone(&tenant.settings.time_zone).map_or_else(|| now.date_naive(), |zone| local_day(now, zone)))
}

/// What the policy, already in force in this transaction, finds overdue.
async fn backlog(tx: &Tx, tenant: TenantId, id: PolicyId, today: NaiveDate) -> Answer<Vec<BacklogInvoice>> {
    let in_force = policies::active(tx, tenant).await?;
    Ok(policies::backlog(tx, tenant, &in_force, id, today).await?)
}

fn event(id: PolicyId, policy: PolicyRecord) -> NewEvent {
    NewEvent::new(EventType::PolicyActivated, id.0, EventObject::Policy(Box::new(policy)))
}
