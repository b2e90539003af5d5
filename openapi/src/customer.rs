//! Customers on the wire.

use relance_domain::{
    customer::{Contact, ContactRole, CustomerKind, Formality, Person},
    records::CustomerRecord,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{address::PostalAddress, time::at};

/// Kind of debtor: decides which law applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CustomerKindInput {
    /// A professional.
    Business,
    /// A private person.
    Consumer,
    /// A public body.
    PublicBody,
    /// Not known: treated as a consumer.
    Unknown,
}

impl From<CustomerKindInput> for CustomerKind {
    fn from(kind: CustomerKindInput) -> Self {
        match kind {
            CustomerKindInput::Business => Self::Business,
            CustomerKindInput::Consumer => Self::Consumer,
            CustomerKindInput::PublicBody => Self::PublicBody,
            CustomerKindInput::Unknown => Self::Unknown,
        }
    }
}

/// What a contact does at the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContactRoleInput {
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
    /// Public body: who orders payment (ordonnateur).
    AuthorisingOfficer,
    /// Anything else.
    Other,
}

impl From<ContactRoleInput> for ContactRole {
    fn from(role: ContactRoleInput) -> Self {
        match role {
            ContactRoleInput::AccountsPayable => Self::AccountsPayable,
            ContactRoleInput::Approver => Self::Approver,
            ContactRoleInput::Buyer => Self::Buyer,
            ContactRoleInput::Director => Self::Director,
            ContactRoleInput::LegalRepresentative => Self::LegalRepresentative,
            ContactRoleInput::AuthorisingOfficer => Self::AuthorisingOfficer,
            ContactRoleInput::Other => Self::Other,
        }
    }
}

/// How a person is addressed where the language has a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FormalityInput {
    /// vous, Sie, usted…
    Vous,
    /// tu, du…
    Tu,
}

impl From<FormalityInput> for Formality {
    fn from(formality: FormalityInput) -> Self {
        match formality {
            FormalityInput::Vous => Self::Vous,
            FormalityInput::Tu => Self::Tu,
        }
    }
}

/// Somebody of the tenant's own house.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SalesOwner {
    /// Name.
    #[schema(example = "A. Keller")]
    pub name: String,
    /// E-mail.
    #[schema(example = "keller@atelier.example")]
    pub email: Option<String>,
}

impl From<&Person> for SalesOwner {
    fn from(person: &Person) -> Self {
        let Person { name, email } = person;
        Self { name: name.clone(), email: email.clone() }
    }
}

/// A contact as its source states it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactInput {
    /// The source's name for it, unique within the customer.
    #[schema(example = "c1")]
    pub external_id: String,
    /// Name of the person or desk.
    pub name: Option<String>,
    /// Role; absent: `other`.
    pub role: Option<ContactRoleInput>,
    /// E-mail address.
    #[schema(example = "compta@dupont.example")]
    pub email: Option<String>,
    /// Telephone number.
    #[schema(example = "+33612345678")]
    pub phone: Option<String>,
    /// Preferred channel.
    #[schema(example = "email")]
    pub preferred_channel: Option<String>,
    /// May approve invoices for payment.
    pub can_approve_payment: Option<bool>,
    /// Language; absent: the customer's.
    #[schema(example = "fr")]
    pub language: Option<String>,
    /// Form of address; absent: `vous`.
    pub formality: Option<FormalityInput>,
}

/// A snapshot of a customer. What is left out or null is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerInput {
    /// The source's version: the newest wins.
    #[schema(minimum = 1, example = 3)]
    pub source_version: i64,
    /// Kind of debtor.
    pub kind: CustomerKindInput,
    /// Legal name.
    #[schema(example = "Boulangerie Dupont")]
    pub name: String,
    /// Language of messages; absent: the tenant's.
    #[schema(example = "fr")]
    pub language: Option<String>,
    /// IANA zone; absent: the tenant's.
    #[schema(example = "Europe/Paris")]
    pub time_zone: Option<String>,
    /// Holiday region; absent: from country and postcode.
    pub region: Option<String>,
    /// SIREN: nine digits.
    #[schema(example = "732829320")]
    pub siren: Option<String>,
    /// VAT number.
    pub vat_id: Option<String>,
    /// Usual address.
    pub address: Option<PostalAddress>,
    /// Registered office.
    pub registered_address: Option<PostalAddress>,
    /// Legal form.
    pub legal_form: Option<String>,
    /// Days of its payment runs: `10`, `25`, `eom`.
    pub payment_days: Option<Vec<String>>,
    /// Public bodies: which kind.
    pub public_body_type: Option<String>,
    /// Segment: chooses the policy.
    #[schema(example = "standard")]
    pub segment: Option<String>,
    /// A policy of its own.
    pub policy_id: Option<String>,
    /// Its salesman.
    pub sales_owner: Option<SalesOwner>,
    /// Contacts: those left out are gone.
    pub contacts: Option<Vec<ContactInput>>,
}

