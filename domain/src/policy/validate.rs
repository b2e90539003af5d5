//! From the document to the [`Policy`]: everything is looked at, every fault is named.

mod charges;
mod faults;
mod ladder;
mod reach;
mod step;
mod terms;
mod window;
mod words;

#[cfg(test)]
mod tests;

use faults::Faults;

use super::{Policy, PolicyDocument, PolicyFault};
use crate::money::Currency;

/// Business days left for money to arrive after a date given to the debtor, unless stated.
const GIVEN_DATE_GRACE_DAYS: u16 = 2;

/// Furthest day or longest wait a policy may state, in days.
const MOST_DAYS: u16 = 400;

impl PolicyDocument {
    /// The policy this document states, with the defaults of what it leaves out.
    ///
    /// # Errors
    /// All faults at once, the general terms first, then the steps in their order.
    pub fn validate(&self) -> Result<Policy, Vec<PolicyFault>> {
        let mut faults = Faults::default();
        let currency = self.currency(&mut faults);
        let applies_to = terms::applies_to(self.applies_to.as_ref(), currency, &mut faults);
        let fees_allowed = charges::allowed_for(&applies_to);
        let policy = Policy {
            name: terms::name(&self.name, &mut faults),
            currency,
            delivery_grace_days: self.delivery_grace_days.unwrap_or(0),
            given_date_grace_days: self.given_date_grace_days.unwrap_or(GIVEN_DATE_GRACE_DAYS),
            payment_run_wait_days: self.payment_run_wait_days.unwrap_or(0),
            direct_debit_wait_days: self.direct_debit_wait_days,
            data_max_age_hours: self.data_max_age_hours.flatten(),
            heartbeat_max_age_hours: self.heartbeat_max_age_hours.flatten(),
            unapplied_cash: terms::unapplied_cash(self.unapplied_cash.as_deref(), &mut faults),
            unapplied_cash_hold_days: self.unapplied_cash_hold_days,
            reply_hold_days: self.reply_hold_days,
            small_balance_after_days: terms::small_balance(self.small_balance.as_ref(), &mut faults),
            approval_expires_days: self.approval_expires_days,
            pacing: terms::pacing(self.pacing.as_ref(), &applies_to, &mut faults),
            window: window::window(self.window.as_ref(), &mut faults),
            pauses: window::pauses(self.pauses.as_deref().unwrap_or_default(), &mut faults),
            steps: ladder::steps(&self.steps, &step::Terms { currency, fees_allowed, kinds: &applies_to.customer_kinds }, &mut faults),
            promise: terms::promise(self.promise.as_ref(), &mut faults),
            plan: terms::plan(self.plan.as_ref(), &mut faults),
            charges: charges::rules(self.late_charges.as_ref(), currency, fees_allowed, &mut faults),
            applies_to,
        };
        self.waits(&mut faults);
        reach::check(&policy, &mut faults);
        faults.none_or(policy)
    }

    fn currency(&self, faults: &mut Faults) -> Currency {
        let Some(code) = &self.currency else { return Currency::EUR };
        code.parse().unwrap_or_else(|_| {
            faults.add("/currency", "unknown_word", "not an ISO 4217 currency code");
            Currency::EUR
        })
    }

    /// Waits and holds that stand alone: none longer than [`MOST_DAYS`], no age of data of zero
    /// hours, which would hold everything for ever.
    fn waits(&self, faults: &mut Faults) {
        for (pointer, days) in [
            ("/delivery_grace_days", self.delivery_grace_days),
            ("/given_date_grace_days", self.given_date_grace_days),
            ("/payment_run_wait_days", self.payment_run_wait_days),
            ("/direct_debit_wait_days", self.direct_debit_wait_days),
            ("/unapplied_cash_hold_days", self.unapplied_cash_hold_days),
            ("/reply_hold_days", self.reply_hold_days),
        ] {
            faults.within(pointer, days, 0, MOST_DAYS);
        }
        faults.within("/approval_expires_days", self.approval_expires_days, 1, MOST_DAYS);
        for (pointer, hours) in
            [("/data_max_age_hours", self.data_max_age_hours), ("/heartbeat_max_age_hours", self.heartbeat_max_age_hours)]
        {
            faults.within(pointer, hours.flatten(), 1, u16::MAX);
        }
    }
}
