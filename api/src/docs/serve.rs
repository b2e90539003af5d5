//! The documents and the page to read them at: no key, no network.

use actix_web::{
    HttpResponse,
    http::header,
    web::{Data, ServiceConfig, get, resource},
};
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::{three_dot_zero, without_webhooks};

/// The three documents as text, made once.
#[derive(Debug)]
pub struct Documents {
    /// OpenAPI 3.1 with webhooks.
    pub full: String,
    /// The same without webhooks.
    pub sdk: String,
    /// OpenAPI 3.0.
    pub three_dot_zero: String,
}

impl Documents {
    /// The documents of this API.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn of(api: &OpenApi) -> serde_json::Result<Self> {
        let document = serde_json::to_value(api)?;
        Ok(Self {
            full: serde_json::to_string_pretty(&document)?,
            sdk: serde_json::to_string_pretty(&without_webhooks(document.clone()))?,
            three_dot_zero: serde_json::to_string_pretty(&three_dot_zero(document))?,
        })
    }
}

/// Serves the documents and the page.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/openapi.json").route(get().to(full)))
        .service(resource("/openapi.sdk.json").route(get().to(sdk)))
        .service(resource("/openapi-3.0.json").route(get().to(older)))
        .service(resource("/docs").route(get().to(to_page)))
        .service(SwaggerUi::new("/docs/{_:.*}").config(Config::from("/openapi.json")));
}

async fn full(documents: Data<Documents>) -> HttpResponse {
    json(&documents.full)
}

async fn sdk(documents: Data<Documents>) -> HttpResponse {
    json(&documents.sdk)
}

async fn older(documents: Data<Documents>) -> HttpResponse {
    json(&documents.three_dot_zero)
}

/// The page's own files are named relative to `/docs/`.
async fn to_page() -> HttpResponse {
    HttpResponse::TemporaryRedirect().insert_header((header::LOCATION, "/docs/")).finish()
}

fn json(text: &str) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(text.to_owned())
}
