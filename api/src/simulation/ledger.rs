//! A ledger in a body: lists of facts, each read as the endpoint that takes it reads it.

use relance_domain::{
    settings::Settings,
    simulation::{Course, TimedFact, courses},
};
use relance_openapi::{
    problem::{Code, FieldProblem},
    simulation::SimulationLedger,
};
use serde_json::{Map, Value};

use super::policies::below;
use crate::{
    body::{Faults, parse_at},
    facts,
    problem::{Answer, Refusal},
};

/// Most faults that are told.
const TOLD: usize = 1_000;

/// A ledger that was read.
#[derive(Debug, Default)]
pub struct Ledger {
    facts: Vec<TimedFact>,
    /// Where each fact stands.
    places: Vec<String>,
    /// What each fact's members stand below.
    data: Vec<&'static str>,
}

/// Reads a ledger; the pointers of faults begin with `prefix`.
///
/// # Errors
/// 422 with every fault.
pub fn read_ledger(ledger: SimulationLedger, prefix: &str) -> Answer<Ledger> {
    let SimulationLedger { customers, invoices, credit_notes, payments, events } = ledger;
    let mut read = Ledger::default();
    let mut faults: Vec<Refusal> = Vec::new();
    let lists = [
        ("customers", "customer.upserted", customers),
        ("invoices", "invoice.issued", invoices),
        ("credit_notes", "credit_note.issued", credit_notes),
    ];
    for (name, kind, list) in lists {
        for (at, data) in list.into_iter().enumerate() {
            let place = format!("{prefix}/{name}/{at}");
            read.keep(place, "", plain(kind, data), &mut faults);
        }
    }
    for (at, mut data) in payments.into_iter().enumerate() {
        let place = format!("{prefix}/payments/{at}");
        let taken_back = data.remove("reversed_on").filter(|day| !day.is_null());
        let id = data.get("external_id").cloned();
        read.keep(place.clone(), "", plain("payment.received", data), &mut faults);
        if let Some(on) = taken_back {
            let members =
                [("external_id".to_owned(), id.unwrap_or_default()), ("on".to_owned(), on), ("reason_code".to_owned(), "ledger".into())];
            read.keep(place, "", plain("payment.reversed", members.into_iter().collect()), &mut faults);
        }
    }
    for (at, event) in events.into_iter().enumerate() {
        read.keep(format!("{prefix}/events/{at}"), "/data", of_event(event), &mut faults);
    }
    all(faults).map_or(Ok(read), Err)
}

fn plain(kind: &str, data: Map<String, Value>) -> Answer<TimedFact> {
    let strip = |mut refused: Refusal| {
        for error in &mut refused.errors {
            error.pointer = error.pointer.strip_prefix("/data").unwrap_or(&error.pointer).to_owned();
        }
        refused
    };
    Ok(TimedFact { at: None, fact: facts::fact(kind, data).map_err(strip)? })
}

fn of_event(event: Map<String, Value>) -> Answer<TimedFact> {
    let at = match event.get("time") {
        None | Some(Value::Null) => None,
        Some(time) => {
            let mut faults = Faults::default();
            let at = time.as_str().and_then(parse_at);
            if at.is_none() {
                faults.invalid("/time", "An instant is written in RFC 3339, e.g. 2026-12-01T09:00:00.000Z.");
            }
            Some(faults.some(at)?)
        }
    };
    Ok(TimedFact { at, fact: facts::incoming(Value::Object(event))?.fact })
}

/// One refusal with the faults of all.
fn all(refusals: Vec<Refusal>) -> Option<Refusal> {
    let mut refusals = refusals.into_iter();
    let mut first = refusals.next()?;
    for refused in refusals {
        if first.errors.len() < TOLD {
            first.errors.extend(refused.errors);
        }
    }
    if first.errors.len() > 1 {
        first.detail = format!("The ledger has {} faults; see errors.", first.errors.len());
    }
    Some(first)
}

impl Ledger {
    fn keep(&mut self, place: String, data: &'static str, read: Answer<TimedFact>, faults: &mut Vec<Refusal>) {
        match read {
            Ok(fact) => {
                self.facts.push(fact);
                self.places.push(place);
                self.data.push(data);
            }
            Err(refused) => faults.push(below(refused, &place)),
        }
    }

    /// How many facts it tells.
    pub fn len(&self) -> usize {
        self.facts.len()
    }

    /// Does it tell nothing?
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    /// The first and the last day that anything is issued or paid on, where there is any.
    pub fn days(&self) -> Option<(chrono::NaiveDate, chrono::NaiveDate)> {
        use relance_domain::facts::Fact;
        let day = |timed: &TimedFact| match &timed.fact {
            Fact::Invoice { details, .. } => Some([details.issued_on, details.due_on]),
            Fact::Payment { paid_on, .. } => Some([*paid_on, *paid_on]),
            Fact::CreditNote { issued_on, .. } => Some([*issued_on, *issued_on]),
            _ => None,
        };
        let days = || self.facts.iter().filter_map(day).flatten();
        days().min().zip(days().max())
    }

    /// The courses of its customers, for a creditor with these settings.
    ///
    /// # Errors
    /// 422: facts that name what the ledger does not have, or that must say when they became known.
    pub fn courses(&self, settings: &Settings) -> Answer<Vec<Course>> {
        courses(settings, &self.facts).map_err(|faults| {
            let named = faults.iter().take(TOLD).map(|fault| {
                let (place, data) = (self.places.get(fault.index), self.data.get(fault.index).copied().unwrap_or_default());
                let data = if fault.member == "time" { "" } else { data };
                let pointer = format!("{}{data}/{}", place.map_or("", String::as_str), fault.member);
                FieldProblem { pointer, code: Code::ValidationFailed.as_str().to_owned(), detail: fault.detail.clone() }
            });
            let detail = format!("The ledger has {} facts that do not fit together; see errors.", faults.len());
            Refusal { errors: named.collect(), ..Refusal::new(Code::ValidationFailed, detail) }
        })
    }
}
