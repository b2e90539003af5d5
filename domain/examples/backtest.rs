//! How fast a ledger is driven through two years: `cargo run --release -p relance-domain --example backtest`.
//!
//! 10,000 invoices of 2,000 customers, made by a seeded generator, under two policies. The bare loop beside it looks at
//! every invoice on every day that it is open and does nothing but compare the day with the offsets of the ladder.

#![allow(clippy::unwrap_used, reason = "a program for a terminal: it says what is wrong by ending")]

use std::{hint::black_box, time::Instant};

use chrono::{DateTime, Datelike, Duration, NaiveDate, Utc, Weekday};
use relance_domain::{
    customer::{Address, ContactDetails, ContactRole, CustomerDetails, CustomerKind},
    facts::Fact,
    ids::PolicyId,
    invoice::InvoiceDetails,
    money::Currency,
    policy::{Policy, PolicyVersion, presets},
    settings::Settings,
    simulation::{Assumptions, Course, Lived, Span, TimedFact, compare, courses, drive, summarise},
};

const CUSTOMERS: u64 = 2_000;
const INVOICES: u64 = 10_000;
const DAYS: i64 = 730;

/// A seeded generator (xorshift): the same ledger in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        i64::try_from(self.0 % most).unwrap()
    }
}

fn first() -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 10, 1).unwrap()
}

fn address() -> Address {
    Address { lines: vec!["1 rue du Port".into()], postcode: Some("69003".into()), city: Some("Lyon".into()), country: "FR".into() }
}

fn customer(number: u64) -> Fact {
    let contact = ContactDetails {
        email: Some(format!("compta@c{number}.example")),
        phone: Some("+33612345678".into()),
        can_approve_payment: true,
        ..ContactDetails::new("c1", ContactRole::AccountsPayable)
    };
    let details = CustomerDetails {
        address: Some(address()),
        contacts: vec![contact],
        ..CustomerDetails::new(CustomerKind::Business, format!("Customer {number}"))
    };
    Fact::Customer { external_id: format!("C{number}"), source_version: 1, details: details.into() }
}

fn invoice(number: u64, customer: u64, issued_on: NaiveDate, amount: i64) -> Fact {
    let details = InvoiceDetails::new(format!("F{number}"), issued_on, issued_on + Duration::days(30), Currency::EUR.minor(amount));
    Fact::Invoice {
        external_id: format!("F{number}"),
        source_version: 1,
        customer_external_id: format!("C{customer}"),
        details: details.into(),
        due_on_missing: false,
    }
}

fn payment(number: u64, customer: u64, paid_on: NaiveDate, amount: i64) -> Fact {
    Fact::Payment {
        external_id: format!("P{number}"),
        source_version: 1,
        customer_external_id: format!("C{customer}"),
        amount: Currency::EUR.minor(amount),
        paid_on,
        method: None,
        reference: Some(format!("F{number}")),
        payer_name: None,
        payer_iban: None,
        allocations: None,
    }
}

/// The facts, and (issued, settled) of every invoice.
fn ledger() -> (Vec<TimedFact>, Vec<(NaiveDate, NaiveDate)>) {
    let mut chance = Chance(0x2026_1122_dead_beef);
    let mut facts: Vec<Fact> = (0..CUSTOMERS).map(customer).collect();
    let mut open = Vec::new();
    let last = first() + Duration::days(DAYS);
    for number in 0..INVOICES {
        let who = u64::try_from(chance.below(CUSTOMERS)).unwrap();
        let issued_on = first() + Duration::days(chance.below(700));
        let amount = 2_000 + chance.below(600_000);
        facts.push(invoice(number, who, issued_on, amount));
        // two thirds within a week of the due date, most of the others within three months, one in twenty never
        let late = match chance.below(20) {
            0 => None,
            1..=6 => Some(7 + chance.below(90)),
            _ => Some(chance.below(14) - 7),
        };
        let paid_on = late.map(|late| issued_on + Duration::days(30 + late));
        if let Some(paid_on) = paid_on.filter(|on| *on <= last) {
            facts.push(payment(number, who, paid_on, amount));
        }
        open.push((issued_on, paid_on.unwrap_or(last).min(last)));
    }
    (facts.into_iter().map(|fact| TimedFact { at: None, fact }).collect(), open)
}

