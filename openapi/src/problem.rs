//! Problems: RFC 9457 with a closed list of codes (`contract.md` §2).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! codes {
    ($($variant:ident = $word:literal, $status:literal, $title:literal;)*) => {
        /// Why a request was refused: a closed list.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $(#[doc = $title] $variant,)* }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// The HTTP status it comes with.
            pub fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }

            /// A short title that does not change.
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }
        }
    };
}

codes! {
    MalformedJson = "malformed_json", 400, "The body is not readable JSON";
    ValidationFailed = "validation_failed", 422, "The request breaks a rule";
    UnknownField = "unknown_field", 422, "The body has a field that does not exist";
    UnknownParameter = "unknown_parameter", 400, "The query has a parameter that does not exist";
    MoneyPrecision = "money_precision", 422, "An amount is not an exact decimal string";
    Unauthorized = "unauthorized", 401, "No valid API key";
    ForbiddenScope = "forbidden_scope", 403, "The key lacks the scope";
    NotFound = "not_found", 404, "Not found";
    MethodNotAllowed = "method_not_allowed", 405, "Method not allowed";
    UnsupportedMediaType = "unsupported_media_type", 415, "Unsupported media type";
    TooLarge = "too_large", 413, "The body is too large";
    IdempotencyKeyReused = "idempotency_key_reused", 422, "The idempotency key was used with another request";
    IdempotencyInProgress = "idempotency_in_progress", 409, "The first request with this key is still running";
    StaleVersion = "stale_version", 409, "A newer version is known";
    VersionConflict = "version_conflict", 409, "The same version is known with another body";
    EventIdConflict = "event_id_conflict", 409, "The same event id is known with other data";
    CursorMismatch = "cursor_mismatch", 400, "The cursor belongs to another list";
    CursorExpired = "cursor_expired", 400, "The cursor is older than what is kept";
    PayloadExpired = "payload_expired", 410, "The content is no longer kept";
    WrongState = "wrong_state", 409, "Its state forbids this";
    PreconditionRequired = "precondition_required", 428, "If-Match is required";
    PreconditionFailed = "precondition_failed", 412, "It changed since it was read";
    RateLimited = "rate_limited", 429, "Too many requests";
    Overloaded = "overloaded", 503, "Reduced capacity for a moment";
    BlockedAddress = "blocked_address", 422, "The address may not be reached from here";
    LiveMode = "live_mode", 403, "Not for live tenants";
    ClockAdvancing = "clock_advancing", 409, "The clock is advancing";
    BacklogNotConfirmed = "backlog_not_confirmed", 409, "The count of overdue invoices was not confirmed";
    PolicyInvalid = "policy_invalid", 422, "The policy breaks a rule";
    TemplateInvalid = "template_invalid", 422, "The template breaks a rule";
    RateUnknown = "rate_unknown", 422, "A reference rate is not known";
    CurrencyMismatch = "currency_mismatch", 422, "The currencies differ";
    OverAllocated = "over_allocated", 422, "More is allocated than there is";
    PromiseTooLate = "promise_too_late", 422, "The promised day is too far";
    SumMismatch = "sum_mismatch", 422, "The parts do not add up";
    NotEligible = "not_eligible", 409, "Not eligible";
    DtdForbidden = "dtd_forbidden", 422, "The document has a DTD";
    MalformedDocument = "malformed_document", 422, "The document does not read";
    UnsupportedDocument = "unsupported_document", 422, "The kind of document is not supported";
    NotAnInvoice = "not_an_invoice", 422, "The document is no invoice";
    NoStructuredData = "no_structured_data", 422, "The document carries no structured data";
    Internal = "internal", 500, "Internal error";
}

/// One fault of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldProblem {
    /// JSON pointer into the body, or `query:name`, or `header:name`.
    #[schema(example = "/due_on")]
    pub pointer: String,
    /// Code of the fault.
    pub code: String,
    /// What is wrong and what to do.
    pub detail: String,
}

/// An answer that says no (`application/problem+json`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Names the kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "https://relance.dev/problems/validation_failed")]
    pub kind: String,
    /// Short and unchanging.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// From the closed list.
    pub code: String,
    /// What happened this time.
    pub detail: String,
    /// Id of the request, also in the header `X-Request-Id`.
    pub request_id: String,
    /// Every fault at once.
    pub errors: Vec<FieldProblem>,
    /// Further members of some codes (`count`, `missing`).
    #[serde(flatten)]
    #[schema(ignore)]
    pub extra: serde_json::Map<String, serde_json::Value>,
}
