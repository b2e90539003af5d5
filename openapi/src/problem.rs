//! Problems: RFC 9457 with a closed list of codes (`contract.md` §2).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! codes {
    ($($variant:ident = $word:literal, $status:literal, $family:ident, $title:literal, $advice:literal;)*) => {
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

            /// Whose refusal it is.
            pub fn family(self) -> Family {
                match self { $(Self::$variant => Family::$family,)* }
            }

            /// A short title that does not change.
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// What it means and what to do, for the page of the code.
            pub fn advice(self) -> &'static str {
                match self { $(Self::$variant => $advice,)* }
            }
        }
    };
}

/// Whose refusal a code is: this decides whether an idempotency key remembers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// The request itself: mend it, the same key serves.
    Request,
    /// The moment: the same request may succeed later.
    Passing,
    /// The business: the request ran, and this is its answer.
    Business,
    /// Our fault.
    Ours,
}

codes! {
    MalformedJson = "malformed_json", 400, Request, "The body is not readable JSON",
        "Send one JSON value in UTF-8 without a byte order mark, every member once. The detail says where reading stopped.";
    ValidationFailed = "validation_failed", 422, Request, "The request breaks a rule",
        "Look at `errors`: each entry points at one field and says what it must be. All faults of form are listed at once, and once there are none, all faults of meaning.";
    UnknownField = "unknown_field", 422, Request, "The body has a field that does not exist",
        "The pointer names a member that this body does not have, or that only the service may set. Check its spelling against the description of the operation.";
    UnknownParameter = "unknown_parameter", 400, Request, "The query has a parameter that does not exist",
        "The detail lists the parameters of the operation. Nothing is ignored, so that a misspelt filter does not give the whole list.";
    MoneyPrecision = "money_precision", 422, Request, "An amount is not an exact decimal string",
        "Send amounts as strings in plain notation, with no more decimals than the currency has: `\"1250.00\"`. Nothing is rounded for you.";
    Unauthorized = "unauthorized", 401, Request, "No valid API key",
        "Send `Authorization: Bearer rlk_…` with a key that is in force. The answer is the same for an unknown, expired or revoked key and for a key used from a network that it does not allow.";
    ForbiddenScope = "forbidden_scope", 403, Request, "The key lacks the scope",
        "The detail names the scope that is missing. Ask whoever manages keys for one that has it.";
    InsecureTransport = "insecure_transport", 403, Request, "Plain HTTP is refused",
        "The request came over plain HTTP, so whatever key it carried may have been read on the way: replace that key, and speak HTTPS. The answer is the same for a good key and a bad one.";
    NotFound = "not_found", 404, Request, "Not found",
        "The object does not exist, or belongs to another tenant: the answer is the same.";
    MethodNotAllowed = "method_not_allowed", 405, Request, "Method not allowed",
        "The header `Allow` lists the methods of the path.";
    RequestTimeout = "request_timeout", 408, Passing, "The body came too slowly",
        "The body must be there within 30 seconds of its beginning. Send it again, in smaller parts if the line is slow.";
    UnsupportedMediaType = "unsupported_media_type", 415, Request, "Unsupported media type",
        "Send the media type that the operation names; for most it is `application/json`.";
    TooLarge = "too_large", 413, Request, "The body is too large",
        "Send less at once: the detail gives the limit, which counts what is left after decompression.";
    IdempotencyKeyReused = "idempotency_key_reused", 422, Request, "The idempotency key was used with another request",
        "The key was used on this path with another body in the last 7 days. Use a new key for a new request.";
    IdempotencyInProgress = "idempotency_in_progress", 409, Passing, "The first request with this key is still running",
        "The first request with this key has not ended. Wait for the seconds of `Retry-After`, then send the same again: you get its answer.";
    StaleVersion = "stale_version", 409, Business, "A newer version is known",
        "A newer `source_version` of this object is known; what you sent was kept out. Send the current state with a higher version.";
    VersionConflict = "version_conflict", 409, Business, "The same version is known with another body",
        "This `source_version` is known with other content. Versions must grow with every change in your system.";
    EventIdConflict = "event_id_conflict", 409, Business, "The same event id is known with other data",
        "An event with this `source` and `id` came before with other data. Give every new event an id of its own.";
    CursorMismatch = "cursor_mismatch", 400, Request, "The cursor belongs to another list",
        "Use `next_cursor` as it was given, with the same path and filters and the same key's tenant; or begin again without a cursor.";
    CursorExpired = "cursor_expired", 400, Request, "The cursor is older than what is kept",
        "The events after it are no longer all there: the feed reaches back 90 days. Read the objects themselves once, then go on from the newest event.";
    PayloadExpired = "payload_expired", 410, Business, "The content is no longer kept",
        "What was sent is kept for the tenant's `webhook_payload_days` only. Read the object itself.";
    WrongState = "wrong_state", 409, Business, "Its state forbids this",
        "The object's state forbids the action; the detail says which state it is in. Read it again and decide.";
    PreconditionRequired = "precondition_required", 428, Request, "If-Match is required",
        "Send `If-Match` with the `ETag` of what you read, so that nobody's change is overwritten unseen.";
    PreconditionFailed = "precondition_failed", 412, Request, "It changed since it was read",
        "Somebody changed the object since you read it. Read it again, merge, send with the new `ETag`.";
    RateLimited = "rate_limited", 429, Passing, "Too many requests",
        "The quota of the key's tenant is used up. Wait for the seconds of `Retry-After`; `RateLimit` says on every answer what is left.";
    Overloaded = "overloaded", 503, Passing, "Reduced capacity for a moment",
        "The service takes less at the moment. Wait for the seconds of `Retry-After` and send the same again; use an `Idempotency-Key` with POST.";
    BlockedAddress = "blocked_address", 422, Business, "The address may not be reached from here",
        "The address is not public, or its port or scheme is not allowed. Webhooks go to public https addresses; operators may allow networks with `RELANCE_EGRESS_ALLOW`.";
    LiveMode = "live_mode", 403, Business, "Not for live tenants",
        "Test clocks exist for test tenants only. Make a test tenant to try time out.";
    ClockAdvancing = "clock_advancing", 409, Passing, "The clock is advancing",
        "The test clock is on its way. Ask `GET /v1/test_clock` until it is `ready`.";
    BacklogNotConfirmed = "backlog_not_confirmed", 409, Business, "The count of overdue invoices was not confirmed",
        "Activating the policy would take in `count` open overdue invoices. Look at them, then send `confirm_count` with that number.";
    PolicyInvalid = "policy_invalid", 422, Request, "The policy breaks a rule",
        "Each entry of `errors` names a rule of the policy that is broken, legal ones among them.";
    TemplateInvalid = "template_invalid", 422, Request, "The template breaks a rule",
        "Each entry of `errors` names what the template lacks or must not say.";
    RateUnknown = "rate_unknown", 422, Business, "A reference rate is not known",
        "`missing` names the reference rate and the half-year that are not known here, e.g. `ecb_mro 2027S1`. Nothing is guessed: enter the rate once it is published (`relance rates import`, `POST /v1/rates`), or ask for an earlier day.";
    CurrencyMismatch = "currency_mismatch", 422, Business, "The currencies differ",
        "Amounts of one operation must be in one currency; nothing is converted.";
    OverAllocated = "over_allocated", 422, Business, "More is allocated than there is",
        "The parts are more than the payment. Send parts that add up to no more than its amount.";
    PromiseTooLate = "promise_too_late", 422, Business, "The promised day is too far",
        "The day is further away than the policy allows (`promise.max_days`).";
    SumMismatch = "sum_mismatch", 422, Business, "The parts do not add up",
        "The parts must add up to the total exactly.";
    NotEligible = "not_eligible", 409, Business, "Not eligible",
        "The case does not meet the conditions; the detail says which is missing.";
    DtdForbidden = "dtd_forbidden", 422, Business, "The document has a DTD",
        "The XML has a document type declaration. E-invoices have none; it is refused to keep external entities out.";
    MalformedDocument = "malformed_document", 422, Business, "The document does not read",
        "The file does not read as what it seems to be; the detail says where.";
    UnsupportedDocument = "unsupported_document", 422, Business, "The kind of document is not supported",
        "The format is known and not read in this release, or not known at all.";
    NotAnInvoice = "not_an_invoice", 422, Business, "The document is no invoice",
        "The document is an order, a reminder, a proforma or the like: nothing that anybody owes.";
    NoStructuredData = "no_structured_data", 422, Business, "The document carries no structured data",
        "The PDF carries no structured invoice. Send the XML, or push the invoice by JSON.";
    Internal = "internal", 500, Ours, "Internal error",
        "It is our fault and nothing was changed. Send it again with the same `Idempotency-Key`; tell us the `request_id` if it stays.";
}

impl Code {
    /// Names the kind of problem, the same on every server; each serves the page at `/problems/{code}`.
    pub fn type_uri(self) -> String {
        format!("https://relance.dev/problems/{}", self.as_str())
    }

    /// Did the request run, and is this what the business answers?
    pub fn is_business(self) -> bool {
        self.family() == Family::Business
    }
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