fn policy(days_later: i32) -> Policy {
    let mut policy = presets().iter().find(|preset| preset.key == "fr_business").unwrap().document.validate().unwrap();
    for step in policy.steps.iter_mut().filter(|step| step.offset_days > 0) {
        step.offset_days += days_later;
    }
    policy
}

fn lived(courses: &[Course], policy: &Policy, span: Span, threads: usize) -> Vec<Lived> {
    let version = PolicyVersion { id: PolicyId(uuid::Uuid::nil()), version: 1, policy: policy.clone().into() };
    let share = courses.len().div_ceil(threads).max(1);
    let part = |part: &[Course]| part.iter().map(|course| drive(course, Some(version.clone()), span, None)).collect::<Vec<_>>();
    std::thread::scope(|scope| {
        let workers: Vec<_> = courses.chunks(share).map(|list| scope.spawn(|| part(list))).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    })
}

fn bare(open: &[(NaiveDate, NaiveDate)], policy: &Policy) -> u64 {
    let mut due = 0;
    for (issued_on, until) in open {
        let due_on = *issued_on + Duration::days(30);
        for day in issued_on.iter_days().take_while(|day| day < until) {
            let working = !matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
            let offset = day.signed_duration_since(due_on).num_days();
            due += u64::from(working && policy.steps.iter().any(|step| i64::from(step.offset_days) == offset));
        }
    }
    black_box(due)
}

fn rate(items: u64, began: Instant) -> u64 {
    let micros = began.elapsed().as_micros().max(1);
    u64::try_from(u128::from(items) * 1_000_000 / micros).unwrap_or(u64::MAX)
}

fn at(day: NaiveDate) -> DateTime<Utc> {
    day.and_hms_opt(0, 0, 0).unwrap().and_utc()
}

fn main() {
    let (facts, open) = ledger();
    let invoice_days: u64 = open.iter().map(|(from, until)| u64::try_from((*until - *from).num_days()).unwrap()).sum();
    let address = Some(address());
    let settings = Settings { legal_name: Some("–".into()), address, iban: Some("–".into()), ..Settings::default() };
    let began = Instant::now();
    let courses = courses(&settings, &facts).unwrap();
    println!("{INVOICES} invoices of {CUSTOMERS} customers, {invoice_days} invoice-days, courses made in {:?}", began.elapsed());
    let people = Assumptions { approvals_given: true, calls_made: true };
    let span = Span { from: at(first()), until: at(first() + Duration::days(DAYS)), people };
    let policies = [policy(0), policy(3)];
    let began = Instant::now();
    let due = bare(&open, &policies[0]);
    println!("bare loop, 1 thread: {} invoice-days/s ({due} offsets met)", rate(invoice_days, began));
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let mut all = Vec::new();
    for threads in [1, cores] {
        for (name, policy) in ["fr_business", "three days later"].iter().zip(&policies) {
            let began = Instant::now();
            let lived = lived(&courses, policy, span, threads);
            let (rate, took) = (rate(invoice_days, began), began.elapsed());
            let summary = summarise(&lived, None);
            println!(
                "{name}, {threads} thread(s): {rate} invoice-days/s ({took:?}, {} decisions, {} messages, {} tasks, {} put off)",
                summary.looks, summary.messages, summary.tasks, summary.put_off
            );
            all.push(lived);
        }
    }
    assert_eq!(all[..2], all[2..], "the same whatever the number of threads");
    let began = Instant::now();
    let differences = compare(&all[0], &all[1]);
    println!("compared in {:?}: {} steps of invoices differ", began.elapsed(), differences.list.len());
}
