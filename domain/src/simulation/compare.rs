//! Who is treated differently under another policy.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::drive::{Done, Lived};
use crate::{
    dunning::ReminderLine,
    ids::{CustomerId, InvoiceId},
    policy::Channel,
};

/// How a step of an invoice differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DifferenceKind {
    /// On an earlier day.
    Earlier,
    /// On a later day.
    Later,
    /// Over another channel, whatever the day.
    OtherChannel,
    /// The other policy does it, this one does not.
    Never,
    /// This policy does it, the other one does not.
    OnlyHere,
}

impl DifferenceKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Earlier, Self::Later, Self::OtherChannel, Self::Never, Self::OnlyHere];

    /// The word used on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Earlier => "earlier",
            Self::Later => "later",
            Self::OtherChannel => "other_channel",
            Self::Never => "never",
            Self::OnlyHere => "only_here",
        }
    }
}

/// One step of one invoice that is done otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// How.
    pub kind: DifferenceKind,
    /// Customer.
    pub customer_id: CustomerId,
    /// The invoice's row, as the policy (or, for `never`, the other one) asks for it.
    pub line: ReminderLine,
    /// Day and channel under the policy.
    pub here: Option<(NaiveDate, Channel)>,
    /// Day and channel under the other one.
    pub there: Option<(NaiveDate, Channel)>,
}

impl Difference {
    /// Days later (negative: earlier), where both do it.
    pub fn days(&self) -> Option<i64> {
        Some(self.here?.0.signed_duration_since(self.there?.0).num_days())
    }
}

/// All differences.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Differences {
    /// The largest amounts first.
    pub list: Vec<Difference>,
    /// How many steps, customers and invoices of each kind.
    pub by_kind: BTreeMap<DifferenceKind, (usize, usize, usize)>,
}

type Act<'a> = (NaiveDate, Channel, &'a ReminderLine);

/// Compares what came of the customers under a policy (`here`) and under another (`there`), step by step of each
/// invoice. Steps are the same when their keys are.
pub fn compare<'a>(here: impl IntoIterator<Item = &'a Lived>, there: impl IntoIterator<Item = &'a Lived>) -> Differences {
    let (here, there) = (acts(here), acts(there));
    let keys: BTreeSet<_> = here.keys().chain(there.keys()).copied().collect();
    let mut list: Vec<Difference> =
        keys.into_iter().filter_map(|key| difference(key.0, here.get(&key).copied(), there.get(&key).copied())).collect();
    let mut sets: BTreeMap<DifferenceKind, (usize, BTreeSet<CustomerId>, BTreeSet<InvoiceId>)> = BTreeMap::new();
    for one in &list {
        let (count, customers, invoices) = sets.entry(one.kind).or_default();
        *count += 1;
        customers.insert(one.customer_id);
        invoices.insert(one.line.invoice_id);
    }
    // those before it were in order of customer and invoice, which stays among equals
    list.sort_by_key(|one| std::cmp::Reverse((one.line.amount_due, one.days().map_or(i64::MAX, i64::abs))));
    let by_kind = sets.into_iter().map(|(kind, (count, customers, invoices))| (kind, (count, customers.len(), invoices.len())));
    Differences { list, by_kind: by_kind.collect() }
}

type Key<'a> = (CustomerId, InvoiceId, &'a str);

fn acts<'a>(lived: impl IntoIterator<Item = &'a Lived>) -> BTreeMap<Key<'a>, Act<'a>> {
    let rows = |done: &'a Done| {
        done.lines.iter().map(move |line| ((done.customer_id, line.invoice_id, line.step_key.as_str()), (done.on, done.channel, line)))
    };
    lived.into_iter().flat_map(|lived| &lived.done).flat_map(rows).collect()
}

fn difference(customer_id: CustomerId, here: Option<Act<'_>>, there: Option<Act<'_>>) -> Option<Difference> {
    let kind = match (here, there) {
        (Some(here), Some(there)) if here.1 != there.1 => DifferenceKind::OtherChannel,
        (Some(here), Some(there)) if here.0 < there.0 => DifferenceKind::Earlier,
        (Some(here), Some(there)) if here.0 > there.0 => DifferenceKind::Later,
        (Some(_), None) => DifferenceKind::OnlyHere,
        (None, Some(_)) => DifferenceKind::Never,
        _ => return None,
    };
    let line = here.or(there)?.2.clone();
    Some(Difference { kind, customer_id, line, here: here.map(|act| (act.0, act.1)), there: there.map(|act| (act.0, act.1)) })
}
