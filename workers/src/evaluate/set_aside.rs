//! What becomes of a customer that cannot be decided about: a recorded decision, a task for a person, and
//! another look tomorrow.

use chrono::{DateTime, TimeDelta, Utc};
use relance_domain::{
    calendar::{local_day, parse_zone},
    dunning::{Action, Change, Decision, NewTask, Outcome, Params, Reason, Title, Why},
    ids::{CustomerId, TenantId},
};
use relance_store::{Store, StoreError, dunning, set_aside, tenants};
use serde_json::json;

use crate::queue::WorkError;

const ABOUT: &str = "evaluation_failed";

/// Sets `customer` aside until tomorrow because of `what` (an error without contents of rows).
pub(crate) async fn customer(store: &Store, tenant: TenantId, customer: CustomerId, what: &str) -> Result<(), WorkError> {
    metrics::counter!("relance_evaluations_failed_total").increment(1);
    tracing::error!(%tenant, %customer, what, "customer set aside: it cannot be decided about");
    match record(store, tenant, customer, what).await {
        Ok(()) => Ok(()),
        Err(error) if error.is_transient() => Err(error.into()),
        Err(error) => {
            tracing::error!(%tenant, %customer, error = super::plain(&error), "no decision and no task can be recorded for it either");
            let tx = store.read(tenant).await?;
            let now = tenants::now(&tx, tenant, store.now()).await?;
            tx.commit().await.map_err(StoreError::from)?;
            Ok(set_aside::until(store, tenant, customer, tomorrow(now)).await?)
        }
    }
}

async fn record(store: &Store, tenant: TenantId, customer: CustomerId, what: &str) -> Result<(), StoreError> {
    let real_now = store.now();
    let tx = store.write(tenant).await?;
    let creditor = tenants::get(&tx, tenant).await?;
    let now = tenants::now(&tx, tenant, real_now).await?;
    let today = parse_zone(&creditor.settings.time_zone).map_or_else(|| now.date_naive(), |zone| local_day(now, zone));
    let known = set_aside::has_open_task(&tx, tenant, customer, ABOUT).await?;
    let task = NewTask {
        kind: "own_error".to_owned(),
        step_key: None,
        lines: Vec::new(),
        about: Some(ABOUT.to_owned()),
        title: Title::new(
            "This customer could not be looked at because of an internal error; nothing is sent to it. Tell your administrator.",
            "Ce client n’a pas pu être examiné en raison d’une erreur interne ; rien ne lui est envoyé. Prévenez votre administrateur.",
        ),
        due_on: today,
        assign_to: Vec::new(),
        contact_id: None,
    };
    let decision = Decision {
        customer_id: customer,
        at: now,
        outcome: Outcome::Hold,
        actions: if known { Vec::new() } else { vec![Action::CreateTask(Box::new(task))] },
        reasons: vec![Reason::new(Why::EvaluationFailed, Params::default(), "engine.evaluation", None)],
        would_change: vec![Change::ErrorMended],
        policy: None,
        next_check_at: Some(tomorrow(now)),
        invoices: Vec::new(),
    };
    dunning::record(&tx, tenant, vec![(decision, json!({ "error": what }))], now, real_now, None).await?;
    store.commit(tx).await
}

fn tomorrow(now: DateTime<Utc>) -> DateTime<Utc> {
    now + TimeDelta::days(1)
}
