//! Ledgers by hand, and what must come of them to the day.

mod backtest;
mod differences;
mod properties;

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::{Assumptions, Course, Lived, Span, TimedFact, courses, drive};
use crate::{
    customer::{Address, ContactDetails, ContactRole, CustomerDetails, CustomerKind},
    facts::Fact,
    ids::PolicyId,
    invoice::InvoiceDetails,
    money::Currency,
    policy::{Policy, PolicyDocument, PolicyVersion, presets},
    settings::Settings,
};

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn at(text: &str) -> DateTime<Utc> {
    format!("{text}T00:00:00Z").parse().unwrap()
}

pub fn preset(key: &str) -> Policy {
    presets().iter().find(|preset| preset.key == key).unwrap().document.validate().unwrap()
}

/// A policy of steps: (key, offset, channel).
pub fn ladder(steps: &[(&str, i32, &str)]) -> Policy {
    let template = |channel: &str| matches!(channel, "email" | "sms" | "letter").then_some("first_reminder");
    let steps: Vec<_> = steps
        .iter()
        .map(|(key, offset, channel)| {
            let mut step = serde_json::json!({"key": key, "offset_days": offset, "channel": channel});
            if let Some(template) = template(channel) {
                step["template"] = template.into();
            }
            step
        })
        .collect();
    let document = serde_json::json!({"name": "By hand", "steps": steps});
    PolicyDocument::from_json(&document).unwrap().validate().unwrap()
}

pub fn in_force(policy: Policy) -> Option<PolicyVersion> {
    Some(PolicyVersion { id: PolicyId(uuid::Uuid::from_u128(3)), version: 1, policy: policy.into() })
}

pub fn settings() -> Settings {
    Settings {
        legal_name: Some("Atelier Keller".into()),
        address: Some(address()),
        iban: Some("FR7630006000011234567890189".into()),
        ..Settings::default()
    }
}

fn address() -> Address {
    Address { lines: vec!["1 rue du Port".into()], postcode: Some("69003".into()), city: Some("Lyon".into()), country: "FR".into() }
}

pub fn known(fact: Fact) -> TimedFact {
    TimedFact { at: None, fact }
}

pub fn on(text: &str, fact: Fact) -> TimedFact {
    TimedFact { at: Some(at(text) + Duration::hours(9)), fact }
}

pub fn customer(external_id: &str, kind: CustomerKind) -> TimedFact {
    let contact = ContactDetails {
        name: Some("Claire Dupont".into()),
        email: Some("compta@dupont.example".into()),
        phone: Some("+33612345678".into()),
        can_approve_payment: true,
        ..ContactDetails::new("c1", ContactRole::AccountsPayable)
    };
    let details = CustomerDetails {
        address: Some(address()),
        contacts: vec![contact],
        ..CustomerDetails::new(kind, format!("Boulangerie {external_id}"))
    };
    known(Fact::Customer { external_id: external_id.into(), source_version: 1, details: details.into() })
}

pub fn invoice(number: &str, customer: &str, due_on: &str, amount: i64) -> TimedFact {
    let due_on = day(due_on);
    let details = InvoiceDetails::new(number, due_on - Duration::days(30), due_on, Currency::EUR.minor(amount));
    known(Fact::Invoice {
        external_id: number.into(),
        source_version: 1,
        customer_external_id: customer.into(),
        details: details.into(),
        due_on_missing: false,
    })
}

pub fn pays(external_id: &str, customer: &str, paid_on: &str, amount: i64, reference: Option<&str>) -> TimedFact {
    known(Fact::Payment {
        external_id: external_id.into(),
        source_version: 1,
        customer_external_id: customer.into(),
        amount: Currency::EUR.minor(amount),
        paid_on: day(paid_on),
        method: None,
        reference: reference.map(str::to_owned),
        payer_name: None,
        payer_iban: None,
        allocations: None,
    })
}

/// People do what they are asked to.
pub const WILLING: Assumptions = Assumptions { approvals_given: true, calls_made: true };

pub fn span(from: &str, until: &str) -> Span {
    Span { from: at(from), until: at(until), people: WILLING }
}

pub fn ledger(facts: &[TimedFact]) -> Vec<Course> {
    courses(&settings(), facts).unwrap()
}

pub fn live(courses: &[Course], policy: &Policy, span: Span) -> Vec<Lived> {
    courses.iter().map(|course| drive(course, in_force(policy.clone()), span, None)).collect()
}

/// `2026-10-09 first (2026-10-16)` for everything that was done.
pub fn story(lived: &[Lived]) -> Vec<String> {
    let one = |done: &super::Done| {
        let date = done.pay_before_on.or(done.deadline_on).map(|date| format!(" ({date})")).unwrap_or_default();
        format!("{} {}{date}", done.on, done.step_key)
    };
    lived.iter().flat_map(|lived| &lived.done).map(one).collect()
}
