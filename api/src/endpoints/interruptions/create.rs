//! `POST /v1/interruptions`.

use actix_web::{HttpRequest, HttpResponse, post, web::Data};
use chrono::NaiveDate;
use relance_domain::{ids::InvoiceId, law::Interruption, records::By};
use relance_openapi::interruption::{InterruptionInput, InterruptionView};
use relance_store::dunning::interruptions::{self, NewInterruption};

use crate::{
    body::{Body, Faults},
    caller::{Caller, Scope},
    etag::etag,
    named::{self, Named, person, words},
    problem::Answer,
    query,
    state::App,
};

/// What the body says, read.
struct Said {
    /// Each with its pointer.
    invoices: Vec<(String, Named<InvoiceId>)>,
    kind: Interruption,
    on: NaiveDate,
    by: By,
}

/// Records an act that begins a new period of limitation for its invoices, with its proof: the debtor's acknowledgment, a
/// request for time, an accepted plan, a claim in court, an enforcement measure. One that falls after the end changes
/// nothing of it. Alerts and, for a consumer, the stop of the ladder follow the new end.
#[utoipa::path(
    tag = "interruptions",
    operation_id = "create_interruption",
    params(("dry_run" = Option<bool>, Query, description = "Check only: 200 with the would-be act.")),
    request_body = InterruptionInput,
    responses(
        (status = 201, description = "Recorded.", body = InterruptionView),
        (status = 200, description = "A dry run: what would be recorded.", body = InterruptionView)
    )
)]
#[post("/v1/interruptions")]
pub async fn create_interruption(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    Body(body): Body<InterruptionInput>,
) -> Answer<HttpResponse> {
    caller.require(Scope::RemindersWrite)?;
    let dry_run = query::dry_run(&req)?;
    let Said { invoices, kind, on, by } = read(&body)?;
    let tx = app.store.write(caller.tenant).await?;
    let invoice_ids = named::invoices(&tx, caller.tenant, invoices).await?;
    let new = NewInterruption { invoice_ids, kind, happened_on: on, proof: body.proof, comment: body.comment, by };
    let record = interruptions::record_act(&tx, caller.tenant, new, app.store.now()).await?;
    if dry_run {
        return Ok(HttpResponse::Ok().json(InterruptionView { id: None, ..InterruptionView::from(&record) }));
    }
    app.conclude(tx, false, HttpResponse::Created().insert_header(etag(record.row_version)).json(InterruptionView::from(&record))).await
}

fn read(body: &InterruptionInput) -> Answer<Said> {
    let mut faults = Faults::default();
    let (ids, external_ids) = (body.invoice_ids.as_deref(), body.invoice_external_ids.as_deref());
    let invoices = named::several(&mut faults, ids, external_ids, body.source.as_deref());
    let kind = Interruption::of(&body.kind);
    if kind.is_none() {
        faults.invalid("/kind", format!("This must be one of: {}.", Interruption::ALL.map(Interruption::as_str).join(", ")));
    }
    let on = faults.day("/on", &body.on);
    faults.text("/proof", &body.proof, 500);
    words(&mut faults, "/comment", body.comment.as_deref(), 2_000);
    let by = person(&mut faults, "/by", &body.by);
    let said = invoices.zip(kind).zip(on);
    faults.some(said).map(|((invoices, kind), on)| Said { invoices, kind, on, by })
}
