//! What is not known well enough about payments, and our own faults.

use chrono::Duration;

use super::{
    super::{cash, selfcheck},
    Finder, New, next_day,
};
use crate::dunning::{Change, Param, Params, Why, params};

impl Finder<'_, '_> {
    pub(super) fn payment_data(&mut self) {
        if self.context.snapshot.ledger_differs {
            self.add(New::of(Why::LedgerDiffers, Params::default(), "freshness.open_items", "heartbeat", Change::ItemsAgree));
        }
        let Some(policy) = &self.context.policy else { return };
        let known = self.context.snapshot.payments_complete_until;
        let limit = match (policy.policy.data_max_age_hours, policy.policy.heartbeat_max_age_hours) {
            (Some(hours), _) => Some((hours, "policy.data_max_age_hours")),
            (None, Some(hours)) if known.is_some() => Some((hours, "policy.heartbeat_max_age_hours")),
            _ => None,
        };
        let Some((hours, rule)) = limit else { return };
        let stale_from = known.map(|until| until + Duration::hours(i64::from(hours)));
        if stale_from.is_none_or(|stale| stale < self.context.now) {
            let told = known.map_or_else(|| Param::Word("never".to_owned()), Param::At);
            let look = self.context.tenant_day_start(next_day(self.context.tenant_today));
            let params = params![hours = hours, known = told];
            self.add(New {
                since: stale_from,
                until: Some(look),
                ..New::of(Why::PaymentDataStale, params, rule, "freshness", Change::Heartbeat)
            });
        }
    }

    pub(super) fn unapplied_cash(&mut self) {
        let cash = cash::of(self.context, self.invoice.currency);
        if cash.holds == 0 {
            return;
        }
        let of_currency = self.context.snapshot.unapplied.iter().filter(|cash| cash.money.currency == self.invoice.currency);
        self.add(New {
            since: of_currency.map(|cash| self.context.tenant_day_start(cash.since_on)).min(),
            until: cash.until.map(|day| self.context.day_start(next_day(day))),
            ..New::of(
                Why::UnappliedCash,
                params![amount = self.invoice.currency.minor(cash.holds)],
                "policy.unapplied_cash",
                "ledger",
                Change::AllocateCash,
            )
        });
    }

    pub(super) fn own_errors(&mut self) {
        for missing in selfcheck::faults(self.context, self.invoice) {
            if missing.mend == Change::FactorDetails {
                let params = params![invoice = &self.invoice.number];
                self.add(New::of(Why::Factored, params, "selfcheck", "selfcheck", missing.mend));
                continue;
            }
            self.add(New::of(Why::OwnErrorSuspected, params![mend = missing.mend], "selfcheck", "selfcheck", missing.mend));
            if let (Some(citation), Some(block)) = (missing.citation, self.found.last_mut()) {
                block.reason.citation = Some(citation.to_owned());
            }
        }
    }
}
