//! Drives courses side by side. The result is the same whatever the number of threads.

use std::num::NonZeroUsize;

use relance_domain::{
    ids::CustomerId,
    simulation::{Course, Lived, Span, drive},
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
    let there = ask.there.as_ref().map(|other| other.of(course)).filter(|there| *there != here);
    let told = Told {
        customer_id: course.snapshot.customer_id,
        name: course.snapshot.customer.name.clone(),
        external_id: course.external_id.clone(),
        there: there.map(|there| drive(course, there, ask.span)),
        here: drive(course, here, ask.span),
    };
    tick();
    told
}
