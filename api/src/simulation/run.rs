//! Drives courses side by side. The result is the same whatever the number of threads.

use std::{collections::BTreeMap, num::NonZeroUsize, sync::Arc};

use chrono::NaiveDate;
use relance_domain::{
    ids::CustomerId,
    policy::{Backlog, PolicyVersion, spread},
    simulation::{Course, Entry, Lived, Span, drive, overdue_since},
};

use super::Chooser;

/// What is asked of every course.
#[derive(Debug, Clone)]
pub struct Ask {
    /// From when until when.
    pub span: Span,
    /// The policy.
    pub here: Chooser,
    /// The one it is compared with.
    pub there: Option<Chooser>,
    /// How the policy takes in what it finds overdue; `None`: it has been in force.
    pub entry: Option<Entering>,
}

/// How a policy comes into force in a simulation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entering {
    /// What happens to the backlog.
    pub backlog: Backlog,
    /// The first looks are spread over so many days.
    pub spread_days: u16,
    /// Days that the customers of the backlog wait for their first look; who is not here does not wait.
    pub waits: BTreeMap<CustomerId, u16>,
}

impl Entering {
    /// The customers of the backlog in the order in which they are looked at.
    pub fn spread(&mut self, order: &[CustomerId]) {
        self.waits = order.iter().copied().zip(spread(order.len(), self.spread_days)).collect();
    }

    fn of(&self, customer: CustomerId) -> Entry {
        Entry::TakenIn { backlog: self.backlog, wait_days: self.waits.get(&customer).copied().unwrap_or_default() }
    }
}

/// What came of one course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Customer.
    pub customer_id: CustomerId,
    /// Its name.
    pub name: String,
    /// The source's id, in a ledger that is not the tenant's own.
    pub external_id: Option<String>,
    /// Under the policy.
    pub here: Lived,
    /// Under the other one; `None`: the same, as it is the same policy, or nothing is compared.
    pub there: Option<Lived>,
}

/// Spreads the first looks over the backlog of a ledger that is all here, those that owe longest first.
pub fn spread_over(courses: &[Course], ask: &mut Ask) {
    let Some(entry) = ask.entry.as_mut().filter(|entry| entry.spread_days > 0) else { return };
    let owe = |course: &Course| Some((overdue_since(course, ask.span.from)?, course.snapshot.customer_id));
    let mut order: Vec<(NaiveDate, CustomerId)> = courses.iter().filter_map(owe).collect();
    order.sort_unstable();
    entry.spread(&order.into_iter().map(|(_, customer)| customer).collect::<Vec<_>>());
}

/// Drives every course, on as many threads as there are (at most `threads`), in the order of the courses; `tick`
/// is called after each.
pub fn drive_all(courses: &[Course], ask: &Ask, threads: usize, tick: &(dyn Fn() + Sync)) -> Vec<Told> {
    let share = courses.len().div_ceil(threads.max(1)).max(1);
    let parts = std::thread::scope(|scope| {
        let workers: Vec<_> = courses
            .chunks(share)
            .map(|part| scope.spawn(move || part.iter().map(|course| one(course, ask, tick)).collect::<Vec<Told>>()))
            .collect();
        workers.into_iter().map(std::thread::ScopedJoinHandle::join).collect::<Vec<_>>()
    });
    // a thread that panicked panics here too: nothing is left out of a report in silence
    parts.into_iter().flat_map(|part| part.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
}

/// Threads worth using.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

fn one(course: &Course, ask: &Ask, tick: &(dyn Fn() + Sync)) -> Told {
    let here = ask.here.of(course);
    let entry = here.as_ref().and_then(|here| entry(course, here, ask));
    let there = ask.there.as_ref().map(|other| other.of(course)).filter(|there| *there != here);
    let told = Told {
        customer_id: course.snapshot.customer_id,
        name: course.snapshot.customer.name.clone(),
        external_id: course.external_id.clone(),
        there: there.map(|there| drive(course, there, ask.span, None)),
        here: drive(course, here, ask.span, entry),
    };
    tick();
    told
}

/// How the customer comes under the policy that comes into force: not at all when it keeps its running case or has
/// another policy.
fn entry(course: &Course, here: &PolicyVersion, ask: &Ask) -> Option<Entry> {
    let entering = ask.entry.as_ref().filter(|_| Some(here.id) == ask.here.id)?;
    let own = course.snapshot.policy.as_ref().filter(|own| own.id == here.id);
    match own {
        Some(own) if own.version == here.version => None,
        Some(own) if course.snapshot.case_open => Some(Entry::MovedFrom(Arc::clone(&own.policy))),
        _ => Some(entering.of(course.snapshot.customer_id)),
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use relance_domain::{customer::Address, settings::Settings, simulation::Assumptions};
    use serde_json::json;

    use super::*;
    use crate::simulation::{as_presets, policies::Chooser, read_ledger};

    fn courses() -> Vec<Course> {
        let address = json!({"lines": ["1 rue du Port"], "postcode": "69003", "city": "Lyon", "country": "FR"});
        let customer = |n: i32| {
            json!({"external_id": format!("C{n}"), "source_version": 1, "kind": "business", "name": "Dupont", "address": address,
            "contacts": [{"external_id": "c1", "role": "accounts_payable", "email": "compta@dupont.example"}]})
        };
        let invoice = |n: i32| {
            json!({"external_id": format!("F{n}"), "source_version": 1, "number": format!("F{n}"), "customer_external_id": format!("C{}", n % 11),
            "issued_on": "2026-09-01", "due_on": format!("2026-10-{:02}", 1 + n % 28), "currency": "EUR", "total": format!("{}.00", 50 * n + 20)})
        };
        let ledger = json!({"customers": (0..11).map(customer).collect::<Vec<_>>(), "invoices": (0..40).map(invoice).collect::<Vec<_>>()});
        let address = Address { lines: vec!["–".into()], country: "FR".into(), ..Address::default() };
        let settings = Settings { legal_name: Some("–".into()), address: Some(address), iban: Some("–".into()), ..Settings::default() };
        read_ledger(serde_json::from_value(ledger).unwrap(), "").unwrap().courses(&settings).unwrap()
    }

    #[test]
    fn the_result_is_the_same_whatever_the_number_of_threads() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let people = Assumptions { approvals_given: true, calls_made: true };
        let span = Span { from: at("2026-09-01T00:00:00Z"), until: at("2027-03-01T00:00:00Z"), people };
        let presets = || Chooser { in_force: Some(as_presets()), ..Chooser::as_they_are() };
        let ask = Ask { span, here: presets(), there: None, entry: None };
        let courses = courses();
        let ticks = std::sync::atomic::AtomicUsize::new(0);
        let one = drive_all(&courses, &ask, 1, &|| {
            ticks.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        });
        assert_eq!(ticks.into_inner(), 11);
        assert!(one.iter().all(|told| !told.here.done.is_empty()));
        for threads in [0, 2, 3, 7, 64] {
            assert_eq!(drive_all(&courses, &ask, threads, &|| {}), one, "{threads} threads");
        }
    }
}
