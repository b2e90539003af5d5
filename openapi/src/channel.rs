//! How a tenant's messages leave, on the wire. Secrets go in and never come out.

mod gateway;
mod post;

pub use gateway::{
    GatewayAnswer, GatewayAuth, GatewayCodes, GatewayField, GatewayInput, GatewayLookUp, GatewayReceipts, GatewayRequestView, GatewayVerify,
};
pub use post::{Ar24Input, MailevaInput, MerciFacteurInput};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Settings of a channel: `email`, `sms` or `letter`, or of the fallback of one of the first two. One object beside `provider` bears the provider's name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelInput {
    /// E-mail: `smtp`, `brevo`, `mailjet`, `postmark`, `scaleway`, `ses`, `sendgrid`. SMS: `ovh`, `twilio`, `brevo`, `smsmode`,
    /// `http`, `gateway`. Letter: `print`, `merci_facteur`, `maileva`, `ar24` (registered e-letters only).
    #[schema(example = "smtp")]
    pub provider: String,
    /// Sender: an e-mail address, or a number or name for SMS. Not for letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Name beside the sender's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_name: Option<String>,
    /// Where answers go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// A test tenant really sends to these addresses only; a letter's is its envelope in one line, `Name, Street, 69003 Lyon`,
    /// or the e-mail address that a registered e-letter goes to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_list: Option<Vec<String>>,
    /// For provider `smtp`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smtp: Option<SmtpInput>,
    /// For provider `brevo`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brevo: Option<BrevoInput>,
    /// For provider `twilio`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub twilio: Option<TwilioInput>,
    /// For provider `ovh`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ovh: Option<OvhInput>,
    /// For provider `http`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpInput>,
    /// For provider `gateway`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway: Option<GatewayInput>,
    /// For provider `mailjet`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mailjet: Option<MailjetInput>,
    /// For provider `postmark`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postmark: Option<PostmarkInput>,
    /// For provider `scaleway`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scaleway: Option<ScalewayInput>,
    /// For provider `ses`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ses: Option<SesInput>,
    /// For provider `sendgrid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sendgrid: Option<SendgridInput>,
    /// For provider `smsmode`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smsmode: Option<SmsmodeInput>,
    /// For provider `merci_facteur`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merci_facteur: Option<MerciFacteurInput>,
    /// For provider `maileva`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maileva: Option<MailevaInput>,
    /// For provider `ar24`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ar24: Option<Ar24Input>,
    /// SMS and letters: messages that may leave on one day of the tenant's zone; the rest waits until the next, and one task
    /// `daily_cap_reached` says so. As many as come without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_per_day: Option<u32>,
    /// SMS: what one part costs, to tell the cost of a message before it leaves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_per_part: Option<PartPrice>,
    /// Messages a second that the account takes; as many as come without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_per_second: Option<u32>,
}

/// What a provider asks for one part of an SMS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartPrice {
    /// Decimal text with six decimals at most: a part costs less than a cent's multiple.
    #[schema(example = "0.045")]
    pub amount: String,
    /// Currency (ISO 4217).
    #[schema(example = "EUR")]
    pub currency: String,
}

/// An SMTP server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SmtpInput {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// `starttls`, `tls`, or `none` inside `RELANCE_EGRESS_ALLOW`.
    #[schema(example = "starttls")]
    pub security: String,
    /// User name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Password.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(write_only)]
    pub password: Option<String>,
    /// Where bounces come back to, with our reference behind a `+`: `bounces@firm.example` is written as
    /// `bounces+rl_…@firm.example`. Absent: to `from`. Hand what arrives there to `POST /v1/ingest/mails`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "bounces@firm.example")]
    pub bounce_address: Option<String>,
    /// A certificate authority of your own, PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_pem: Option<String>,
}

/// Brevo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BrevoInput {
    /// API key.
    #[schema(write_only)]
    pub api_key: String,
    /// Asked of its webhooks as the password of basic authentication, or as a bearer token.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(write_only)]
    pub webhook_password: Option<String>,
    /// Replaces the vendor's scheme, host and path prefix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
}

/// Twilio.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TwilioInput {
    /// Account.
    pub account_sid: String,
    /// Token.
    #[schema(write_only)]
    pub auth_token: String,
    /// Replaces the vendor's scheme, host and path prefix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
}

/// OVHcloud SMS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OvhInput {
    /// SMS account (`sms-xx1234-1`).
    pub service_name: String,
    /// Application key.
    pub application_key: String,
    /// Application secret.
    #[schema(write_only)]
    pub application_secret: String,
    /// Consumer key.
    #[schema(write_only)]
    pub consumer_key: String,
    /// Replaces the vendor's scheme, host and path prefix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
}