/// A contact as we know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContactView {
    /// Id; null in a dry run that would make it.
    #[schema(value_type = Option<String>, example = "con_01j9z3k5x8q2v7w4n6m1b0c9d8")]
    pub id: String,
    /// The source's name for it.
    pub external_id: String,
    /// Name.
    pub name: Option<String>,
    /// Role.
    pub role: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Preferred channel.
    pub preferred_channel: Option<String>,
    /// May approve invoices for payment.
    pub can_approve_payment: bool,
    /// Language.
    pub language: Option<String>,
    /// Form of address.
    pub formality: String,
    /// Channels never used again: opted out, or bounced.
    pub suppressed_channels: Vec<String>,
}

impl From<&Contact> for ContactView {
    fn from(contact: &Contact) -> Self {
        let Contact { id, details, suppressed_channels } = contact;
        Self {
            id: id.to_string(),
            external_id: details.external_id.clone(),
            name: details.name.clone(),
            role: details.role.as_str().to_owned(),
            email: details.email.clone(),
            phone: details.phone.clone(),
            preferred_channel: details.preferred_channel.clone(),
            can_approve_payment: details.can_approve_payment,
            language: details.language.clone(),
            formality: details.formality.as_str().to_owned(),
            suppressed_channels: suppressed_channels.clone(),
        }
    }
}

/// A customer as we know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CustomerView {
    /// Id; null in a dry run that would make it.
    #[schema(example = "cus_01j9z3k5x8q2v7w4n6m1b0c9d8")]
    pub id: Option<String>,
    /// The source that owns it.
    pub source: String,
    /// The source's id.
    pub external_id: String,
    /// The source's version.
    pub source_version: i64,
    /// `business`, `consumer`, `public_body`, `unknown`.
    pub kind: String,
    /// Legal name.
    pub name: String,
    /// Language of messages.
    pub language: Option<String>,
    /// IANA zone.
    pub time_zone: Option<String>,
    /// Holiday region.
    pub region: Option<String>,
    /// SIREN.
    pub siren: Option<String>,
    /// VAT number.
    pub vat_id: Option<String>,
    /// Usual address.
    pub address: Option<PostalAddress>,
    /// Registered office.
    pub registered_address: Option<PostalAddress>,
    /// Legal form.
    pub legal_form: Option<String>,
    /// Days of its payment runs.
    pub payment_days: Vec<String>,
    /// Public bodies: which kind.
    pub public_body_type: Option<String>,
    /// Segment.
    pub segment: Option<String>,
    /// A policy of its own.
    pub policy_id: Option<String>,
    /// Its salesman.
    pub sales_owner: Option<SalesOwner>,
    /// Contacts.
    pub contacts: Vec<ContactView>,
    /// When it is looked at next.
    pub next_check_at: Option<String>,
    /// First seen.
    pub created_at: String,
    /// Last changed.
    pub updated_at: String,
}

impl From<&CustomerRecord> for CustomerView {
    fn from(record: &CustomerRecord) -> Self {
        let details = &record.details;
        Self {
            id: Some(record.id.to_string()),
            source: record.source.clone(),
            external_id: record.external_id.clone(),
            source_version: record.source_version,
            kind: details.kind.as_str().to_owned(),
            name: details.name.clone(),
            language: details.language.clone(),
            time_zone: details.time_zone.clone(),
            region: details.region.clone(),
            siren: details.siren.clone(),
            vat_id: details.vat_id.clone(),
            address: details.address.as_ref().map(PostalAddress::from),
            registered_address: details.registered_address.as_ref().map(PostalAddress::from),
            legal_form: details.legal_form.clone(),
            payment_days: details.payment_days.clone(),
            public_body_type: details.public_body_type.clone(),
            segment: details.segment.clone(),
            policy_id: details.policy_id.map(|id| id.to_string()),
            sales_owner: details.sales_owner.as_ref().map(SalesOwner::from),
            contacts: record.contacts.iter().map(ContactView::from).collect(),
            next_check_at: record.next_check_at.map(at),
            created_at: at(record.created_at),
            updated_at: at(record.updated_at),
        }
    }
}

crate::page!(CustomerList of CustomerView, "Customers, newest first.");

impl CustomerView {
    /// The same for who may push facts and not read them: no e-mail address, no telephone number.
    #[must_use]
    pub fn without_addresses(mut self) -> Self {
        for contact in &mut self.contacts {
            (contact.email, contact.phone) = (None, None);
        }
        if let Some(owner) = &mut self.sales_owner {
            owner.email = None;
        }
        self
    }
}
