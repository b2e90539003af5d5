//! `/v1/decisions`: why something was done, or not.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{ACCEPT_LANGUAGE, CONTENT_LANGUAGE, HeaderValue, VARY},
    web::{Data, Path},
};
use relance_domain::{dunning::Language, ids::DecisionId};
use relance_openapi::decision::{DecisionList, DecisionView};
use relance_store::dunning::decisions::{self, Filter};

use crate::{
    caller::{Caller, Scope},
    etag::tagged,
    problem::Answer,
    query::{Query, path_id},
    routes::Registry,
    state::App,
};

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(list_decisions).service(get_decision);
}

/// Decisions, newest first: what was done about a customer or an invoice, or withheld, and why.
#[utoipa::path(
    tag = "decisions",
    operation_id = "list_decisions",
    params(
        ("customer_id" = Option<String>, Query, description = "About one customer."),
        ("invoice_id" = Option<String>, Query, description = "That speak of one invoice."),
        ("language" = Option<String>, Query, description = "Language of the sentences, `en` or `fr`; absent: what `Accept-Language` likes best."),
        ("limit" = Option<u32>, Query, description = "Rows, 1 to 200."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before.")
    ),
    responses((status = 200, description = "A page of decisions.", body = DecisionList))
)]
#[get("/v1/decisions")]
pub async fn list_decisions(req: HttpRequest, app: Data<App>, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    let query = Query::read(&req, &["customer_id", "invoice_id", "language", "limit", "cursor"])?;
    let page = query.paging(caller.tenant)?;
    let filter = Filter { customer_id: query.id("customer_id")?, invoice_id: query.id("invoice_id")? };
    let language = language(&req, &query)?;
    let tx = app.store.read(caller.tenant).await?;
    let rows = decisions::list(&tx, caller.tenant, &filter, page.after_id()?, page.fetch()).await?;
    let (rows, next) = page.cut(rows, |row| vec![row.id.0.to_string()]);
    let told = rows.iter().map(|row| DecisionView::told(row, language)).collect();
    Ok(in_language(HttpResponse::Ok().json(DecisionList::new(told, next)), language))
}

/// One decision with its reasons, rules and facts.
#[utoipa::path(
    tag = "decisions",
    operation_id = "get_decision",
    params(
        ("id" = String, Path, description = "Id of the decision."),
        ("language" = Option<String>, Query, description = "Language of the sentences, `en` or `fr`; absent: what `Accept-Language` likes best.")
    ),
    responses((status = 200, description = "The decision.", body = DecisionView))
)]
#[get("/v1/decisions/{id}")]
pub async fn get_decision(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    let language = language(&req, &Query::read(&req, &["language"])?)?;
    let id: DecisionId = path_id(&id)?;
    let tx = app.store.read(caller.tenant).await?;
    let record = decisions::get(&tx, caller.tenant, id).await?;
    // a decision never changes: only the language it is told in does
    let version = if language == Language::English { 1 } else { 2 };
    Ok(in_language(tagged(version, &DecisionView::told(&record, language)), language))
}

/// The language that was asked for: the parameter, else what the header likes best.
fn language(req: &HttpRequest, query: &Query) -> Answer<Language> {
    let words = Language::ALL.map(Language::as_str);
    if let Some(word) = query.word("language", &words)? {
        return Ok(Language::of_tag(word).unwrap_or_default());
    }
    let header = req.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Ok(header.map_or_else(Language::default, Language::preferred))
}

fn in_language(mut answer: HttpResponse, language: Language) -> HttpResponse {
    answer.headers_mut().insert(CONTENT_LANGUAGE, HeaderValue::from_static(language.as_str()));
    answer.headers_mut().append(VARY, HeaderValue::from_static("accept-language"));
    answer
}
