//! Money that matches no invoice: it rests the chase for a while, then lowers what is asked.

use chrono::NaiveDate;

use super::context::Context;
use crate::{calendar::add_business_days, money::Currency, policy::UnappliedCash};

/// What unapplied cash of a currency does now, minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Cash {
    /// Rests the chase.
    pub holds: i64,
    /// Lowers the ask.
    pub lowers: i64,
    /// Last day on which all of it that holds does; `None`: until it is allocated.
    pub until: Option<NaiveDate>,
}

/// Unapplied cash of `currency` by the policy; without one it does nothing.
pub(super) fn of(context: &Context<'_>, currency: Currency) -> Cash {
    let Some(policy) = &context.policy else { return Cash::default() };
    let mut cash = Cash::default();
    for item in context.snapshot.unapplied.iter().filter(|item| item.money.currency == currency) {
        let last_day = policy.policy.unapplied_cash_hold_days.map(|days| add_business_days(item.since_on, u32::from(days), context.region));
        match policy.policy.unapplied_cash {
            UnappliedCash::Ignore => {}
            UnappliedCash::Hold if last_day.is_none_or(|last_day| context.today <= last_day) => {
                cash.holds = cash.holds.saturating_add(item.money.minor);
                cash.until = cash.until.max(last_day);
            }
            UnappliedCash::Hold | UnappliedCash::Lower => cash.lowers = cash.lowers.saturating_add(item.money.minor),
        }
    }
    cash
}
