//! How a source's webhooks are told apart and verified.

use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($variant:ident = $word:literal: $doc:literal;)*) => {
        /// Who sends a source's webhooks.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ConnectorKind { $(#[doc = $doc] $variant,)* }

        impl ConnectorKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    };
}

kinds! {
    Stripe = "stripe": "Stripe.";
    Lago = "lago": "Lago.";
    Chargebee = "chargebee": "Chargebee.";
    Shopify = "shopify": "Shopify.";
    Xero = "xero": "Xero.";
    Quickbooks = "quickbooks": "QuickBooks Online.";
    Gocardless = "gocardless": "GoCardless.";
    Qonto = "qonto": "Qonto.";
    StandardWebhooks = "standard_webhooks": "Anybody who signs as Standard Webhooks says; our own CloudEvents.";
    Hmac = "hmac": "Anybody who signs with an HMAC-SHA256; our own CloudEvents.";
    Plain = "plain": "Anybody who knows the token in the address; our own CloudEvents.";
}

impl ConnectorKind {
    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }

    /// Does its body carry our own events?
    pub fn is_own(self) -> bool {
        matches!(self, Self::StandardWebhooks | Self::Hmac | Self::Plain)
    }

    /// May we make its secret up, or does the sender give it?
    pub fn secret_is_ours(self) -> bool {
        matches!(self, Self::StandardWebhooks | Self::Plain)
    }
}

/// How signatures are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureEncoding {
    /// Hexadecimal.
    Hex,
    /// Base64.
    Base64,
}

/// Where the signature of kind `hmac` stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HmacConfig {
    /// Header.
    pub header: String,
    /// How it is written.
    pub encoding: SignatureEncoding,
    /// What stands before it, e.g. `sha256=`.
    pub prefix: Option<String>,
    /// Header with Unix seconds: what is signed is `timestamp.body` then, five minutes at most.
    pub timestamp_header: Option<String>,
}

/// How webhooks are verified and read, without secrets.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ConnectorConfig {
    /// Of kind `hmac`.
    pub hmac: Option<HmacConfig>,
    /// The secret is `name:password` of HTTP Basic (Chargebee).
    pub basic: bool,
    /// What customers are unless the sender says: `business`, `consumer`, `public_body` or `unknown`.
    pub customer_kind: Option<String>,
}
