//! What no endpoint took: another method of a path we have, or no path of ours.

use actix_web::{HttpRequest, HttpResponse, ResponseError, http::header, web::Data};
use relance_openapi::problem::Code;
use utoipa::openapi::OpenApi;

use crate::{docs::Description, problem::Refusal};

/// The paths we serve, with their methods.
#[derive(Debug, Default)]
pub struct RouteTable(Vec<(Vec<String>, Vec<&'static str>)>);

impl RouteTable {
    /// The table of everything in the document.
    pub fn of(api: &OpenApi) -> Self {
        let mut table = Vec::new();
        for (path, item) in &api.paths.paths {
            let all = [
                ("GET", item.get.is_some()),
                ("PUT", item.put.is_some()),
                ("POST", item.post.is_some()),
                ("PATCH", item.patch.is_some()),
                ("DELETE", item.delete.is_some()),
            ];
            let methods = all.into_iter().filter(|(_, there)| *there).map(|(method, _)| method).collect();
            table.push((path.split('/').map(str::to_owned).collect(), methods));
        }
        Self(table)
    }

    /// The methods of the path; empty when there is none.
    pub fn methods(&self, path: &str) -> Vec<&'static str> {
        let segments: Vec<&str> = path.split('/').collect();
        let fits = |pattern: &[String]| {
            pattern.len() == segments.len()
                && pattern.iter().zip(&segments).all(|(ours, theirs)| ours == theirs || (ours.starts_with('{') && !theirs.is_empty()))
        };
        // a path that is named outright is that one, though its last word could be an id
        let named = self.0.iter().find(|(pattern, _)| pattern.iter().map(String::as_str).eq(segments.iter().copied()));
        if let Some((_, methods)) = named {
            return methods.clone();
        }
        let mut methods: Vec<&'static str> =
            self.0.iter().filter(|(pattern, _)| fits(pattern)).flat_map(|(_, methods)| methods.clone()).collect();
        methods.dedup();
        methods
    }
}

/// 405 with `Allow`, or 404.
pub async fn unmatched(req: HttpRequest, description: Data<Description>) -> HttpResponse {
    let methods = description.routes().methods(req.path());
    if methods.is_empty() {
        return Refusal::new(Code::NotFound, "There is nothing at this path.").error_response();
    }
    let detail = format!("This path knows {}.", methods.join(", "));
    let mut answer = Refusal::new(Code::MethodNotAllowed, detail).error_response();
    if let Ok(value) = header::HeaderValue::from_str(&methods.join(", ")) {
        answer.headers_mut().insert(header::ALLOW, value);
    }
    answer
}
