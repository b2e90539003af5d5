//! `GET /v1/tasks/{id}/sheet`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use chrono::{DateTime, Days, Utc};
use relance_domain::{
    calendar::{local_day, parse_zone},
    dunning::{InvoiceFacts, Snapshot},
    ids::{TaskId, TenantId},
    records::TaskRecord,
};
use relance_openapi::{
    problem::Code,
    sheet::{Sheet, SheetContact, SheetCustomer, SheetInvoice, six_steps},
    task::TaskView,
    time::day,
};
use relance_store::{
    Tx,
    dunning::{self, promises, tasks, timeline},
    tenants,
};

use crate::{
    caller::{Caller, Scope},
    problem::{Answer, Refusal},
    query::{self, path_id},
    state::App,
};

/// How much of the past a sheet shows.
const HISTORY: u64 = 20;
const PROMISES: u64 = 5;

/// What a person needs before dialling: whom to call, what is open, disputed and not yet due, the last promises,
/// what happened lately, and six steps to tick.
#[utoipa::path(
    tag = "tasks",
    operation_id = "get_task_sheet",
    params(("id" = String, Path, description = "Id of the task.")),
    responses((status = 200, description = "The sheet.", body = Sheet))
)]
#[get("/v1/tasks/{id}/sheet")]
pub async fn get_task_sheet(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let id: TaskId = path_id(&id)?;
    let tx = app.store.read(caller.tenant).await?;
    let now = tenants::now(&tx, caller.tenant, app.store.now()).await?;
    let task = tasks::get(&tx, caller.tenant, id).await?;
    let no_customer = || Refusal::new(Code::WrongState, "The task is about no customer: there is no sheet of one.");
    let customer = task.customer_id.ok_or_else(no_customer)?;
    let list = dunning::snapshots(&tx, caller.tenant, &[customer], now).await?;
    let snapshot = list.into_iter().next().ok_or_else(Refusal::not_found)?;
    Ok(HttpResponse::Ok().json(sheet(&tx, caller.tenant, &task, &snapshot, now).await?))
}

async fn sheet(tx: &Tx, tenant: TenantId, task: &TaskRecord, snapshot: &Snapshot, now: DateTime<Utc>) -> Answer<Sheet> {
    let today = parse_zone(&snapshot.settings.time_zone).map_or_else(|| now.date_naive(), |zone| local_day(now, zone));
    let limits = dunning::promise_limits(tx, tenant, snapshot.customer_id).await?;
    let filter = promises::Filter { customer_id: Some(snapshot.customer_id), status: Vec::new() };
    let promised = promises::list(tx, tenant, &filter, None, PROMISES).await?;
    let history = timeline::list(tx, tenant, snapshot.customer_id, None, HISTORY).await?;
    let open = |wanted: &dyn Fn(&InvoiceFacts) -> bool| -> Vec<SheetInvoice> {
        snapshot.invoices.iter().filter(|invoice| invoice.amount_due > 0 && wanted(invoice)).map(Into::into).collect()
    };
    let called = |contact: &&relance_domain::customer::Contact| Some(contact.id) == task.contact_id;
    Ok(Sheet {
        task: TaskView::from(task),
        customer: SheetCustomer::new(snapshot.customer_id.to_string(), &snapshot.customer),
        contact: snapshot.contacts.iter().find(called).map(SheetContact::from),
        other_contacts: snapshot.contacts.iter().filter(|contact| !called(contact)).map(Into::into).collect(),
        overdue: open(&|invoice| invoice.due_on < today),
        disputed: open(&|invoice| invoice.disputed > 0),
        not_yet_due: open(&|invoice| invoice.due_on >= today),
        promises: promised.iter().map(Into::into).collect(),
        promise_until_on: day(today.checked_add_days(Days::new(limits.max_days.into())).unwrap_or(today)),
        history: history.iter().map(|(entry, _)| entry.into()).collect(),
        steps: six_steps(),
    })
}
