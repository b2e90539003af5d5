//! `POST /v1/tasks/{id}/complete`.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Path},
};
use relance_domain::ids::{CustomerId, InvoiceId, TaskId};
use relance_openapi::{
    promise::PromiseView,
    task::{CompletedTask, CompletionInput, PromisedInput, TaskView},
};
use relance_store::dunning::{
    promises::NewPromise,
    tasks::{self, Completion},
};

use crate::{
    body::{Body, Faults, no_threat},
    caller::{Caller, Scope},
    etag::tagged,
    named::{person, words},
    problem::Answer,
    query::{self, path_id},
    state::App,
    trail,
};

/// Completes a task. A completed call or visit counts as a contact that was tried; a promise made in it is recorded.
#[utoipa::path(
    tag = "tasks",
    operation_id = "complete_task",
    params(
        ("id" = String, Path, description = "Id of the task."),
        ("dry_run" = Option<bool>, Query, description = "Check only.")
    ),
    request_body = CompletionInput,
    responses((status = 200, description = "Completed.", body = CompletedTask))
)]
#[post("/v1/tasks/{id}/complete")]
pub async fn complete_task(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    id: Path<String>,
    Body(body): Body<CompletionInput>,
) -> Answer<HttpResponse> {
    caller.require(Scope::RemindersWrite)?;
    let dry_run = query::dry_run(&req)?;
    let id: TaskId = path_id(&id)?;
    let tx = app.store.write(caller.tenant).await?;
    let open = tasks::get(&tx, caller.tenant, id).await?;
    trail::before(&TaskView::from(&open));
    let done = read(body, open.customer_id)?;
    let (task, promise) = tasks::complete(&tx, caller.tenant, id, done, app.store.now()).await?;
    let promise = promise.as_ref().map(|record| PromiseView { id: (!dry_run).then(|| record.id.to_string()), ..PromiseView::from(record) });
    app.conclude(tx, dry_run, tagged(task.row_version, &CompletedTask { task: TaskView::from(&task), promise })).await
}

fn read(body: CompletionInput, customer: Option<CustomerId>) -> Answer<Completion> {
    let mut faults = Faults::default();
    faults.text("/outcome", &body.outcome, 100);
    words(&mut faults, "/reason_code", body.reason_code.as_deref(), 100);
    words(&mut faults, "/comment", body.comment.as_deref(), 5_000);
    words(&mut faults, "/summary", body.summary.as_deref(), 2_000);
    body.summary.iter().for_each(|text| no_threat("/summary", text, &mut faults));
    let by = person(&mut faults, "/by", &body.by);
    let promise = body.promise.and_then(|said| promise(&mut faults, said, customer));
    let invoice_ids = ids(&mut faults, "/invoice_ids", body.invoice_ids);
    let expected_on = body.expected_on.as_deref().and_then(|text| faults.day("/expected_on", text));
    faults.check()?;
    let CompletionInput { outcome, reason_code, comment, summary, .. } = body;
    Ok(Completion { outcome, reason_code, comment, summary, by, invoice_ids, expected_on, promise })
}

/// Ids of a list; each that does not read is noted.
pub(in crate::endpoints) fn ids(faults: &mut Faults, pointer: &str, list: Option<Vec<String>>) -> Vec<InvoiceId> {
    let list = list.unwrap_or_default();
    list.iter().enumerate().filter_map(|(at, id)| faults.id(&format!("{pointer}/{at}"), id)).collect()
}

fn promise(faults: &mut Faults, said: PromisedInput, customer: Option<CustomerId>) -> Option<NewPromise> {
    let Some(customer_id) = customer else {
        faults.invalid("/promise", "The task is about no customer: nobody can promise anything.");
        return None;
    };
    let currency = faults.currency("/promise/currency", &said.currency);
    let amount = currency.and_then(|currency| faults.positive("/promise/amount", &said.amount, currency));
    let promised_on = faults.day("/promise/promised_on", &said.promised_on);
    words(faults, "/promise/method", said.method.as_deref(), 100);
    words(faults, "/promise/made_by", said.made_by.as_deref(), 200);
    let ids = said.invoice_ids.unwrap_or_default();
    let invoice_ids: Vec<_> = ids.iter().enumerate().filter_map(|(at, id)| faults.id(&format!("/promise/invoice_ids/{at}"), id)).collect();
    let (amount, promised_on) = amount.zip(promised_on)?;
    Some(NewPromise { customer_id, invoice_ids, amount, promised_on, method: said.method, made_by: said.made_by })
}
