//! `POST /v1/sources/{source}/heartbeat`.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Path},
};
use relance_domain::records::OpenItems;
use relance_openapi::ingest::{HeartbeatInput, SourceView};
use relance_store::heartbeat;

use crate::{
    body::Body,
    caller::{Caller, Scope},
    facts::{Reader, check_source},
    problem::Answer,
    query,
    state::App,
};

/// States that all payments up to an instant have been pushed, and which items are open.
#[utoipa::path(
    tag = "sources",
    operation_id = "source_heartbeat",
    params(
        ("source" = String, Path, description = "Who says so."),
        ("dry_run" = Option<bool>, Query, description = "Compare only: 200, nothing changed.")
    ),
    request_body = HeartbeatInput,
    responses((status = 200, description = "The source, and whether its open items agree with the ledger.", body = SourceView))
)]
#[post("/v1/sources/{source}/heartbeat")]
pub async fn source_heartbeat(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    source: Path<String>,
    body: Body<HeartbeatInput>,
) -> Answer<HttpResponse> {
    caller.require(Scope::FactsWrite)?;
    let dry_run = query::dry_run(&req)?;
    let input = read(&source, body.0)?;
    let tx = app.store.write(caller.tenant).await?;
    let record = heartbeat::take(&tx, caller.tenant, &source, &input, app.store.now()).await?;
    app.conclude(tx, dry_run, HttpResponse::Ok().json(SourceView::from(&record))).await
}

fn read(source: &str, body: HeartbeatInput) -> Answer<heartbeat::HeartbeatInput> {
    let mut read = Reader::new("");
    check_source(&mut read.faults, "path:source", source);
    let until = read.faults.at("/payments_complete_until", &body.payments_complete_until);
    let open_items = body.open_items.map(|items| {
        let each = items.into_iter().filter_map(|(code, items)| {
            let pointer = read.at_key("open_items", &code);
            let currency = read.faults.currency(&pointer, &code)?;
            if items.count < 0 {
                read.faults.invalid(format!("{pointer}/count"), "Must not be negative.");
            }
            let total = read.faults.not_negative(&format!("{pointer}/total"), &items.total, currency)?;
            Some(OpenItems { count: items.count, total })
        });
        each.collect::<Vec<_>>()
    });
    let payments_complete_until = read.some(until)?;
    Ok(heartbeat::HeartbeatInput { payments_complete_until, open_items })
}
