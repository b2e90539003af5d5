//! What is posted: CloudEvents with an invoice each.

use std::{
    fmt::Write,
    sync::atomic::{AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

static NEXT: AtomicU64 = AtomicU64::new(1);

/// A number never given out before in this run.
pub fn fresh() -> u64 {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Days from today, as `YYYY-MM-DD` (UTC).
pub fn day(from_today: i64) -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map(|since| since.as_secs()).unwrap_or(0);
    let days = i64::try_from(seconds / 86_400).unwrap_or(0) + from_today + 719_468;
    // civil from days, proleptic Gregorian
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{:02}", of_year - (153 * shifted + 2) / 5 + 1)
}

/// The `data` of an invoice that nobody knows yet.
pub fn invoice(number: u64, customer: u64, issued_on: &str, due_on: &str) -> String {
    format!(
        r#"{{"external_id":"FA-{number}","source_version":1,"number":"FA-{number}","customer_external_id":"C{customer}","issued_on":"{issued_on}","due_on":"{due_on}","currency":"EUR","total":"1200.00","payable":"1200.00","origin":"Travaux de menuiserie, commande {number}"}}"#
    )
}

/// The event around it.
pub fn event(id: &str, kind: &str, data: &str) -> String {
    format!(r#"{{"specversion":"1.0","id":"{id}","source":"erp","type":"{kind}","datacontenttype":"application/json","data":{data}}}"#)
}

/// An event of a fresh invoice, due in a month, of one of the first `customers` customers.
pub fn fresh_event(customers: u64, issued_on: &str, due_on: &str) -> String {
    let number = fresh();
    event(&format!("e{number}"), "invoice.issued", &invoice(number, number % customers.max(1), issued_on, due_on))
}

/// A JSON array of such events.
pub fn fresh_batch(size: usize, customers: u64, issued_on: &str, due_on: &str) -> String {
    let mut batch = String::with_capacity(size * 420);
    for at in 0..size {
        let _ = write!(batch, "{}{}", if at == 0 { "[" } else { "," }, fresh_event(customers, issued_on, due_on));
    }
    batch.push(']');
    batch
}

/// A customer with one contact who has a telephone.
pub fn customer(number: u64, policy: Option<&str>) -> String {
    let policy = policy.map(|id| format!(r#","policy_id":"{id}""#)).unwrap_or_default();
    format!(
        r#"{{"external_id":"C{number}","source_version":1,"kind":"business","name":"Boulangerie {number}","language":"fr"{policy},"address":{{"lines":["3 place du Marché"],"postcode":"69003","city":"Lyon","country":"FR"}},"contacts":[{{"external_id":"c1","name":"Claire Dupont","role":"accounts_payable","email":"compta@c{number}.example","phone":"+336{:08}"}}]}}"#,
        number % 100_000_000
    )
}
