//! The one file that turns errors into answers.

use actix_web::{HttpResponse, ResponseError, body::BoxBody, http::StatusCode};
use relance_openapi::problem::{Code, Family, FieldProblem, Problem};
use relance_store::StoreError;
use serde_json::{Map, Value};

/// A refusal on its way out.
#[derive(Debug)]
pub struct Refusal {
    /// From the closed list.
    pub code: Code,
    /// What happened this time.
    pub detail: String,
    /// Every fault at once.
    pub errors: Vec<FieldProblem>,
    /// Seconds to wait before the same is asked again, where waiting helps.
    pub retry_after: u32,
    /// Further members; boxed, so that a refusal is small on the way of success.
    pub extra: Box<Map<String, Value>>,
}

/// What an endpoint answers.
pub type Answer<T = HttpResponse> = Result<T, Refusal>;

impl Refusal {
    /// A refusal without fields.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), errors: Vec::new(), retry_after: 1, extra: Box::default() }
    }

    /// A refusal that points at one field.
    pub fn field(code: Code, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let error = FieldProblem { pointer: pointer.into(), code: code.as_str().to_owned(), detail: detail.clone() };
        Self { code, detail, errors: vec![error], retry_after: 1, extra: Box::default() }
    }

    /// Not there, or another tenant's: the same answer.
    pub fn not_found() -> Self {
        Self::new(Code::NotFound, "There is no such object.")
    }

    /// Says how many seconds to wait.
    pub fn retry_after(self, seconds: u32) -> Self {
        Self { retry_after: seconds, ..self }
    }

    /// Adds a further member to the answer.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.extra.insert(name.to_owned(), value.into());
        self
    }

    /// The body on the wire.
    pub fn body(&self, request_id: &str) -> Problem {
        Problem {
            kind: self.code.type_uri(),
            title: self.code.title().to_owned(),
            status: self.code.status(),
            code: self.code.as_str().to_owned(),
            detail: self.detail.clone(),
            request_id: request_id.to_owned(),
            errors: self.errors.clone(),
            extra: self.extra.as_ref().clone(),
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}: {}", self.code.as_str(), self.detail)
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let body = serde_json::to_string(&self.body(&crate::caller::current_request_id())).unwrap_or_default();
        let mut answer = HttpResponse::build(self.status_code());
        if self.code.family() == Family::Passing {
            answer.insert_header(("retry-after", self.retry_after.to_string()));
        }
        let mut answer = answer.insert_header(("content-type", "application/problem+json")).body(body);
        answer.extensions_mut().insert(self.code);
        answer
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::not_found(),
            StoreError::WrongState(detail) => Self::new(Code::WrongState, detail),
            StoreError::Refused { code, pointer, detail } => {
                let known = Code::ALL.iter().copied().find(|known| known.as_str() == code);
                Self::field(known.unwrap_or(Code::ValidationFailed), pointer, detail)
            }
            StoreError::ClockAdvancing => Self::new(Code::ClockAdvancing, "The clock is on its way: wait until it is ready."),
            StoreError::PreconditionFailed => Self::new(Code::PreconditionFailed, "It changed since it was read: read it again."),
            other => {
                tracing::error!(error = %other, "store failed");
                Self::new(Code::Internal, "Something failed on our side; the request id says where to look.")
            }
        }
    }
}
