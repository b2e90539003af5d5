//! `POST /v1/promises`.

use actix_web::{HttpRequest, HttpResponse, post, web::Data};
use chrono::NaiveDate;
use relance_domain::{
    ids::{CustomerId, InvoiceId},
    money::Money,
};
use relance_openapi::{
    problem::Code,
    promise::{PromiseInput, PromiseView},
};
use relance_store::{
    StoreError,
    dunning::promises::{self, NewPromise},
};

use crate::{
    body::{Body, Faults},
    caller::{Caller, Scope},
    etag::etag,
    named::{self, Named, named, words},
    problem::{Answer, Refusal},
    query,
    state::App,
};

/// What the body says, read.
struct Said {
    customer: Named<CustomerId>,
    /// Each with its pointer.
    invoices: Vec<(String, Named<InvoiceId>)>,
    amount: Money,
    promised_on: NaiveDate,
}

/// Records a promise to pay: chasing of its invoices rests until it is kept or broken. It is broken at 00:00 of the
/// day after `promised_on` and the policy's grace days when less than `amount` was paid since.
#[utoipa::path(
    tag = "promises",
    operation_id = "create_promise",
    params(("dry_run" = Option<bool>, Query, description = "Check only: 200 with the would-be promise.")),
    request_body = PromiseInput,
    responses(
        (status = 201, description = "Recorded.", body = PromiseView),
        (status = 200, description = "A dry run: what would be recorded.", body = PromiseView)
    )
)]
#[post("/v1/promises")]
pub async fn create_promise(req: HttpRequest, app: Data<App>, caller: Caller, Body(body): Body<PromiseInput>) -> Answer<HttpResponse> {
    caller.require(Scope::RemindersWrite)?;
    let dry_run = query::dry_run(&req)?;
    let Said { customer, invoices, amount, promised_on } = read(&body)?;
    let tx = app.store.write(caller.tenant).await?;
    let customer_id = named::customer(&tx, caller.tenant, "/customer_external_id", customer).await?;
    let invoice_ids = named::invoices(&tx, caller.tenant, invoices).await?;
    let new = NewPromise { customer_id, invoice_ids, amount, promised_on, method: body.method, made_by: body.made_by };
    let record = promises::create(&tx, caller.tenant, new, app.store.now()).await.map_err(|error| match error {
        StoreError::NotFound => Refusal::field(Code::NotFound, "/customer_id", "There is no such customer."),
        other => other.into(),
    })?;
    if dry_run {
        return Ok(HttpResponse::Ok().json(PromiseView { id: None, ..PromiseView::from(&record) }));
    }
    app.conclude(tx, false, HttpResponse::Created().insert_header(etag(record.row_version)).json(PromiseView::from(&record))).await
}

fn read(body: &PromiseInput) -> Answer<Said> {
    let mut faults = Faults::default();
    let source = body.source.as_deref();
    let customer = named(
        &mut faults,
        ("/customer_id", body.customer_id.as_deref()),
        ("/customer_external_id", body.customer_external_id.as_deref()),
        source,
    );
    let (ids, external_ids) = (body.invoice_ids.as_deref(), body.invoice_external_ids.as_deref());
    let invoices = named::several(&mut faults, ids, external_ids, source);
    let currency = faults.currency("/currency", &body.currency);
    let amount = currency.and_then(|currency| faults.positive("/amount", &body.amount, currency));
    let promised_on = faults.day("/promised_on", &body.promised_on);
    words(&mut faults, "/method", body.method.as_deref(), 100);
    words(&mut faults, "/made_by", body.made_by.as_deref(), 200);
    let said = customer.zip(amount).zip(promised_on).zip(invoices);
    faults.some(said).map(|(((customer, amount), promised_on), invoices)| Said { customer, invoices, amount, promised_on })
}
