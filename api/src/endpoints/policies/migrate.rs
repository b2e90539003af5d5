//! `POST /v1/policies/{id}/versions/{n}/migrate`.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Path},
};
use relance_domain::ids::PolicyId;
use relance_openapi::{
    policy::{MigrateInput, MigrationView},
    problem::Code,
};
use relance_store::{policies, tenants};

use super::activate::today;
use crate::{
    body::Maybe,
    caller::{Caller, Scope},
    problem::{Answer, Refusal},
    query::{self, path_id},
    state::App,
    trail,
};

/// Moves every running case of the policy to this version, which is in force. A dry run says who moves where and
/// counts them; `confirm_count` then confirms that many cases. An invoice goes on where it stands: nothing is said
/// twice. A reminder that is planned already leaves as it was planned.
#[utoipa::path(
    tag = "policies",
    operation_id = "migrate_policy_cases",
    params(
        ("id" = String, Path, description = "Id of the policy."),
        ("n" = i32, Path, description = "Version, in force."),
        ("dry_run" = Option<bool>, Query, description = "Say who would move where, and move nobody.")
    ),
    request_body = MigrateInput,
    responses((status = 200, description = "Moved, or what would move.", body = MigrationView))
)]
#[post("/v1/policies/{id}/versions/{n}/migrate")]
pub async fn migrate_policy_cases(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    path: Path<(String, String)>,
    body: Maybe<MigrateInput>,
) -> Answer<HttpResponse> {
    caller.require(Scope::PoliciesWrite)?;
    let dry_run = query::dry_run(&req)?;
    let (id, version): (PolicyId, i32) = (path_id(&path.0)?, path_id(&path.1)?);
    let tx = app.store.write(caller.tenant).await?;
    let migration = policies::migration(&tx, caller.tenant, id, version).await?;
    let count = u64::try_from(migration.cases.len()).unwrap_or(u64::MAX);
    if !dry_run && body.0.confirm_count.unwrap_or(0) != count {
        let detail =
            format!("It moves {count} running cases: look at them with dry_run=true, then confirm with \"confirm_count\": {count}.");
        return Err(Refusal::new(Code::BacklogNotConfirmed, detail).with("count", count));
    }
    let invoices = migration.invoices.iter().map(|invoice| {
        let goes_on = &invoice.goes_on;
        relance_openapi::policy::MigratedInvoice {
            invoice_id: invoice.id.to_string(),
            number: invoice.number.clone(),
            customer_id: invoice.customer_id.to_string(),
            from_version: invoice.from_version,
            last_step: invoice.last_step.clone(),
            next_step_before: goes_on.next_before.clone(),
            next_step_after: goes_on.next_after.clone(),
            waived_steps: goes_on.waived.clone(),
        }
    });
    let view = MigrationView::new(id.to_string(), version, count, invoices);
    trail::before(&view); // who ran under which version
    if !dry_run {
        let tenant = tenants::get(&tx, caller.tenant).await?;
        policies::migrate(&tx, caller.tenant, version, &migration, today(&tenant, app.store.now())).await?;
    }
    app.conclude(tx, dry_run, HttpResponse::Ok().json(view)).await
}
