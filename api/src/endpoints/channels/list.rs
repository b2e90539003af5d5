//! `GET /v1/channels`.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use relance_openapi::channel::ChannelList;
use relance_store::channels;

use super::view;
use crate::{
    caller::{Caller, Scope},
    problem::Answer,
    query,
    state::App,
};

/// The channels that are set up, without secrets.
#[utoipa::path(
    tag = "channels",
    operation_id = "list_channels",
    responses((status = 200, description = "All of them.", body = ChannelList))
)]
#[get("/v1/channels")]
pub async fn list_channels(req: HttpRequest, app: Data<App>, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let tx = app.store.read(caller.tenant).await?;
    let may_write = caller.may(Scope::SettingsWrite.as_str());
    let data = channels::list(&tx, caller.tenant).await?.iter().map(|record| view(record, may_write)).collect();
    Ok(HttpResponse::Ok().json(ChannelList { data, has_more: false, next_cursor: None }))
}