/// Any SMS gateway that takes JSON over HTTP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HttpInput {
    /// Where messages are posted to.
    pub url: String,
    /// Signs each call as our webhooks are signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(write_only)]
    pub secret: Option<String>,
    /// It also answers `GET {url}?reference=…` with the messages that it has under our reference: a message that nobody
    /// knows the fate of is asked for there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub look_up: Option<bool>,
}

/// Mailjet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailjetInput {
    /// Public API key.
    pub api_key: String,
    /// Secret key.
    #[schema(write_only)]
    pub secret_key: String,
    /// Asked of its webhooks as the password of basic authentication, or as a bearer token.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(write_only)]
    pub webhook_password: Option<String>,
    /// Replaces the vendor's scheme, host and path prefix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
}

/// Postmark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostmarkInput {
    /// Token of the server.
    #[schema(write_only)]
    pub server_token: String,
    /// Stream; `outbound` without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_stream: Option<String>,
    /// Asked of its webhooks as the password of basic authentication, or as a bearer token.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(write_only)]
    pub webhook_password: Option<String>,
    /// Replaces the vendor's scheme, host and path prefix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
}

/// Scaleway Transactional Email.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScalewayInput {
    /// Secret key.
    #[schema(write_only)]
    pub secret_key: String,
    /// Project.
    pub project_id: String,
    /// Region; `fr-par` without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The topic whose events are receipts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic_arn: Option<String>,
    /// Replaces the vendor's scheme, host and path prefix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
}

/// Amazon SES v2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SesInput {
    /// Access key.
    pub access_key_id: String,
    /// Secret of the access key.
    #[schema(write_only)]
    pub secret_access_key: String,
    /// Region, e.g. `eu-west-3`.
    pub region: String,
    /// Configuration set that publishes events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configuration_set: Option<String>,
    /// The SNS topic whose notifications are receipts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic_arn: Option<String>,
    /// Replaces the vendor's scheme, host and path prefix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
}

/// SendGrid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendgridInput {
    /// API key.
    #[schema(write_only)]
    pub api_key: String,
    /// Public key of the signed event webhook; without it no receipt is taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_key: Option<String>,
    /// Replaces the vendor's scheme, host and path prefix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
}

/// smsmode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SmsmodeInput {
    /// API key.
    #[schema(write_only)]
    pub api_key: String,
    /// Replaces the vendor's scheme, host and path prefix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
}

/// A channel as it is shown: what was put, without its secrets.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ChannelView {
    /// `email`, `sms`, `letter`, `email_fallback` or `sms_fallback`.
    pub channel: String,
    /// Where the provider's receipts are posted, behind the address of this API; null for who may not write settings.
    pub receipts_path: Option<String>,
    /// Version, from 1.
    pub version: i64,
    /// Last change; null in a dry run.
    pub updated_at: Option<String>,
    /// What was put, without its secrets.
    #[serde(flatten)]
    pub settings: serde_json::Map<String, serde_json::Value>,
}

/// Whom a channel is tried on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelTestInput {
    /// An e-mail address, or a mobile number.
    #[schema(example = "claire@dupont.example")]
    pub to: String,
}

/// What came of a trial.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ChannelTestView {
    /// The provider.
    pub provider: String,
    /// `accepted`, `refused`, `throttled`, `transient`, `unknown`, or `not_called` from a test tenant to an address
    /// that is not on its list.
    pub outcome: String,
    /// What was said, without addresses.
    pub detail: Option<String>,
    /// Of e-mail: whether the sender's domain fits who sends for it, as far as the settings say. Not of a dry run: what the
    /// provider says of the account.
    #[serde(default)]
    pub checks: Vec<ChannelCheck>,
    /// Of provider `gateway`: the request that its description gives, its secrets hidden; else null.
    pub request: Option<GatewayRequestView>,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChannelCheck {
    /// `from_domain`, `return_path`, `reply_to`, `transport`; `credentials`, `vendor_domain` (the sender's domain as the vendor sees it).
    #[schema(example = "return_path")]
    pub code: String,
    /// Nothing stands in the way.
    pub ok: bool,
    /// What was found, and what to do.
    pub detail: String,
}

/// The channels of the tenant.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ChannelList {
    /// By name.
    pub data: Vec<ChannelView>,
    /// Always false: there are five at most.
    pub has_more: bool,
    /// Always null.
    pub next_cursor: Option<String>,
}
