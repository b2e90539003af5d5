//! From what came of the courses to the answer.

use std::collections::BTreeMap;

use relance_domain::{
    dunning::ReminderLine,
    ids::CustomerId,
    money::totals,
    simulation::{Difference, DifferenceKind, Differences, Done, Lived, Summary, compare, summarise},
};
use relance_openapi::{
    reminder::Total,
    simulation::{
        SimulatedChannel, SimulatedCharge, SimulatedDay, SimulatedDifference, SimulatedDifferenceCount, SimulatedInvoice,
        SimulatedReminder, SimulatedStep, SimulatedWithholding, SimulationAssumptions, SimulationLeftOut, SimulationTotals, SimulationView,
    },
    time::{at, day},
};

use super::{Ask, Period, Told};

/// Most entries of the lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// Of reminders, and of tasks.
    pub reminders: usize,
    /// Of differences.
    pub differences: usize,
}

impl Default for Caps {
    fn default() -> Self {
        Self { reminders: 1_000, differences: 500 }
    }
}

/// How customers are called.
type Names<'a> = BTreeMap<CustomerId, &'a Told>;

/// The answer. What lies before the period (told from how things stand today, and it begins later) is left out of it.
pub fn tell(told: &mut [Told], ask: &Ask, period: Period, ledger: &str, storm_limit: Option<usize>, caps: Caps) -> SimulationView {
    for one in told.iter_mut() {
        inside(&mut one.here, period);
        one.there.iter_mut().for_each(|there| inside(there, period));
    }
    let told = &*told;
    let names: Names<'_> = told.iter().map(|one| (one.customer_id, one)).collect();
    let here: Vec<Lived> = told.iter().map(|one| one.here.clone()).collect();
    let summary = summarise(&here, storm_limit);
    // whoever keeps the same policy is treated the same
    let both = || told.iter().filter_map(|one| Some((&one.here, one.there.as_ref()?)));
    let differences = compare(both().map(|pair| pair.0), both().map(|pair| pair.1));
    let mut done: Vec<&Done> = here.iter().flat_map(|lived| &lived.done).collect();
    done.sort_by_key(|one| (one.at, one.customer_id));
    let (messages, tasks): (Vec<&Done>, Vec<&Done>) = done.into_iter().partition(|one| one.channel.is_message());
    let list = |list: &[&Done]| list.iter().take(caps.reminders).map(|one| reminder(one, &names)).collect();
    let people = ask.span.people;
    SimulationView {
        from: day(period.from),
        until: day(period.until),
        policy: ask.here.name.clone(),
        compared_with: ask.there.as_ref().map(|other| other.name.clone()),
        assumptions: SimulationAssumptions {
            approvals: if people.approvals_given { "given" } else { "withheld" }.to_owned(),
            calls: if people.calls_made { "made" } else { "none" }.to_owned(),
            backlog: ask.entry.as_ref().map(|entry| entry.backlog.as_str().to_owned()),
            spread_days: ask.entry.as_ref().map_or(0, |entry| entry.spread_days.into()),
            running_cases: if ask.here.keeps_running { "keep" } else { "move" }.to_owned(),
            ledger: ledger.to_owned(),
        },
        totals: all(&summary, told.len(), differences.list.len()),
        reminders: list(&messages),
        tasks: list(&tasks),
        per_day: days(&summary),
        per_step: steps(&summary),
        withheld: withheld(&summary),
        charges: charges(&summary),
        storm_above: count(summary.storm_limit),
        storms: summary.storms.iter().copied().map(day).collect(),
        differences: differences.list.iter().take(caps.differences).map(|one| difference(one, &names)).collect(),
        differences_by_kind: kinds(&differences),
        left_out: SimulationLeftOut {
            reminders: count(messages.len().saturating_sub(caps.reminders)),
            tasks: count(tasks.len().saturating_sub(caps.reminders)),
            differences: count(differences.list.len().saturating_sub(caps.differences)),
        },
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn inside(lived: &mut Lived, period: Period) {
    lived.done.retain(|done| done.on >= period.from);
    for one in &mut lived.withheld {
        one.from = one.from.max(period.from);
    }
    lived.withheld.retain(|one| one.from < one.until);
}

fn all(summary: &Summary, customers: usize, differences: usize) -> SimulationTotals {
    SimulationTotals {
        customers: count(customers),
        customers_chased: count(summary.customers),
        reminders: count(summary.messages),
        tasks: count(summary.tasks),
        differences: count(differences),
        decisions: i64::try_from(summary.looks).unwrap_or(i64::MAX),
        put_off: summary.put_off.into(),
    }
}

fn own(names: &Names<'_>, id: CustomerId) -> (Option<String>, Option<String>, String) {
    let external = names.get(&id).and_then(|told| told.external_id.clone());
    let name = names.get(&id).map(|told| told.name.clone()).unwrap_or_default();
    (external.is_none().then(|| id.to_string()), external, name)
}

fn invoice(line: &ReminderLine, is_own: bool) -> SimulatedInvoice {
    SimulatedInvoice {
        invoice_id: is_own.then(|| line.invoice_id.to_string()),
        number: line.number.clone(),
        step_key: line.step_key.clone(),
        amount_due: line.currency.minor(line.amount_due).plain(),
        currency: line.currency.to_string(),
    }
}

fn reminder(done: &Done, names: &Names<'_>) -> SimulatedReminder {
    let (customer_id, customer_external_id, customer_name) = own(names, done.customer_id);
    let sums = totals(done.lines.iter().map(|line| line.currency.minor(line.amount_due)));
    SimulatedReminder {
        invoices: done.lines.iter().map(|line| invoice(line, customer_id.is_some())).collect(),
        customer_id,
        customer_external_id,
        customer_name,
        step_key: done.step_key.clone(),
        channel: done.channel.as_str().to_owned(),
        copies: done.copies.iter().map(|channel| channel.as_str().to_owned()).collect(),
        at: at(done.at),
        on: day(done.on),
        pay_before_on: done.pay_before_on.map(day),
        deadline_on: done.deadline_on.map(day),
        totals: sums.iter().map(Total::from).collect(),
    }
}

fn days(summary: &Summary) -> Vec<SimulatedDay> {
    let channel = |(channel, number): (&&str, &usize)| SimulatedChannel { channel: (*channel).to_owned(), count: count(*number) };
    let one = |one: &relance_domain::simulation::DayCount| SimulatedDay {
        on: day(one.on),
        reminders: count(one.messages),
        tasks: count(one.tasks),
        by_channel: one.by_channel.iter().map(channel).collect(),
        storm: one.messages > summary.storm_limit,
    };
    summary.per_day.iter().map(one).collect()
}

fn steps(summary: &Summary) -> Vec<SimulatedStep> {
    let one = |step: &relance_domain::simulation::StepCount| SimulatedStep {
        step_key: step.step_key.clone(),
        channel: step.channel.as_str().to_owned(),
        count: count(step.count),
        invoices: count(step.invoices),
    };
    summary.by_step.iter().map(one).collect()
}

fn withheld(summary: &Summary) -> Vec<SimulatedWithholding> {
    let one = |one: &relance_domain::simulation::Withholding| SimulatedWithholding {
        code: one.code.clone(),
        message: one.message.clone(),
        citation: one.citation.clone(),
        count: count(one.count),
        customers: count(one.customers),
        invoices: count(one.invoices),
        days: one.days,
    };
    summary.withheld.iter().map(one).collect()
}

fn charges(summary: &Summary) -> Vec<SimulatedCharge> {
    let one = |told: &relance_domain::simulation::ChargesTold| SimulatedCharge {
        kind: "fixed_compensation".to_owned(),
        mode: told.mode.clone(),
        invoices: count(told.invoices),
        amount: told.amount.plain(),
        currency: told.amount.currency.to_string(),
    };
    summary.charges.iter().map(one).collect()
}

fn difference(one: &Difference, names: &Names<'_>) -> SimulatedDifference {
    let (customer_id, customer_external_id, customer_name) = own(names, one.customer_id);
    SimulatedDifference {
        kind: one.kind.as_str().to_owned(),
        invoice: invoice(&one.line, customer_id.is_some()),
        customer_id,
        customer_external_id,
        customer_name,
        on: one.here.map(|act| day(act.0)),
        channel: one.here.map(|act| act.1.as_str().to_owned()),
        other_on: one.there.map(|act| day(act.0)),
        other_channel: one.there.map(|act| act.1.as_str().to_owned()),
        days: one.days(),
    }
}

fn kinds(differences: &Differences) -> Vec<SimulatedDifferenceCount> {
    let one = |kind: DifferenceKind| {
        let (steps, customers, invoices) = differences.by_kind.get(&kind)?;
        Some(SimulatedDifferenceCount {
            kind: kind.as_str().to_owned(),
            count: count(*steps),
            customers: count(*customers),
            invoices: count(*invoices),
        })
    };
    DifferenceKind::ALL.into_iter().filter_map(one).collect()
}
