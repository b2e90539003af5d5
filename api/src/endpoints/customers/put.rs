//! `PUT /v1/sources/{source}/customers/{external_id}`.

use actix_web::{
    HttpRequest, HttpResponse, put,
    web::{Data, Path},
};
use relance_openapi::{
    customer::{CustomerInput, CustomerView},
    ingest::ParkedAnswer,
};
use relance_store::customers;

use crate::{
    body::Body,
    caller::{Caller, Scope},
    facts::{self, Stated, path_names, state, stated},
    problem::Answer,
    query,
    state::App,
};

/// States a customer: a snapshot by the source's own id. The newest version wins; the same again changes nothing.
/// A key without the scope `read` is answered without e-mail addresses and telephone numbers.
#[utoipa::path(
    tag = "customers",
    operation_id = "put_customer",
    params(
        ("source" = String, Path, description = "Who says so; springs into being at first use."),
        ("external_id" = String, Path, description = "The source's own id."),
        ("dry_run" = Option<bool>, Query, description = "Check only: 200 with the would-be object.")
    ),
    request_body = CustomerInput,
    responses(
        (status = 201, description = "Made known.", body = CustomerView, headers(("ETag" = String, description = "Its version."))),
        (status = 200, description = "Changed, known already, or a dry run.", body = CustomerView),
        (status = 202, description = "Parked: it names something not known yet and is taken when that arrives.", body = ParkedAnswer)
    )
)]
#[put("/v1/sources/{source}/customers/{external_id}")]
pub async fn put_customer(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    path: Path<(String, String)>,
    body: Body<CustomerInput>,
) -> Answer<HttpResponse> {
    let dry_run = query::dry_run(&req)?;
    let (source, external_id) = path_names(path.into_inner())?;
    let fact = facts::customer(external_id.clone(), body.0, "")?;
    let created = match state(&app, &caller, &source, fact, dry_run).await? {
        Stated::Answered(answer) => return Ok(answer),
        Stated::Taken { created } => created,
    };
    let tx = app.store.read(caller.tenant).await?;
    let record = customers::by_external(&tx, caller.tenant, &source, &external_id).await?;
    let view = CustomerView::from(&record);
    let view = if caller.may(Scope::Read.as_str()) { view } else { view.without_addresses() };
    Ok(stated(created, record.row_version, &view))
}
