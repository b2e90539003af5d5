//! How a customer pays: days late weighted by amount, promises kept, whether anybody can be reached. Facts for a
//! credit controller and for policies; no score, and nothing that says more than was seen.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::{
    customer::Contact,
    dunning::{CallAttempt, Snapshot},
    money::Currency,
};

/// Days that are looked back upon, by due date.
pub const LOOKED_BACK: u64 = 365;

/// Days that count as recent.
const RECENT: u64 = 90;

/// Calls in a row without an answer that are a sign.
const UNANSWERED: u32 = 3;

/// Days later, on average, that are a turn for the worse.
const WORSE: i64 = 100;

/// An invoice that fell due, as the ledger knows it. Amounts in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastInvoice {
    /// Its due date.
    pub due_on: NaiveDate,
    /// Its currency.
    pub currency: Currency,
    /// What payments settled of it, by the day they were made; reversed ones left out.
    pub settled: Vec<(NaiveDate, i64)>,
    /// What is still owed after all of these, and not disputed.
    pub open: i64,
}

/// How invoices of one currency were paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paying {
    /// Currency of the amounts.
    pub currency: Currency,
    /// Invoices with money paid or owed.
    pub invoices: u32,
    /// Of these, with any part paid after the due date or still owed after it.
    pub late_invoices: u32,
    /// Money paid or owed, minor units.
    pub amount: i64,
    /// Of which late.
    pub late_amount: i64,
    /// Days late on average, in tenths, weighted by amount; paid in time counts as 0, what is owed as late as it is today.
    pub average_tenths: i64,
    /// The same of what fell due in the last 90 days, and of what fell due before; none: nothing did.
    pub recent_tenths: Option<i64>,
    /// Before the last 90 days.
    pub earlier_tenths: Option<i64>,
}

impl Paying {
    /// Share of the money that was or is late, in percent, rounded down.
    pub fn late_percent(&self) -> i64 {
        if self.amount == 0 { 0 } else { whole(i128::from(self.late_amount) * 100 / i128::from(self.amount)) }
    }
}

/// What a customer's habits are read from. Empty where no policy asks for them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    /// Invoices that fell due in the time looked back upon, and older ones that are still owed.
    pub invoices: Arc<Vec<PastInvoice>>,
    /// Promises made since.
    pub promises: PromisesMade,
}

/// What a policy can ask about a payer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    /// Days late on average, in tenths, weighted by amount.
    pub average_tenths: i64,
    /// Share of the money that was or is late, in percent.
    pub late_percent: i64,
    /// Promises that were broken.
    pub broken_promises: u32,
    /// Signs that a person should look at.
    pub signs: Vec<Sign>,
}

/// What is seen of the customer at the end of the day `on`, as far as debts in `currency` go.
pub fn seen(snapshot: &Snapshot, currency: Currency, on: NaiveDate) -> Seen {
    let paying = paying(&snapshot.history.invoices, on);
    let own = paying.iter().find(|one| one.currency == currency);
    let promises = snapshot.history.promises;
    Seen {
        average_tenths: own.map_or(0, |own| own.average_tenths),
        late_percent: own.map_or(0, Paying::late_percent),
        broken_promises: promises.broken,
        signs: signs(&paying, promises, Reach::of(&snapshot.contacts, &snapshot.calls, &snapshot.answers)),
    }
}

/// Promises of the time looked back upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PromisesMade {
    /// Kept.
    pub kept: u32,
    /// Broken.
    pub broken: u32,
    /// Still open.
    pub open: u32,
}

/// Whether anybody can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reach {
    /// Calls without an answer since the last one that was answered.
    pub unanswered_calls: u32,
    /// When somebody was last reached.
    pub last_reached_on: Option<NaiveDate>,
    /// Contacts the customer has.
    pub contacts: u32,
    /// Of these, with a channel that bounced or was opted out of.
    pub suppressed_contacts: u32,
}

