//! `POST /v1/sources/{source}/payments/{external_id}/reverse`.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Path},
};
use relance_openapi::{
    ingest::ParkedAnswer,
    payment::{PaymentView, ReversalInput},
};
use relance_store::payments;

use crate::{
    body::Body,
    caller::Caller,
    facts::{self, Stated, path_names, state, stated},
    problem::Answer,
    query,
    state::App,
};

/// States that a payment was taken back: what it settled is due again from that day on.
#[utoipa::path(
    tag = "payments",
    operation_id = "reverse_payment",
    params(
        ("source" = String, Path, description = "Who says so."),
        ("external_id" = String, Path, description = "The source's own id of the payment."),
        ("dry_run" = Option<bool>, Query, description = "Check only: 200 with the would-be payment.")
    ),
    request_body = ReversalInput,
    responses(
        (status = 200, description = "Taken back, now or before.", body = PaymentView),
        (status = 202, description = "Parked until the payment arrives.", body = ParkedAnswer)
    )
)]
#[post("/v1/sources/{source}/payments/{external_id}/reverse")]
pub async fn reverse_payment(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    path: Path<(String, String)>,
    body: Body<ReversalInput>,
) -> Answer<HttpResponse> {
    let dry_run = query::dry_run(&req)?;
    let (source, external_id) = path_names(path.into_inner())?;
    let fact = facts::reversal(external_id.clone(), body.0, "")?;
    if let Stated::Answered(answer) = state(&app, &caller, &source, fact, dry_run).await? {
        return Ok(answer);
    }
    let tx = app.store.read(caller.tenant).await?;
    let record = payments::by_external(&tx, caller.tenant, &source, &external_id).await?;
    Ok(stated(false, record.row_version, &PaymentView::from(&record)))
}
