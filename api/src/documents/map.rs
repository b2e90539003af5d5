//! From what a document says to facts about its buyer and itself.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use relance_domain::{
    customer::{Address, ContactDetails, ContactRole, CustomerDetails, CustomerKind, Formality},
    facts::Fact,
    invoice::{CreditMode, InvoiceDetails},
    money::{Currency, Money},
};
use relance_ingest::{DocumentKind, DueRule, Extracted, Party};
use relance_openapi::problem::Code;

use crate::{
    body::parse_money,
    email::is_email,
    facts::MOST_EXTERNAL_ID,
    problem::{Answer, Refusal},
};

/// A document that was read and makes sense as money.
pub(super) struct Read {
    /// What it says.
    pub extracted: Extracted,
    /// The source's id we give it: seller, number, day of issue.
    pub external_id: String,
    /// The source's id we give its buyer.
    pub customer_external_id: String,
    /// Total.
    pub total: Money,
    /// Asked for.
    pub payable: Money,
    /// Due date, stated or by a rule.
    pub due_on: NaiveDate,
    /// Field → where it was read, or which rule gave it.
    pub provenance: BTreeMap<String, String>,
}

/// Reads a document; `default_days` is the tenant's payment term.
///
/// # Errors
/// Why it is not taken.
pub(super) fn read(bytes: &[u8], default_days: u16) -> Answer<Read> {
    let extracted = relance_ingest::parse(bytes).map_err(refused)?;
    let currency: Currency = extracted.currency.parse().map_err(|_| unsound("/currency", "The currency is not an ISO 4217 code."))?;
    let total = money("/total", &extracted.total.to_string(), currency)?;
    let mut payable = money("/payable", &extracted.payable.to_string(), currency)?;
    let mut provenance = extracted.provenance.clone();
    if extracted.already_paid && payable.minor > 0 {
        payable = currency.minor(0);
        provenance.insert("payable".to_owned(), "the document says that it is paid".to_owned());
    }
    let (due_on, rule) = match extracted.due() {
        Some((day, DueRule::Stated)) => (day, "stated"),
        Some((day, rule)) => (day, rule.as_str()),
        None => (extracted.issued_on.checked_add_days(Days::new(default_days.into())).unwrap_or(extracted.issued_on), "tenant_default"),
    };
    match (rule, provenance.get("due_on_stated").or_else(|| provenance.get("due_on")).cloned()) {
        ("stated", Some(place)) => provenance.insert("due_on".to_owned(), place),
        _ => provenance.insert("due_on".to_owned(), rule.to_owned()),
    };
    let seller = party_id(&extracted.seller).ok_or_else(|| unsound("/seller", "The document names no seller."))?;
    let customer_external_id = party_id(&extracted.buyer).ok_or_else(|| unsound("/buyer", "The document names no buyer."))?;
    let external_id = cut(&format!("{seller}|{}|{}", extracted.number, extracted.issued_on));
    Ok(Read { external_id, customer_external_id, total, payable, due_on, provenance, extracted })
}

fn refused(refusal: relance_ingest::Refusal) -> Refusal {
    let code = Code::ALL.iter().copied().find(|code| code.as_str() == refusal.code.as_str()).unwrap_or(Code::UnsupportedDocument);
    Refusal::new(code, refusal.detail)
}

fn unsound(pointer: &str, detail: &str) -> Refusal {
    Refusal::field(Code::ValidationFailed, pointer, detail)
}

fn money(pointer: &str, text: &str, currency: Currency) -> Answer<Money> {
    parse_money(pointer, text, currency)
        .map_err(|fault| Refusal { errors: vec![fault.clone()], ..Refusal::new(Code::MoneyPrecision, fault.detail) })
}

/// SIREN, else VAT number, else another identifier, else the name without case and spaces.
fn party_id(party: &Party) -> Option<String> {
    let bare = |text: &str| text.chars().filter(|letter| !letter.is_whitespace() && !letter.is_control()).collect::<String>();
    let named = || party.name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let other = party.legal_id.as_ref().or_else(|| party.ids.first());
    let found = party
        .siren
        .clone()
        .or_else(|| party.vat_id.as_deref().map(bare).map(|vat| vat.to_uppercase()))
        .or_else(|| other.map(|other| bare(&other.id)))
        .filter(|id| !id.is_empty())
        .unwrap_or_else(named);
    let cut: String = found.chars().filter(|letter| !letter.is_control()).take(120).collect();
    Some(cut.trim().to_owned()).filter(|id| !id.is_empty())
}