impl Reach {
    /// Of calls and answers of which only the days are known: an answer is taken to end its day.
    fn of(contacts: &[Contact], calls: &[CallAttempt], answers: &[NaiveDate]) -> Self {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let last_reached_on = answers.iter().max().copied();
        let in_vain = |call: &&CallAttempt| !call.reached && last_reached_on.is_none_or(|reached| call.on > reached);
        Self {
            unanswered_calls: count(calls.iter().filter(in_vain).count()),
            last_reached_on,
            contacts: count(contacts.len()),
            suppressed_contacts: count(contacts.iter().filter(|contact| !contact.suppressed_channels.is_empty()).count()),
        }
    }
}

/// A sign that a person should look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// Three calls in a row found nobody.
    CallsUnanswered,
    /// Every contact has a channel that may not be used any more.
    ContactsSuppressed,
    /// More promises were broken than kept.
    PromisesBroken,
    /// What fell due in the last 90 days is paid ten days later, on average, than before.
    GettingWorse,
}

impl Sign {
    /// Every sign.
    pub const ALL: [Self; 4] = [Self::CallsUnanswered, Self::ContactsSuppressed, Self::PromisesBroken, Self::GettingWorse];

    /// The word used on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CallsUnanswered => "calls_unanswered",
            Self::ContactsSuppressed => "contacts_suppressed",
            Self::PromisesBroken => "promises_broken",
            Self::GettingWorse => "getting_worse",
        }
    }
}

#[derive(Default)]
struct Sum {
    amount: i128,
    /// Amount × days late.
    weighted: i128,
}

impl Sum {
    fn add(&mut self, amount: i64, days: i64) {
        self.amount += i128::from(amount);
        self.weighted += i128::from(amount) * i128::from(days);
    }

    /// Tenths of a day, half up.
    fn average(&self) -> Option<i64> {
        (self.amount > 0).then(|| whole((self.weighted * 10 + self.amount / 2) / self.amount))
    }
}

fn whole(number: i128) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// How `invoices` were paid as seen at the end of the day `on`, by currency.
pub fn paying(invoices: &[PastInvoice], on: NaiveDate) -> Vec<Paying> {
    let recent_from = on.checked_sub_days(Days::new(RECENT)).unwrap_or(on);
    let mut groups = BTreeMap::<&'static str, Vec<&PastInvoice>>::new();
    for invoice in invoices.iter().filter(|invoice| invoice.due_on < on) {
        groups.entry(invoice.currency.code()).or_default().push(invoice);
    }
    groups.into_values().filter_map(|group| of_one_currency(&group, on, recent_from)).collect()
}

fn of_one_currency(group: &[&PastInvoice], on: NaiveDate, recent_from: NaiveDate) -> Option<Paying> {
    let (mut all, mut recent, mut earlier, mut late) = (Sum::default(), Sum::default(), Sum::default(), Sum::default());
    let (mut invoices, mut late_invoices) = (0, 0);
    for invoice in group {
        // what is paid later was owed that day
        let paid = invoice.settled.iter().map(|(day, amount)| ((*day).min(on), *amount));
        let parts: Vec<(NaiveDate, i64)> = paid.chain([(on, invoice.open)]).filter(|(_, amount)| *amount > 0).collect();
        let mut was_late = false;
        for (day, amount) in &parts {
            let days = (*day - invoice.due_on).num_days().max(0);
            all.add(*amount, days);
            if invoice.due_on >= recent_from {
                recent.add(*amount, days)
            } else {
                earlier.add(*amount, days)
            }
            if days > 0 {
                late.add(*amount, days);
                was_late = true;
            }
        }
        invoices += u32::from(!parts.is_empty());
        late_invoices += u32::from(was_late);
    }
    Some(Paying {
        currency: group.first()?.currency,
        invoices,
        late_invoices,
        amount: whole(all.amount),
        late_amount: whole(late.amount),
        average_tenths: all.average()?,
        recent_tenths: recent.average(),
        earlier_tenths: earlier.average(),
    })
}

