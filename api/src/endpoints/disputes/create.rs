//! `POST /v1/disputes`.

use actix_web::{HttpRequest, HttpResponse, post, web::Data};
use relance_domain::ids::InvoiceId;
use relance_openapi::{
    dispute::{DisputeInput, DisputeView},
    problem::Code,
};
use relance_store::{
    StoreError,
    dunning::disputes::{self, NewDispute},
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

/// Opens a dispute: the disputed part of the invoice is not asked for until it is resolved.
#[utoipa::path(
    tag = "disputes",
    operation_id = "create_dispute",
    params(("dry_run" = Option<bool>, Query, description = "Check only: 200 with the would-be dispute.")),
    request_body = DisputeInput,
    responses(
        (status = 201, description = "Opened.", body = DisputeView),
        (status = 200, description = "A dry run: what would be opened.", body = DisputeView)
    )
)]
#[post("/v1/disputes")]
pub async fn create_dispute(req: HttpRequest, app: Data<App>, caller: Caller, Body(body): Body<DisputeInput>) -> Answer<HttpResponse> {
    caller.require(Scope::RemindersWrite)?;
    let dry_run = query::dry_run(&req)?;
    let invoice = read(&body)?;
    let tx = app.store.write(caller.tenant).await?;
    let invoice_id = named::invoice(&tx, caller.tenant, "/invoice_external_id", invoice).await?;
    let new = NewDispute { invoice_id, amount: body.amount, reason_code: body.reason_code, comment: body.comment };
    let record = disputes::open(&tx, caller.tenant, new, app.store.now()).await.map_err(|error| match error {
        StoreError::NotFound => Refusal::field(Code::NotFound, "/invoice_id", "There is no such invoice."),
        other => other.into(),
    })?;
    if dry_run {
        return Ok(HttpResponse::Ok().json(DisputeView { id: None, ..DisputeView::from(&record) }));
    }
    app.conclude(tx, false, HttpResponse::Created().insert_header(etag(record.row_version)).json(DisputeView::from(&record))).await
}

fn read(body: &DisputeInput) -> Answer<Named<InvoiceId>> {
    let mut faults = Faults::default();
    let invoice = named(
        &mut faults,
        ("/invoice_id", body.invoice_id.as_deref()),
        ("/invoice_external_id", body.invoice_external_id.as_deref()),
        body.source.as_deref(),
    );
    faults.text("/reason_code", &body.reason_code, 100);
    words(&mut faults, "/comment", body.comment.as_deref(), 2_000);
    faults.some(invoice)
}
