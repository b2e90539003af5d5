//! Who owes: customers and their contacts.

use serde::{Deserialize, Serialize};

use crate::ids::{ContactId, CustomerId, PolicyId};

/// What kind of debtor: decides which law applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustomerKind {
    /// A professional.
    Business,
    /// A private person.
    Consumer,
    /// A public body.
    PublicBody,
    /// Not known: treated as a consumer.
    Unknown,
}

impl CustomerKind {
    /// The word used on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Business => "business",
            Self::Consumer => "consumer",
            Self::PublicBody => "public_body",
            Self::Unknown => "unknown",
        }
    }

    /// May fees be asked of this debtor at all (C. com. L441-10, CCP L2192-13)?
    pub fn pays_late_charges(self) -> bool {
        matches!(self, Self::Business | Self::PublicBody)
    }
}

/// A postal address.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Address {
    /// Street lines.
    pub lines: Vec<String>,
    /// Postcode.
    pub postcode: Option<String>,
    /// Town.
    pub city: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

/// Somebody of the tenant's own house, e.g. the sales owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Name.
    pub name: String,
    /// E-mail.
    pub email: Option<String>,
}

/// What a contact does at the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactRole {
    /// Pays supplier invoices.
    AccountsPayable,
    /// Approves invoices for payment.
    Approver,
    /// Ordered.
    Buyer,
    /// Runs the firm.
    Director,
    /// Represents it in law.
    LegalRepresentative,
    /// Public body: the one who orders payment (ordonnateur).
    AuthorisingOfficer,
    /// Anything else.
    Other,
}

impl ContactRole {
    /// The word used on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccountsPayable => "accounts_payable",
            Self::Approver => "approver",
            Self::Buyer => "buyer",
            Self::Director => "director",
            Self::LegalRepresentative => "legal_representative",
            Self::AuthorisingOfficer => "authorising_officer",
            Self::Other => "other",
        }
    }
}

/// How a person is addressed where the language has a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Formality {
    /// vous, Sie, usted…
    #[default]
    Vous,
    /// tu, du…
    Tu,
}

impl Formality {
    /// The word used on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Vous => "vous",
            Self::Tu => "tu",
        }
    }
}

/// A contact as its source states it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactDetails {
    /// The source's name for it, unique within the customer.
    pub external_id: String,
    /// Name of the person or desk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Role.
    pub role: ContactRole,
    /// E-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Telephone number as given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Preferred channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_channel: Option<String>,
    /// May approve invoices for payment.
    pub can_approve_payment: bool,
    /// Language, else the customer's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Form of address.
    pub formality: Formality,
}

impl ContactDetails {
    /// A contact of which no more is said than the source's name for it and its role.
    pub fn new(external_id: impl Into<String>, role: ContactRole) -> Self {
        Self {
            external_id: external_id.into(),
            name: None,
            role,
            email: None,
            phone: None,
            preferred_channel: None,
            can_approve_payment: false,
            language: None,
            formality: Formality::default(),
        }
    }
}

/// A contact as we know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Id.
    pub id: ContactId,
    /// As stated by the source.
    pub details: ContactDetails,
    /// Channels this contact opted out of or on which messages bounced: never written to again.
    pub suppressed_channels: Vec<String>,
}

/// A customer as its source states it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerDetails {
    /// Kind of debtor.
    pub kind: CustomerKind,
    /// Legal name.
    pub name: String,
    /// Language of messages (`fr`, `en`…), else the tenant's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// IANA zone, else the tenant's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Holiday region; null: from country and postcode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// SIREN (nine digits).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub siren: Option<String>,
    /// VAT number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vat_id: Option<String>,
    /// Usual address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// Registered office.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registered_address: Option<Address>,
    /// Legal form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_form: Option<String>,
    /// Days of its payment runs: `10`, `25`, `eom`.
    pub payment_days: Vec<String>,
    /// Public bodies: which kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_body_type: Option<String>,
    /// Segment, chooses the policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    /// A policy of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_id: Option<PolicyId>,
    /// Its salesman.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sales_owner: Option<Person>,
    /// Contacts, in the source's order.
    pub contacts: Vec<ContactDetails>,
}

impl CustomerDetails {
    /// A customer of which no more is said than what every source has to say.
    pub fn new(kind: CustomerKind, name: impl Into<String>) -> Self {
        Self {
            kind,
            name: name.into(),
            language: None,
            time_zone: None,
            region: None,
            siren: None,
            vat_id: None,
            address: None,
            registered_address: None,
            legal_form: None,
            payment_days: Vec::new(),
            public_body_type: None,
            segment: None,
            policy_id: None,
            sales_owner: None,
            contacts: Vec::new(),
        }
    }
}

/// A customer as we know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// Id.
    pub id: CustomerId,
    /// The source that owns it.
    pub source: String,
    /// The source's id.
    pub external_id: String,
    /// The source's version.
    pub source_version: i64,
    /// As stated.
    pub details: CustomerDetails,
}
