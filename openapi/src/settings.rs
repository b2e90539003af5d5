//! The creditor's identity and the tenant's defaults on the wire.

use std::collections::BTreeMap;

use relance_domain::settings::Settings;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::address::PostalAddress;

macro_rules! settings {
    ($($(#[$doc:meta])* $field:ident: $kind:ty,)*) => {
        /// What a tenant says about itself; printed on what it sends.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct SettingsView {
            $($(#[$doc])* pub $field: $kind,)*
        }

        /// Members to change (JSON merge patch): absent ones stay, null empties.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct SettingsPatch {
            $($(#[$doc])* #[serde(skip_serializing_if = "Option::is_none")] pub $field: Option<$kind>,)*
        }
    };
}

settings! {
    /// Legal name of the creditor.
    legal_name: Option<String>,
    /// Legal form (SAS, SARL, EI…).
    legal_form: Option<String>,
    /// Share capital as printed.
    capital: Option<String>,
    /// SIREN.
    siren: Option<String>,
    /// Town of the trade register.
    rcs_city: Option<String>,
    /// VAT number.
    vat_id: Option<String>,
    /// Postal address.
    address: Option<PostalAddress>,
    /// Telephone.
    phone: Option<String>,
    /// E-mail that is read.
    email: Option<String>,
    /// The person or desk that signs.
    contact_name: Option<String>,
    /// Account to pay into.
    iban: Option<String>,
    /// Its BIC.
    bic: Option<String>,
    /// Ways to pay, e.g. `transfer`, `card`, `direct_debit`.
    payment_methods: Vec<String>,
    /// The late-payment clause printed on the creditor's invoices, once confirmed.
    penalty_terms: Option<String>,
    /// Privacy notice.
    privacy_url: Option<String>,
    /// Consumer mediator (C. conso. L616-1).
    consumer_mediator: Option<String>,
    /// Signature under messages.
    signature: Option<String>,
    /// IANA zone: judges whether an invoice is overdue.
    time_zone: String,
    /// Default language of messages.
    language: String,
    /// Holiday region of the tenant.
    region: String,
    /// Days after issue when neither the invoice nor the customer states a due date.
    default_payment_days: u16,
    /// Days the log of webhook deliveries and their attempts is kept, 1 to 90.
    webhook_attempt_days: u16,
    /// Days an event is kept with its content, 1 to 90; after them the feed names only what it was about.
    webhook_payload_days: u16,
    /// What happened → the message that answers it by itself: `promise.made` `promise_confirmation`, `promise.broken`
    /// `promise_broken`, `dispute.opened` `dispute_acknowledgment`, `call.completed` `call_summary`, `case.closed` `thank_you`.
    /// Empty: none. In a patch the whole is replaced.
    event_templates: BTreeMap<String, String>,
    /// An approval takes two persons, told apart by their e-mail addresses. Whoever orders a message to be sent again is the first
    /// of the two.
    four_eyes: bool,
    /// Collecting for somebody else. Always false: the mentions of CPCE R124-4 cannot all be given, so `true` is refused.
    third_party_collector: bool,
}

impl From<&Settings> for SettingsView {
    fn from(settings: &Settings) -> Self {
        let Settings {
            legal_name,
            legal_form,
            capital,
            siren,
            rcs_city,
            vat_id,
            address,
            phone,
            email,
            contact_name,
            iban,
            bic,
            payment_methods,
            penalty_terms,
            privacy_url,
            consumer_mediator,
            signature,
            logo: _, // a resource of its own
            time_zone,
            language,
            region,
            default_payment_days,
            webhook_attempt_days,
            webhook_payload_days,
            event_templates,
            four_eyes,
            third_party_collector,
        } = settings.clone();
        let address = address.as_ref().map(PostalAddress::from);
        Self {
            legal_name,
            legal_form,
            capital,
            siren,
            rcs_city,
            vat_id,
            address,
            phone,
            email,
            contact_name,
            iban,
            bic,
            payment_methods,
            penalty_terms,
            privacy_url,
            consumer_mediator,
            signature,
            time_zone,
            language,
            region,
            default_payment_days,
            webhook_attempt_days,
            webhook_payload_days,
            event_templates,
            four_eyes,
            third_party_collector,
        }
    }
}

impl From<SettingsView> for Settings {
    fn from(view: SettingsView) -> Self {
        let SettingsView {
            legal_name,
            legal_form,
            capital,
            siren,
            rcs_city,
            vat_id,
            address,
            phone,
            email,
            contact_name,
            iban,
            bic,
            payment_methods,
            penalty_terms,
            privacy_url,
            consumer_mediator,
            signature,
            time_zone,
            language,
            region,
            default_payment_days,
            webhook_attempt_days,
            webhook_payload_days,
            event_templates,
            four_eyes,
            third_party_collector,
        } = view;
        let address = address.map(Into::into);
        Self {
            legal_name,
            legal_form,
            capital,
            siren,
            rcs_city,
            vat_id,
            address,
            phone,
            email,
            contact_name,
            iban,
            bic,
            payment_methods,
            penalty_terms,
            privacy_url,
            consumer_mediator,
            signature,
            logo: None,
            time_zone,
            language,
            region,
            default_payment_days,
            webhook_attempt_days,
            webhook_payload_days,
            event_templates,
            four_eyes,
            third_party_collector,
        }
    }
}

/// A logo to be shown on what is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogoInput {
    /// A PNG or JPEG in base64: at most 100 KiB, 2000 by 2000 pixels. It is shown 200 by 64 pixels at most, on light and on
    /// dark ground.
    pub data: String,
}

/// The logo on what is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LogoView {
    /// `image/png` or `image/jpeg`.
    #[schema(example = "image/png")]
    pub media_type: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// SHA-256 of the picture, hexadecimal.
    pub sha256: String,
    /// The picture in base64.
    pub data: String,
}
