//! Settings of those who post letters.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Merci Facteur: paper letters, and simple registered e-letters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MerciFacteurInput {
    /// Service id.
    pub service_id: String,
    /// Secret key; it signs, and never travels.
    #[schema(write_only)]
    pub secret_key: String,
    /// The user in whose name letters leave.
    pub user_id: String,
    /// Addresses that may use the token, divided by `;`; without it the restriction is taken to be lifted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorized_ip: Option<String>,
    /// How registered letters go: `lrare` (the default: the acknowledgement is scanned and kept), `lrar`, or the electronic
    /// `ere_otp_mail`, `ere_otp_sms`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registered_mode: Option<String>,
    /// How other letters go: `suivi` (the default) or `normal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub letter_mode: Option<String>,
    /// Your consumer customers agreed beforehand to registered e-letters; without it none is sent to a consumer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consumers_agreed: Option<bool>,
    /// The key that its webhooks show; without it none is taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(write_only)]
    pub webhook_secret: Option<String>,
    /// Replaces the vendor's scheme, host and path prefix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
}

/// Maileva of La Poste.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailevaInput {
    /// Id of the application.
    pub client_id: String,
    /// Secret of the application.
    #[schema(write_only)]
    pub client_secret: String,
    /// Login of the user.
    pub username: String,
    /// Password of the user.
    #[schema(write_only)]
    pub password: String,
    /// Where Maileva writes about a sending.
    pub notification_email: String,
    /// Print in colour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<bool>,
    /// Asked of its notifications as the password of basic authentication, or as a bearer token; without it none is taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(write_only)]
    pub webhook_password: Option<String>,
    /// Replaces the scheme, host and path prefix of the vendor's sign-in; without it that of `base_url` does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_url: Option<String>,
    /// Replaces the vendor's scheme, host and path prefix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
}

/// AR24: registered e-letters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ar24Input {
    /// Token.
    pub token: String,
    /// Private key; it seals and opens, and never travels.
    #[schema(write_only)]
    pub private_key: String,
    /// The user in whose name letters leave.
    pub user_id: String,
    /// Your consumer customers agreed beforehand to registered e-letters; without it none is sent to a consumer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consumers_agreed: Option<bool>,
    /// Replaces the vendor's scheme, host and path prefix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
}
