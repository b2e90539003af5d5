//! `POST /v1/holds`.

use actix_web::{HttpRequest, HttpResponse, post, web::Data};
use chrono::NaiveDate;
use relance_domain::{
    dunning::HoldScope,
    hold::HoldReason,
    ids::{ContactId, CustomerId, InvoiceId},
};
use relance_openapi::{
    hold::{HoldInput, HoldView},
    problem::Code,
};
use relance_store::{
    StoreError, Tx,
    dunning::holds::{self, NewHold},
};

use crate::{
    body::{Body, Faults},
    caller::{Caller, Scope},
    etag::etag,
    named::{self, Named, named},
    problem::{Answer, Refusal},
    query,
    state::App,
};

/// What a hold is for, as the body names it.
enum Target {
    Tenant,
    Customer(Named<CustomerId>),
    Invoice(Named<InvoiceId>),
    Contact(ContactId),
}

/// Places a hold, effective at once: on everybody, a customer, an invoice or a contact, until a day or until it is lifted.
#[utoipa::path(
    tag = "holds",
    operation_id = "create_hold",
    params(("dry_run" = Option<bool>, Query, description = "Check only: 200 with the would-be hold.")),
    request_body = HoldInput,
    responses(
        (status = 201, description = "Placed.", body = HoldView),
        (status = 200, description = "A dry run: what would be placed.", body = HoldView)
    )
)]
#[post("/v1/holds")]
pub async fn create_hold(req: HttpRequest, app: Data<App>, caller: Caller, Body(body): Body<HoldInput>) -> Answer<HttpResponse> {
    caller.require(Scope::RemindersWrite)?;
    let dry_run = query::dry_run(&req)?;
    let (target, until_on, before_on) = read(&body)?;
    let tx = app.store.write(caller.tenant).await?;
    let scope = resolve(&tx, &caller, target).await?;
    let new = NewHold { scope, reason: body.reason, until_on, before_on, placed_by: Some(caller.actor.id()) };
    let record = holds::create(&tx, caller.tenant, new, app.store.now()).await.map_err(|error| match error {
        StoreError::NotFound => Refusal::field(Code::NotFound, "/target_id", "There is no such target."),
        other => other.into(),
    })?;
    if dry_run {
        return Ok(HttpResponse::Ok().json(HoldView { id: None, ..HoldView::from(&record) }));
    }
    app.conclude(tx, false, HttpResponse::Created().insert_header(etag(record.row_version)).json(HoldView::from(&record))).await
}

fn read(body: &HoldInput) -> Answer<(Target, Option<NaiveDate>, Option<NaiveDate>)> {
    let mut faults = Faults::default();
    faults.text("/reason", &body.reason, 500);
    if HoldReason::of(&body.reason).is_none() {
        faults.invalid("/reason", format!("This must be a sentence, or one of: {}.", HoldReason::WORDS.join(", ")));
    }
    let before_on = body.before_on.as_deref().and_then(|text| faults.day("/before_on", text));
    let until_on = body.until_on.as_deref().and_then(|text| faults.day("/until_on", text));
    let id = ("/target_id", body.target_id.as_deref());
    let external = ("/target_external_id", body.target_external_id.as_deref());
    let source = body.source.as_deref();
    let target = match body.scope.as_str() {
        "customer" => named(&mut faults, id, external, source).map(Target::Customer),
        "invoice" => named(&mut faults, id, external, source).map(Target::Invoice),
        "contact" => {
            if body.target_id.is_none() {
                faults.invalid("/target_id", "This is required.");
            }
            body.target_id.as_deref().and_then(|text| faults.id("/target_id", text)).map(Target::Contact)
        }
        word => {
            faults.word("/scope", word, &["tenant", "customer", "invoice", "contact"]);
            if word == "tenant" && (body.target_id.is_some() || body.target_external_id.is_some()) {
                faults.invalid("/target_id", "A hold on the tenant has no target.");
            }
            Some(Target::Tenant)
        }
    };
    faults.some(target).map(|target| (target, until_on, before_on))
}

async fn resolve(tx: &Tx, caller: &Caller, target: Target) -> Answer<HoldScope> {
    let pointer = "/target_external_id";
    Ok(match target {
        Target::Tenant => HoldScope::Tenant,
        Target::Customer(name) => HoldScope::Customer(named::customer(tx, caller.tenant, pointer, name).await?),
        Target::Invoice(name) => HoldScope::Invoice(named::invoice(tx, caller.tenant, pointer, name).await?),
        Target::Contact(id) => HoldScope::Contact(id),
    })
}