/// What a person should look at.
pub fn signs(paying: &[Paying], promises: PromisesMade, reach: Reach) -> Vec<Sign> {
    let worse = |one: &Paying| one.recent_tenths.zip(one.earlier_tenths).is_some_and(|(recent, earlier)| recent - earlier >= WORSE);
    let signs = [
        (reach.unanswered_calls >= UNANSWERED, Sign::CallsUnanswered),
        (reach.contacts > 0 && reach.suppressed_contacts == reach.contacts, Sign::ContactsSuppressed),
        (promises.broken > promises.kept, Sign::PromisesBroken),
        (paying.iter().any(worse), Sign::GettingWorse),
    ];
    signs.into_iter().filter_map(|(is, sign)| is.then_some(sign)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn invoice(due_on: &str, settled: &[(&str, i64)], open: i64) -> PastInvoice {
        let settled = settled.iter().map(|(on, amount)| (day(on), *amount)).collect();
        PastInvoice { due_on: day(due_on), currency: Currency::EUR, settled, open }
    }

    #[test]
    fn days_late_weigh_what_was_late_and_what_is_still_owed_counts() {
        let cases: [(&[PastInvoice], i64, i64, u32, u32); 5] = [
            // in time, also before its day: 0
            (&[invoice("2026-10-10", &[("2026-10-01", 100)], 0)], 0, 0, 1, 0),
            // ten days late
            (&[invoice("2026-10-10", &[("2026-10-20", 100)], 0)], 100, 100, 1, 1),
            // 900 in time, 100 thirty days late: 3.0 on average, 10 % late
            (&[invoice("2026-10-10", &[("2026-10-10", 900), ("2026-11-09", 100)], 0)], 30, 10, 1, 1),
            // owed for forty days: it counts although nobody paid
            (&[invoice("2026-10-11", &[], 500)], 400, 100, 1, 1),
            // a third of a day is rounded half up to tenths; what is not due yet is not looked at
            (&[invoice("2026-10-10", &[("2026-10-10", 2), ("2026-10-11", 1)], 0), invoice("2026-12-01", &[], 5)], 3, 33, 1, 1),
        ];
        for (invoices, tenths, percent, count, late) in cases {
            let found = paying(invoices, day("2026-11-20"))[0];
            assert_eq!((found.average_tenths, found.late_percent(), found.invoices, found.late_invoices), (tenths, percent, count, late));
        }
        assert!(paying(&[], day("2026-11-20")).is_empty());
        assert!(paying(&[invoice("2026-10-10", &[], 0)], day("2026-11-20")).is_empty(), "a voided one says nothing");
    }

    #[test]
    fn what_is_paid_after_the_day_looked_at_was_owed_that_day() {
        let late = [invoice("2026-10-10", &[("2026-11-20", 100)], 0)];
        assert_eq!(paying(&late, day("2026-11-19"))[0].average_tenths, 400);
        assert_eq!(paying(&late, day("2026-11-19"))[0].late_percent(), 100);
        assert_eq!(paying(&late, day("2026-11-20"))[0].average_tenths, 410);
    }

    #[test]
    fn currencies_are_not_added_up() {
        let mut swiss = invoice("2026-10-10", &[("2026-10-20", 100)], 0);
        swiss.currency = "CHF".parse().unwrap();
        let found = paying(&[invoice("2026-10-10", &[("2026-10-10", 100)], 0), swiss], day("2026-11-20"));
        assert_eq!(found.iter().map(|one| (one.currency.code(), one.average_tenths)).collect::<Vec<_>>(), [("CHF", 100), ("EUR", 0)]);
    }

    #[test]
    fn signs_are_what_was_seen() {
        let worse = paying(
            &[invoice("2026-03-01", &[("2026-03-02", 100)], 0), invoice("2026-10-10", &[("2026-10-21", 100)], 0)],
            day("2026-11-20"),
        );
        assert_eq!((worse[0].recent_tenths, worse[0].earlier_tenths), (Some(110), Some(10)));
        let quiet = Reach { contacts: 2, suppressed_contacts: 1, unanswered_calls: 2, ..Reach::default() };
        let kept = PromisesMade { kept: 1, broken: 1, open: 0 };
        assert_eq!(signs(&worse, kept, quiet), [Sign::GettingWorse]);
        let lost = Reach { contacts: 2, suppressed_contacts: 2, unanswered_calls: 3, last_reached_on: None };
        let broken = PromisesMade { kept: 0, broken: 1, open: 0 };
        assert_eq!(signs(&[], broken, lost), [Sign::CallsUnanswered, Sign::ContactsSuppressed, Sign::PromisesBroken]);
        assert!(signs(&[], PromisesMade::default(), Reach::default()).is_empty());
    }
}
