//! An SMS gateway that its settings describe instead of code: how it is called, what its answers mean, how it is asked,
//! how it tells.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An SMS gateway described by its settings. Templates are minijinja and know `to` (E.164), `to_digits`, `to_national`
/// (French numbers), `from`, `text`, `reference`, `encoding` (`gsm7`, `ucs2`), `parts`, `callback_url` (none without
/// `RELANCE_PUBLIC_URL`), `tenant` and `secrets.…`; what gives nothing is left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GatewayInput {
    /// `POST`, `PUT`, or `GET` (of `query` alone). Absent: `POST`, of `query` `GET`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Where messages go.
    #[schema(example = "https://eu.sms.api.sinch.com/xms/v1/my_plan/batches")]
    pub url: String,
    /// `json` with `body`; `form` or `query` (parameters of the address) with `fields`.
    #[schema(example = "json")]
    pub media_type: String,
    /// Headers. One that says who you are takes its value from a secret.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<GatewayField>,
    /// Of `json`: an object. Its texts are templates; one that is nothing but `{{ … }}` keeps the type of what it gives,
    /// numbers and truth values stay as they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub body: Option<serde_json::Map<String, serde_json::Value>>,
    /// Of `form` and `query`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<GatewayField>,
    /// The header `Authorization`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth: Option<GatewayAuth>,
    /// Name → secret, for `secrets.…` in headers, fields and body.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(write_only)]
    pub secrets: BTreeMap<String, String>,
    /// What its answers mean. A 2xx is taken unless this says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<GatewayAnswer>,
    /// How it is asked for a message that nobody knows the fate of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub look_up: Option<GatewayLookUp>,
    /// How it tells what became of a message. Without it, it tells nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipts: Option<GatewayReceipts>,
}

/// A name and a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GatewayField {
    /// Name.
    pub name: String,
    /// Template of the value.
    pub value: String,
}

/// Who you are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GatewayAuth {
    /// `basic` or `bearer`.
    pub scheme: String,
    /// Of `basic`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Name of the secret that is the password or token.
    pub secret: String,
}

/// What answers mean. Places are JSON pointers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GatewayAnswer {
    /// The gateway's id of the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Why it was refused, for a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Of a 2xx that may be a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<GatewayCodes>,
    /// Of a 4xx.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<GatewayCodes>,
    /// Seconds to wait when there were too many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<String>,
    /// The header that says so; `Retry-After` is read without this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_header: Option<String>,
}

/// Values at a place, by what they mean; a number is written as text. No value stands twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GatewayCodes {
    /// JSON pointer of the value.
    pub pointer: String,
    /// It has the message. When any is named, every other value of a 2xx is a refusal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taken: Vec<String>,
    /// Refused for this number: never again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recipient: Vec<String>,
    /// Refused for this message.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub message: Vec<String>,
    /// Refused for your account: every message waits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub account: Vec<String>,
    /// Certainly not taken, and may be sent again later.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub throttled: Vec<String>,
}

/// How it is asked for a message: a GET with the headers of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GatewayLookUp {
    /// Template of the address; knows `reference`, `to_digits` and `tenant`, behind the host.
    pub url: String,
    /// JSON pointer of a list of messages (`""`: the answer itself). A list without ours says that it is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// JSON pointer of the message, instead of a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// JSON pointer of our reference inside a message; without it any message that is told is ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// JSON pointer of the gateway's id inside a message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// How it tells what became of a message, at `receipts_path`. Places are JSON pointers in `json`, else names of fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GatewayReceipts {
    /// `json`, `form`, or `query`: parameters of the address, by GET or POST.
    pub media_type: String,
    /// Of `json`: pointer of the list of receipts; without it the body is one or a list of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// Place of our reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Parameter of the address that is our reference, where the templates put it there (`{{ callback_url }}?ref=…`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference_parameter: Option<String>,
    /// Place of the gateway's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Place of what became of it.
    pub status: String,
    /// Place of the reason, for a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Place of the instant: RFC 3339 or Unix time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Words for: it has it and tries. A word on no list is let pass.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted: Vec<String>,
    /// The handset has it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub delivered: Vec<String>,
    /// Never again to this number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bounced_hard: Vec<String>,
    /// Not this time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bounced_soft: Vec<String>,
    /// Given up or blocked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<String>,
    /// The person wants no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opted_out: Vec<String>,
    /// How a receipt shows where it comes from. Without it the address is all that is secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verify: Option<GatewayVerify>,
}

/// How a receipt shows where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GatewayVerify {
    /// `header` (it is the secret), `hmac_sha256` (over the raw body), or `basic` (the secret is the password, or a bearer token).
    pub scheme: String,
    /// The header, of `header` and `hmac_sha256`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// Name of the secret.
    pub secret: String,
    /// Of `hmac_sha256`: `hex` (the default) or `base64`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// Of `hmac_sha256`: what stands before the signature, such as `sha256=`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
}

/// A request to a gateway as it would be made, its secrets hidden.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct GatewayRequestView {
    /// Method.
    pub method: String,
    /// Address, without the parameters that are fields.
    pub url: String,
    /// Headers; who you are is hidden.
    pub headers: Vec<GatewayField>,
    /// Fields of the form, or parameters of the address.
    pub fields: Vec<GatewayField>,
    /// The JSON.
    #[schema(value_type = Option<Object>)]
    pub body: Option<serde_json::Value>,
}
