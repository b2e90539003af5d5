//! The OpenAPI document, made from the routes that are really served.

mod convert;
mod face;
mod finish;
mod problems;
mod retired;
mod serve;

use actix_web::App;
use relance_openapi::{
    case::CaseView,
    ingest::ParkedAlarmView,
    problem::{FieldProblem, Problem},
};
use serde_json::Value;
use utoipa::{OpenApi as _, openapi::OpenApi};
use utoipa_actix_web::AppExt;

pub use convert::{three_dot_zero, without_webhooks};
pub use serve::{Description, Documents, configure};

use crate::routes as endpoints;

/// What stands in the document beside the routes.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Relance",
        version = "1",
        description = include_str!("about.md"),
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(Problem, FieldProblem, CaseView, ParkedAlarmView)),
    servers((url = "/", description = "This server: in production where you run it, local while you try it."))
)]
struct Frame;

/// What the routes say.
pub(crate) fn routes() -> OpenApi {
    let (_, mut api) = App::new().into_utoipa_app().openapi(Frame::openapi()).configure(|cfg| endpoints::configure(cfg)).split_for_parts();
    finish::finish(&mut api);
    retired::mark(&mut api);
    api
}

/// The document of everything that is served, with the webhooks that are sent.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn document() -> serde_json::Result<Value> {
    serde_json::to_value(routes()).map(face::complete)
}

/// An event of the type as it is told: the example of the description.
pub use face::event_example;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_operation_has_a_name_of_its_own_one_tag_and_described_answers() {
        let mut names = BTreeSet::new();
        for (path, operation) in finish::operations(&mut routes()) {
            let name = operation.operation_id.clone().unwrap_or_default();
            assert!(
                name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_') && name.contains('_'),
                "{path}: {name}"
            );
            assert!(names.insert(name.clone()), "{name} stands twice");
            assert_eq!(operation.tags.as_ref().map(Vec::len), Some(1), "{name}");
            for (status, response) in &operation.responses.responses {
                if let utoipa::openapi::RefOr::T(response) = response {
                    assert!(!response.description.is_empty(), "{name} {status} has no description");
                }
            }
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document().unwrap();
        let text = document.to_string();
        for (at, _) in text.match_indices("#/components/schemas/") {
            let name: String = text[at + 21..].chars().take_while(|letter| *letter != '"').collect();
            assert!(document["components"]["schemas"].get(&name).is_some(), "{name} is not there");
        }
    }

    #[test]
    fn the_other_documents_are_derived() {
        let document = document().unwrap();
        assert!(document.get("webhooks").is_some());
        assert!(without_webhooks(document.clone()).get("webhooks").is_none());
        let older = three_dot_zero(document);
        assert_eq!(older["openapi"], "3.0.3");
        let text = older.to_string();
        assert!(!text.contains("\"null\"") && !text.contains("\"webhooks\":{") && !text.contains("\"const\":"));
    }

    #[test]
    fn every_operation_says_whose_key_and_which_scope_it_needs() {
        let mut described: Vec<String> =
            finish::operations(&mut routes()).into_iter().filter_map(|(_, operation)| operation.operation_id.clone()).collect();
        let mut listed: Vec<String> = crate::operations::OPERATIONS.iter().map(|operation| operation.id.to_owned()).collect();
        described.sort();
        listed.sort();
        assert_eq!(described, listed, "api/src/operations.rs lists what is served, no more and no less");
        for (path, operation) in finish::operations(&mut routes()) {
            assert!(operation.security.is_some(), "{path}: api/src/operations.rs has another path or method");
        }
        let document = super::document().unwrap();
        assert_eq!(document["paths"]["/v1/holds"]["post"]["security"], serde_json::json!([{"bearer": ["reminders:write"]}]));
        assert_eq!(three_dot_zero(document)["paths"]["/v1/holds"]["post"]["security"], serde_json::json!([{"bearer": []}]));
    }
}
