//! What a delivery says, in our own words.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use relance_domain::calendar::{Zone, local_day};
use serde_json::{Map, Value};

/// A body that does not read as what its sender says it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Fault(String);

impl Fault {
    /// A fault in words.
    pub fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }
}

/// Names that have to be looked up first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The sender's ids that stand for something else: a payment's invoice, an invoice's customer.
    pub links: Vec<String>,
    /// Payments, of whatever source.
    pub payments: Vec<String>,
    /// Invoices whose payments have to be known.
    pub invoices: Vec<String>,
}

/// What is paid of an invoice, in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Paid {
    /// By payments of their own.
    pub by_payments: i64,
    /// By the payment that goes by the invoice's id: what the sender said of the whole.
    pub in_all: i64,
}

/// What else a body is read by.
#[derive(Debug, Clone)]
pub struct Context<'a> {
    /// The tenant's zone: instants become civil days there.
    pub zone: Zone,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// What customers are unless the sender says.
    pub customer_kind: &'a str,
    /// Headers that were kept.
    pub headers: &'a [(String, String)],
    /// What the sender's ids stand for.
    pub links: BTreeMap<String, String>,
    /// External id of a payment → its source.
    pub payments: BTreeMap<String, String>,
    /// External id of an invoice → what is paid of it.
    pub paid: BTreeMap<String, Paid>,
}

impl Context<'_> {
    /// The civil day of an instant.
    pub fn day(&self, at: DateTime<Utc>) -> NaiveDate {
        local_day(at, self.zone)
    }

    /// A header that was kept.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A version by the time of arrival, for senders that state none.
    pub fn arrival_version(&self) -> i64 {
        self.received_at.timestamp_millis()
    }
}

/// One fact, as one of our own events: its type and its data.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// Type of event.
    pub kind: &'static str,
    /// Its data.
    pub data: Map<String, Value>,
    /// Whose thing it is about, when not the sender's own.
    pub source: Option<String>,
    /// Known from something else: what is known at the same version with other words stays.
    pub is_hearsay: bool,
}

/// What a delivery says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    /// Facts, in order.
    pub statements: Vec<Statement>,
    /// What the sender's ids stand for: (id, what).
    pub links: Vec<(String, String)>,
    /// Why something in it is left out.
    pub ignored: Vec<String>,
    /// What something in it waits for: (the sender's id, in words).
    pub waits: Vec<(Option<String>, String)>,
}

impl Reading {
    /// Nothing that concerns a receivable, and why.
    pub fn ignored(why: impl Into<String>) -> Self {
        Self { ignored: vec![why.into()], ..Self::default() }
    }

    /// Something else has to be known first.
    pub fn waiting(name: impl Into<String>, why: impl Into<String>) -> Self {
        Self { waits: vec![(Some(name.into()), why.into())], ..Self::default() }
    }

    /// States a fact; members that are null are left out.
    pub fn state(&mut self, kind: &'static str, data: Value) {
        let members = match data {
            Value::Object(members) => members.into_iter().filter(|(_, value)| !value.is_null()).collect(),
            _ => Map::new(),
        };
        self.statements.push(Statement { kind, data: members, source: None, is_hearsay: false });
    }

    /// States a fact that something else speaks of in passing.
    pub fn mention(&mut self, kind: &'static str, data: Value) {
        self.state(kind, data);
        if let Some(last) = self.statements.last_mut() {
            last.is_hearsay = true;
        }
    }

    /// Says what an id stands for.
    pub fn link(&mut self, name: Option<&str>, target: &str) {
        if let Some(name) = name {
            self.links.push((name.to_owned(), target.to_owned()));
        }
    }

    /// Joins what another part of the same delivery says.
    pub fn join(&mut self, other: Self) {
        let Self { statements, links, ignored, waits } = other;
        self.statements.extend(statements);
        self.links.extend(links);
        self.ignored.extend(ignored);
        self.waits.extend(waits);
    }
}
