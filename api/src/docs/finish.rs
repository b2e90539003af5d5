//! What every operation has, added in one place.

use relance_openapi::problem::Code;
use utoipa::openapi::{
    Components, Content, ObjectBuilder, OpenApi, Ref, RefOr, Required, Response, Schema, SecurityRequirement, Tag, Type,
    path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem},
    security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use crate::operations::{Need, OPERATIONS};

/// Completes the document: see the module.
pub(super) fn finish(api: &mut OpenApi) {
    let components = api.components.get_or_insert_with(Components::new);
    for (name, about) in
        [("bearer", "A tenant's API key (`rlk_test_…`, `rlk_live_…`)."), ("operator", "The operator's key (`RELANCE_OPERATOR_KEY`).")]
    {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(about)).build();
        components.add_security_scheme(name, SecurityScheme::Http(scheme));
    }
    list_codes(components);
    let mut tags: Vec<String> = Vec::new();
    for (path, operation) in operations(api) {
        complete(&path, operation);
        tags.extend(operation.tags.iter().flatten().cloned());
    }
    for item in api.paths.paths.values_mut() {
        for operation in [&mut item.post, &mut item.patch].into_iter().flatten() {
            if operation.security != Some(vec![SecurityRequirement::default()]) {
                add_parameter(operation, idempotency_key());
            }
        }
    }
    tags.sort();
    tags.dedup();
    api.tags = Some(tags.into_iter().map(Tag::new).collect());
}

/// Every operation with its path.
pub(super) fn operations(api: &mut OpenApi) -> Vec<(String, &mut Operation)> {
    let mut list = Vec::new();
    for (path, item) in &mut api.paths.paths {
        let PathItem { get, put, post, delete, patch, .. } = item;
        list.extend([get, put, post, delete, patch].into_iter().flatten().map(|operation| (path.clone(), operation)));
    }
    list
}

fn complete(path: &str, operation: &mut Operation) {
    for status in ["4XX", "5XX"] {
        let about = if status == "4XX" { "Refused; `code` says why." } else { "Failed on our side." };
        let mut response = Response::new(about);
        let problem = Content::new(Some(RefOr::Ref(Ref::from_schema_name("Problem"))));
        response.content.insert("application/problem+json".to_owned(), problem.into());
        operation.responses.responses.insert(status.to_owned(), response.into());
    }
    operation.security = security(path, operation.operation_id.as_deref().unwrap_or_default());
}

/// Which key, and which scope of it: OpenAPI 3.1 lets a bearer requirement list what 3.0 knows of OAuth only.
fn security(path: &str, id: &str) -> Option<Vec<SecurityRequirement>> {
    let known = OPERATIONS.iter().find(|known| known.id == id && known.path == path)?;
    Some(vec![match known.need {
        Need::Scope(scope) => SecurityRequirement::new("bearer", [scope.as_str()]),
        Need::AnyKey => SecurityRequirement::new("bearer", Vec::<String>::new()),
        Need::Operator => SecurityRequirement::new("operator", Vec::<String>::new()),
        Need::Signature => SecurityRequirement::default(),
    }])
}

fn add_parameter(operation: &mut Operation, parameter: Parameter) {
    operation.parameters.get_or_insert_default().push(parameter.into());
}

fn idempotency_key() -> Parameter {
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("The same key with the same body gives the first answer again, for 7 days."))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).max_length(Some(255)).build()))
        .build()
}

/// The closed list of problem codes, where readers of the document look for it.
fn list_codes(components: &mut Components) {
    let Some(RefOr::T(Schema::Object(problem))) = components.schemas.get_mut("Problem") else { return };
    let Some(RefOr::T(Schema::Object(code))) = problem.properties.get_mut("code") else { return };
    let lines: Vec<String> = Code::ALL.iter().map(|code| format!("- `{}` ({}): {}", code.as_str(), code.status(), code.title())).collect();
    code.description = Some(format!("From the closed list:\n\n{}", lines.join("\n")));
    code.examples = Code::ALL.iter().map(|code| code.as_str().into()).collect();
}
