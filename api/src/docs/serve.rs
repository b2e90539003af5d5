//! The documents and the page to read them at: no key, no network.

use std::sync::OnceLock;

use actix_web::{
    HttpResponse,
    http::header,
    web::{Data, ServiceConfig, get, resource},
};
use serde_json::Value;
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::{three_dot_zero, without_webhooks};
use crate::middleware::RouteTable;

/// The description of what is served, made when somebody first asks: a process that nobody asks carries none.
#[derive(Debug, Default)]
pub struct Description(OnceLock<(Documents, RouteTable)>);

impl Description {
    fn made(&self) -> &(Documents, RouteTable) {
        self.0.get_or_init(|| {
            let documents = super::document().and_then(Documents::of).unwrap_or_else(|error| {
                tracing::error!(%error, "the description does not write as JSON");
                Documents::default()
            });
            (documents, RouteTable::of(&super::routes()))
        })
    }

    /// The documents as text.
    pub fn documents(&self) -> &Documents {
        &self.made().0
    }

    /// The paths and their methods.
    pub fn routes(&self) -> &RouteTable {
        &self.made().1
    }
}

/// The three documents as text.
#[derive(Debug, Default)]
pub struct Documents {
    /// OpenAPI 3.1 with webhooks.
    pub full: String,
    /// The same without webhooks.
    pub sdk: String,
    /// OpenAPI 3.0.
    pub three_dot_zero: String,
}

impl Documents {
    /// The documents made of the whole one.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn of(document: Value) -> serde_json::Result<Self> {
        Ok(Self {
            full: serde_json::to_string_pretty(&document)?,
            sdk: serde_json::to_string_pretty(&without_webhooks(document.clone()))?,
            three_dot_zero: serde_json::to_string_pretty(&three_dot_zero(document))?,
        })
    }
}

/// Serves the documents and the page.
pub fn configure(cfg: &mut ServiceConfig) {
    super::problems::configure(cfg);
    cfg.service(resource("/openapi.json").route(get().to(full)))
        .service(resource("/openapi.sdk.json").route(get().to(sdk)))
        .service(resource("/openapi-3.0.json").route(get().to(older)))
        .service(resource("/docs").route(get().to(to_page)))
        .service(SwaggerUi::new("/docs/{_:.*}").config(Config::from("/openapi.json")));
}

async fn full(description: Data<Description>) -> HttpResponse {
    json(&description.documents().full)
}

async fn sdk(description: Data<Description>) -> HttpResponse {
    json(&description.documents().sdk)
}

async fn older(description: Data<Description>) -> HttpResponse {
    json(&description.documents().three_dot_zero)
}

/// The page's own files are named relative to `/docs/`.
async fn to_page() -> HttpResponse {
    HttpResponse::TemporaryRedirect().insert_header((header::LOCATION, "/docs/")).finish()
}

fn json(text: &str) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(text.to_owned())
}
