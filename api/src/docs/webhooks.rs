//! The webhooks we send, one entry an event type.

use relance_domain::event::EventType;
use utoipa::openapi::{
    Content, HttpMethod, ObjectBuilder, OpenApi, Ref, RefOr, Response, Type,
    path::{OperationBuilder, PathItemBuilder, PathsBuilder},
    request_body::RequestBodyBuilder,
};

/// The schema of an event, as the feed shows it too.
const EVENT: &str = "EventView";

/// Adds the webhooks section.
pub(super) fn add(api: &mut OpenApi) {
    let known = api.components.as_ref().is_some_and(|components| components.schemas.contains_key(EVENT));
    let mut paths = PathsBuilder::new();
    for kind in EventType::ALL {
        let schema = if known {
            RefOr::Ref(Ref::from_schema_name(EVENT))
        } else {
            RefOr::T(ObjectBuilder::new().schema_type(Type::Object).build().into())
        };
        let body = RequestBodyBuilder::new().content("application/json", Content::new(Some(schema))).build();
        let operation = OperationBuilder::new()
            .operation_id(Some(format!("on_{}", kind.as_str().replace('.', "_"))))
            .summary(Some(kind.as_str()))
            .description(Some(format!("{} Subject: {}.", kind.description(), kind.subject_type().as_str())))
            .tag("webhooks")
            .request_body(Some(body))
            .response("2XX", Response::new("Taken; anything else is tried again."))
            .build();
        paths = paths.path(kind.as_str(), PathItemBuilder::new().operation(HttpMethod::Post, operation).build());
    }
    api.webhooks = Some(paths.build());
}
