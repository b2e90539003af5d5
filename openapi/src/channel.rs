//! How a tenant's messages leave, on the wire. Secrets go in and never come out.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Settings of a channel: `email`, `sms` or `letter`. One object beside `provider` bears the provider's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelInput {
    /// E-mail: `smtp`, `brevo`. SMS: `twilio`, `ovh`, `brevo`, `http`. Letter: `print`.
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
    /// A test tenant really sends to these addresses only.
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
}

/// A channel as it is shown: what was put, without its secrets.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ChannelView {
    /// `email`, `sms` or `letter`.
    pub channel: String,
    /// Version, from 1.
    pub version: i64,
    /// Last change; null in a dry run.
    pub updated_at: Option<String>,
    /// What was put, without its secrets.
    #[serde(flatten)]
    pub settings: serde_json::Map<String, serde_json::Value>,
}

/// The channels of the tenant.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ChannelList {
    /// By name.
    pub data: Vec<ChannelView>,
    /// Always false: there are three.
    pub has_more: bool,
    /// Always null.
    pub next_cursor: Option<String>,
}
