//! Balances too small to write about: no message, and once a month a person looks at them.

use chrono::{Datelike, NaiveDate};

use super::{
    context::{Context, PolicyContext, plus_days},
    outcome::Draft,
    tasks::{Raise, raise},
};
use crate::dunning::{Change, Params, Title, Why, snapshot::ReminderLine};

const ABOUT: &str = "once:small_balance:";

/// Is too little overdue to write about? Only debts in the policy's currency are counted.
pub(super) fn is_small(context: &Context<'_>, policy: &PolicyContext<'_>) -> bool {
    let own = context.snapshot.invoices.iter().filter(|invoice| context.is_overdue(invoice) && invoice.currency == policy.policy.currency);
    own.map(|invoice| context.ask(invoice)).sum::<i64>() < policy.policy.applies_to.min_amount_due
}

/// One task a month for all small invoices, from so many days after the oldest due date on.
pub(super) fn review(context: &Context<'_>, policy: &PolicyContext<'_>, lines: Vec<ReminderLine>, draft: &mut Draft) {
    draft.reason(Why::SmallBalance, Params::default(), "policy.applies_to.min_amount_due", None);
    draft.would_change(Change::MoreOverdue);
    let due =
        |line: &ReminderLine| context.snapshot.invoices.iter().find(|invoice| invoice.id == line.invoice_id).map(|invoice| invoice.due_on);
    let Some(oldest) = lines.iter().filter_map(due).min() else { return };
    let from = plus_days(oldest, i64::from(policy.policy.small_balance_after_days));
    if context.today < from {
        draft.look_at(context.day_start(from));
        return;
    }
    draft.look_at(context.day_start(next_month(context.today)));
    let open = context.snapshot.open_tasks.iter().any(|task| task.about.as_deref().is_some_and(|about| about.starts_with(ABOUT)));
    if !open {
        let about = format!("{ABOUT}{}", context.today.format("%Y-%m"));
        let title = Title::new(
            format!("{} small invoice(s) are overdue: write them off, or ask by hand.", lines.len()),
            format!("{} petite(s) facture(s) en retard : passez-les en perte ou réclamez-les à la main.", lines.len()),
        );
        raise(context, draft, Raise { kind: "review", about, title, lines, assign_to: "manager", days: 10 });
    }
}

fn next_month(day: NaiveDate) -> NaiveDate {
    let later = plus_days(day, 31);
    // 31 days later is in the next month, or, after a short one, at most three days into the one after
    let first = later.with_day(1).unwrap_or(later);
    if first.month0() == (day.month0() + 1) % 12 { first } else { plus_days(first, -1).with_day(1).unwrap_or(first) }
}

#[cfg(test)]
mod tests {
    use super::next_month;

    #[test]
    fn the_next_month_begins_on_its_first() {
        for (day, first) in [
            ("2026-10-01", "2026-11-01"),
            ("2026-10-31", "2026-11-01"),
            ("2026-12-31", "2027-01-01"),
            ("2027-01-29", "2027-02-01"),
            ("2027-01-31", "2027-02-01"),
            ("2028-01-31", "2028-02-01"),
            ("2027-02-01", "2027-03-01"),
        ] {
            assert_eq!(next_month(day.parse().unwrap()).to_string(), first, "{day}");
        }
    }
}
