//! A simulation in numbers: days, steps, what was withheld, storms, charges.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::{
    drive::{Done, Lived},
    withheld::Withheld,
};
use crate::{
    ids::{CustomerId, InvoiceId},
    money::{Currency, Money},
    policy::Channel,
};

/// A day is stormy when more leaves than so many times the median of the days on which anything leaves…
const STORM_TIMES: usize = 3;
/// …and more than this.
const STORM_LEAST: usize = 20;

/// What left on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayCount {
    /// Day, in the customers' zones.
    pub on: NaiveDate,
    /// Messages.
    pub messages: usize,
    /// Tasks of the ladder.
    pub tasks: usize,
    /// Both, by channel.
    pub by_channel: BTreeMap<&'static str, usize>,
}

/// What was done at a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepCount {
    /// Step.
    pub step_key: String,
    /// Channel.
    pub channel: Channel,
    /// Messages or tasks.
    pub count: usize,
    /// Invoices in them.
    pub invoices: usize,
}

/// What one reason withheld.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withholding {
    /// Code.
    pub code: String,
    /// The sentence of its first case.
    pub message: String,
    /// Article of law, where there is one.
    pub citation: Option<String>,
    /// How many times it began.
    pub count: usize,
    /// Customers concerned.
    pub customers: usize,
    /// Invoices concerned; 0 where a reason concerns customers as a whole.
    pub invoices: usize,
    /// Days, added up over invoices (over customers where it concerns them as a whole).
    pub days: i64,
}

/// Fixed compensation that messages told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargesTold {
    /// `mention` or `claim`.
    pub mode: String,
    /// Invoices, counted once each.
    pub invoices: usize,
    /// 40 EUR each.
    pub amount: Money,
}

/// A simulation in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Customers to whom anything was sent, or for whom a task was raised.
    pub customers: usize,
    /// Messages that left.
    pub messages: usize,
    /// Tasks of the ladder.
    pub tasks: usize,
    /// Decisions made.
    pub looks: u64,
    /// Days on which anything was done, in order.
    pub per_day: Vec<DayCount>,
    /// Steps, the most frequent first.
    pub by_step: Vec<StepCount>,
    /// Reasons, the longest first.
    pub withheld: Vec<Withholding>,
    /// What messages told of charges.
    pub charges: Vec<ChargesTold>,
    /// More messages than this on a day are a storm.
    pub storm_limit: usize,
    /// Stormy days.
    pub storms: Vec<NaiveDate>,
    /// Times that work had to be put off because it never ended.
    pub put_off: u32,
}

/// Adds up what came of the customers. `storm_limit`: messages of a day above which it is a storm; without it,
/// three times the median day, and 20 at least.
pub fn summarise(lived: &[Lived], storm_limit: Option<usize>) -> Summary {
    let done = || lived.iter().flat_map(|lived| &lived.done);
    let per_day = per_day(done());
    let storm_limit = storm_limit.unwrap_or_else(|| usual_limit(&per_day));
    Summary {
        customers: lived.iter().filter(|lived| !lived.done.is_empty()).count(),
        messages: per_day.iter().map(|day| day.messages).sum(),
        tasks: done().filter(|done| done.channel.is_task()).count(),
        looks: lived.iter().map(|lived| lived.looks).sum(),
        storms: per_day.iter().filter(|day| day.messages > storm_limit).map(|day| day.on).collect(),
        per_day,
        by_step: by_step(done()),
        withheld: withheld(lived.iter().flat_map(|lived| &lived.withheld)),
        charges: charges(done()),
        storm_limit,
        put_off: lived.iter().map(|lived| lived.put_off).sum(),
    }
}

fn per_day<'a>(done: impl Iterator<Item = &'a Done>) -> Vec<DayCount> {
    let mut days: BTreeMap<NaiveDate, DayCount> = BTreeMap::new();
    for one in done {
        let day = days.entry(one.on).or_insert_with(|| DayCount { on: one.on, messages: 0, tasks: 0, by_channel: BTreeMap::new() });
        if one.channel.is_message() {
            day.messages += 1 + one.copies.len();
        } else {
            day.tasks += 1;
        }
        for channel in std::iter::once(&one.channel).chain(&one.copies) {
            *day.by_channel.entry(channel.as_str()).or_default() += 1;
        }
    }
    days.into_values().collect()
}

fn usual_limit(days: &[DayCount]) -> usize {
    let mut counts: Vec<usize> = days.iter().map(|day| day.messages).filter(|count| *count > 0).collect();
    counts.sort_unstable();
    let median = counts.get(counts.len() / 2).copied().unwrap_or_default();
    median.saturating_mul(STORM_TIMES).max(STORM_LEAST)
}

fn by_step<'a>(done: impl Iterator<Item = &'a Done>) -> Vec<StepCount> {
    let mut steps: BTreeMap<(&str, &str), StepCount> = BTreeMap::new();
    for one in done {
        let step = steps.entry((one.step_key.as_str(), one.channel.as_str())).or_insert_with(|| StepCount {
            step_key: one.step_key.clone(),
            channel: one.channel,
            count: 0,
            invoices: 0,
        });
        step.count += 1;
        step.invoices += one.lines.len();
    }
    let mut steps: Vec<StepCount> = steps.into_values().collect();
    steps.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.step_key.cmp(&b.step_key)));
    steps
}

fn withheld<'a>(all: impl Iterator<Item = &'a Withheld>) -> Vec<Withholding> {
    struct Sum<'a> {
        first: &'a Withheld,
        count: usize,
        customers: BTreeSet<CustomerId>,
        invoices: BTreeSet<InvoiceId>,
        days: i64,
    }
    let mut codes: BTreeMap<&str, Sum<'a>> = BTreeMap::new();
    for one in all {
        let fresh = || Sum { first: one, count: 0, customers: BTreeSet::new(), invoices: BTreeSet::new(), days: 0 };
        let sum = codes.entry(one.code.as_str()).or_insert_with(fresh);
        sum.count += 1;
        sum.days += one.days();
        sum.customers.insert(one.customer_id);
        sum.invoices.extend(one.invoice_id);
    }
    let mut list: Vec<Withholding> = codes
        .into_values()
        .map(|sum| Withholding {
            code: sum.first.code.clone(),
            message: sum.first.message.clone(),
            citation: sum.first.citation.clone(),
            count: sum.count,
            customers: sum.customers.len(),
            invoices: sum.invoices.len(),
            days: sum.days,
        })
        .collect();
    list.sort_by(|a, b| b.days.cmp(&a.days).then_with(|| a.code.cmp(&b.code)));
    list
}

/// An invoice owes its compensation once, however often it is told.
fn charges<'a>(done: impl Iterator<Item = &'a Done>) -> Vec<ChargesTold> {
    let mut modes: BTreeMap<&str, (BTreeSet<InvoiceId>, Money)> = BTreeMap::new();
    for one in done {
        let Some(charge) = &one.fixed_compensation else { continue };
        let each = charge.amount.minor.checked_div(i64::from(charge.count)).unwrap_or_default();
        let (invoices, sum) = modes.entry(charge.mode.as_str()).or_insert_with(|| (BTreeSet::new(), Currency::EUR.minor(0)));
        for line in one.lines.iter().filter(|line| line.step_key == one.step_key) {
            if invoices.insert(line.invoice_id) {
                *sum = sum.currency.minor(sum.minor.saturating_add(each));
            }
        }
    }
    modes.into_iter().map(|(mode, (invoices, amount))| ChargesTold { mode: mode.to_owned(), invoices: invoices.len(), amount }).collect()
}