fn cut(text: &str) -> String {
    let visible: String = text.chars().filter(|letter| !letter.is_control()).take(MOST_EXTERNAL_ID).collect();
    visible.trim().to_owned()
}

/// A customer made from a buyer; one that is known already is left as it is.
pub(super) fn customer(read: &Read) -> Fact {
    let buyer = &read.extracted.buyer;
    let registered = buyer.siren.is_some() || buyer.vat_id.is_some() || buyer.legal_id.is_some();
    let name = if buyer.name.trim().is_empty() { read.customer_external_id.clone() } else { clean(&buyer.name, 300) };
    let details = CustomerDetails {
        kind: if registered { CustomerKind::Business } else { CustomerKind::Unknown },
        name,
        language: None,
        time_zone: None,
        region: None,
        siren: buyer.siren.clone(),
        vat_id: buyer.vat_id.as_deref().map(|text| clean(text, 40)),
        address: buyer.address.as_ref().and_then(|address| {
            let country = address.country.clone()?.to_uppercase();
            let known = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
            known.then(|| Address { lines: address.lines.clone(), postcode: address.postcode.clone(), city: address.city.clone(), country })
        }),
        registered_address: None,
        legal_form: None,
        payment_days: Vec::new(),
        public_body_type: None,
        segment: None,
        policy_id: None,
        sales_owner: None,
        contacts: contact(buyer).into_iter().collect(),
    };
    Fact::Customer { external_id: read.customer_external_id.clone(), source_version: 1, details: Box::new(details) }
}

fn contact(buyer: &Party) -> Option<ContactDetails> {
    let email = buyer.email.as_deref().map(str::trim).filter(|text| is_email(text)).map(str::to_owned);
    if email.is_none() && buyer.phone.is_none() {
        return None;
    }
    Some(ContactDetails {
        external_id: "document".to_owned(),
        name: buyer.contact_name.as_deref().map(|text| clean(text, 200)),
        role: ContactRole::AccountsPayable,
        email,
        phone: buyer.phone.as_deref().map(|text| clean(text, 40)),
        preferred_channel: None,
        can_approve_payment: false,
        language: None,
        formality: Formality::default(),
    })
}

fn clean(text: &str, most: usize) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().filter(|letter| !letter.is_control()).take(most).collect()
}

/// The invoice or credit note itself; `credits` is the source's id of the invoice a credit note means.
pub(super) fn document(read: &Read, credits: Option<String>) -> Fact {
    let document = &read.extracted;
    match document.kind {
        DocumentKind::CreditNote => Fact::CreditNote {
            external_id: read.external_id.clone(),
            source_version: 1,
            customer_external_id: read.customer_external_id.clone(),
            number: clean(&document.number, 200),
            issued_on: document.issued_on,
            total: read.total,
            mode: CreditMode::default(),
            invoice_external_id: credits,
        },
        DocumentKind::Invoice => Fact::Invoice {
            external_id: read.external_id.clone(),
            source_version: 1,
            customer_external_id: read.customer_external_id.clone(),
            details: Box::new(invoice(read)),
            due_on_missing: false,
        },
    }
}

fn invoice(read: &Read) -> InvoiceDetails {
    let document = &read.extracted;
    let text = |text: &Option<String>| text.as_deref().map(|text| clean(text, 200)).filter(|text| !text.is_empty());
    let payee = document.payee.as_ref().filter(|payee| !payee.name.is_empty());
    InvoiceDetails {
        number: clean(&document.number, 200),
        kind: "invoice".to_owned(),
        issued_on: document.issued_on,
        due_on: read.due_on,
        currency: read.total.currency,
        total: read.total.minor,
        payable: read.payable.minor,
        payment_reference: text(&document.payment_reference),
        direct_debit: document.direct_debit,
        service_done_on: document.delivered_on,
        delivered_on: None,
        received_on: None,
        document_url: None,
        payment_url: None,
        origin: None,
        purchase_order: text(&document.order_reference),
        buyer_reference: text(&document.buyer_reference),
        delivery_reference: None,
        payee_name: payee.map(|payee| clean(&payee.name, 300)),
        payee_iban: document.payee_ibans.first().map(|iban| clean(iban, 50)),
        // somebody else is to be paid: the claim was sold or pledged
        factored: payee.is_some_and(|payee| !payee.name.eq_ignore_ascii_case(&document.seller.name)),
        voided: false,
        einvoice: None,
        provenance: read.provenance.clone(),
    }
}
