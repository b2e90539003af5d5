//! What a tenant says about itself: the creditor's identity and its defaults.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{customer::Address, records::Logo};

/// The creditor's identity and the tenant's defaults (`GET|PATCH /v1/settings`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Legal name of the creditor.
    pub legal_name: Option<String>,
    /// Legal form (SAS, SARL, EI…).
    pub legal_form: Option<String>,
    /// Share capital as printed.
    pub capital: Option<String>,
    /// SIREN.
    pub siren: Option<String>,
    /// Town of the trade register.
    pub rcs_city: Option<String>,
    /// VAT number.
    pub vat_id: Option<String>,
    /// Postal address.
    pub address: Option<Address>,
    /// Telephone.
    pub phone: Option<String>,
    /// E-mail that is read.
    pub email: Option<String>,
    /// The person or desk that signs.
    pub contact_name: Option<String>,
    /// Account to pay into.
    pub iban: Option<String>,
    /// Its BIC.
    pub bic: Option<String>,
    /// Ways to pay in words, e.g. `transfer`, `card`, `direct_debit`.
    pub payment_methods: Vec<String>,
    /// The late-payment clause printed on the creditor's invoices, once confirmed.
    pub penalty_terms: Option<String>,
    /// Privacy notice.
    pub privacy_url: Option<String>,
    /// Consumer mediator (C. conso. L616-1).
    pub consumer_mediator: Option<String>,
    /// Signature under messages.
    pub signature: Option<String>,
    /// The logo on what is sent; its bytes stand elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<Logo>,
    /// IANA zone: judges whether an invoice is overdue.
    pub time_zone: String,
    /// Default language of messages.
    pub language: String,
    /// Holiday region of the tenant.
    pub region: String,
    /// Days after issue when neither the invoice nor the customer states a due date.
    pub default_payment_days: u16,
    /// Days the log of webhook attempts is kept, 1 to 90.
    pub webhook_attempt_days: u16,
    /// Days an event is kept with its content, 1 to 90; then only what it was about.
    pub webhook_payload_days: u16,
    /// What happened ([`crate::dunning::Occasion`]) → the message that answers it by itself; nothing else is answered.
    pub event_templates: BTreeMap<String, String>,
    /// An approval takes two persons; whoever asked for a message again is one of them.
    pub four_eyes: bool,
    /// The tenant collects for somebody else (CPCE R124-1 to R124-7). Refused as long as the mentions cannot all be given.
    pub third_party_collector: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            legal_name: None,
            legal_form: None,
            capital: None,
            siren: None,
            rcs_city: None,
            vat_id: None,
            address: None,
            phone: None,
            email: None,
            contact_name: None,
            iban: None,
            bic: None,
            payment_methods: Vec::new(),
            penalty_terms: None,
            privacy_url: None,
            consumer_mediator: None,
            signature: None,
            logo: None,
            time_zone: "Europe/Paris".to_owned(),
            language: "fr".to_owned(),
            region: "FR".to_owned(),
            default_payment_days: 30,
            webhook_attempt_days: 30,
            webhook_payload_days: 90,
            event_templates: BTreeMap::new(),
            four_eyes: false,
            third_party_collector: false,
        }
    }
}
