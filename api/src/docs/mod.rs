//! The OpenAPI document, made from the routes that are really served.

mod convert;
mod finish;
mod problems;
mod retired;
mod serve;
mod webhooks;

use actix_web::App;
use relance_openapi::problem::{FieldProblem, Problem};
use utoipa::{OpenApi as _, openapi::OpenApi};
use utoipa_actix_web::AppExt;

pub use convert::{three_dot_zero, without_webhooks};
pub use serve::{Description, Documents, configure};

use crate::routes;

/// What stands in the document beside the routes.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Relance",
        version = "1",
        description = include_str!("about.md"),
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(Problem, FieldProblem)),
    servers((url = "/", description = "This server"))
)]
struct Frame;

/// The document of everything that is served, with the webhooks that are sent.
pub fn openapi() -> OpenApi {
    let (_, mut api) = App::new().into_utoipa_app().openapi(Frame::openapi()).configure(|cfg| routes::configure(cfg)).split_for_parts();
    webhooks::add(&mut api);
    finish::finish(&mut api);
    retired::mark(&mut api);
    api
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_operation_has_a_name_of_its_own_one_tag_and_described_answers() {
        let mut names = BTreeSet::new();
        for (path, operation) in finish::operations(&mut openapi()) {
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
        let document = serde_json::to_value(openapi()).unwrap();
        let text = document.to_string();
        for (at, _) in text.match_indices("#/components/schemas/") {
            let name: String = text[at + 21..].chars().take_while(|letter| *letter != '"').collect();
            assert!(document["components"]["schemas"].get(&name).is_some(), "{name} is not there");
        }
    }

    #[test]
    fn the_other_documents_are_derived() {
        let document = serde_json::to_value(openapi()).unwrap();
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
            finish::operations(&mut openapi()).into_iter().filter_map(|(_, operation)| operation.operation_id.clone()).collect();
        let mut listed: Vec<String> = crate::operations::OPERATIONS.iter().map(|operation| operation.id.to_owned()).collect();
        described.sort();
        listed.sort();
        assert_eq!(described, listed, "api/src/operations.rs lists what is served, no more and no less");
        for (path, operation) in finish::operations(&mut openapi()) {
            assert!(operation.security.is_some(), "{path}: api/src/operations.rs has another path or method");
        }
        let document = serde_json::to_value(openapi()).unwrap();
        assert_eq!(document["paths"]["/v1/holds"]["post"]["security"], serde_json::json!([{"bearer": ["reminders:write"]}]));
        assert_eq!(three_dot_zero(document)["paths"]["/v1/holds"]["post"]["security"], serde_json::json!([{"bearer": []}]));
    }
}
