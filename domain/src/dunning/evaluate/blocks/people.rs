//! What people said: holds, promises, disputes.

use super::{super::expiries::Settled, Finder, New};
use crate::{
    dunning::{
        Change, Param, Params, Why, params,
        snapshot::{Hold, HoldScope, InvoiceFacts},
    },
    hold::HoldReason,
};

impl Finder<'_, '_> {
    pub(super) fn holds(&mut self, settled: &Settled<'_>) {
        for hold in settled.holds.iter().filter(|hold| covers(hold, self.invoice)) {
            let known = HoldReason::of(&hold.reason);
            let (code, params) = self.named(hold, known);
            let until = hold.until_on.map(|day| self.end_of(day));
            let lifted_by = known.map_or(Change::ReleaseHold, HoldReason::lifted_by);
            self.add(New {
                since: Some(hold.placed_at),
                until,
                hold_id: Some(hold.id),
                ..New::of(code, params, "holds", hold.placed_by.as_deref().unwrap_or("unknown"), lifted_by)
            });
        }
    }

    /// The code of a hold, with what its sentence speaks of.
    fn named(&self, hold: &Hold, known: Option<HoldReason>) -> (Why, Params) {
        let number = &self.invoice.number;
        let placed_on = hold.placed_at.with_timezone(&self.context.tenant_zone).date_naive();
        match known.map_or(Why::Held, HoldReason::why) {
            Why::Insolvency => (Why::Insolvency, params![day = hold.before_on.unwrap_or(placed_on)]),
            Why::PaymentAnnounced if hold.until_on.is_some() => {
                (Why::PaymentAnnounced, params![invoice = number, day = hold.until_on.unwrap_or(placed_on)])
            }
            Why::Factored => (Why::Factored, params![invoice = number]),
            Why::UnreadReply => (Why::UnreadReply, params![day = placed_on]),
            code @ (Why::Negotiation | Why::InstalmentPlan | Why::OverIndebtedness | Why::DeathOrGuardianship) => (code, Params::default()),
            _ => {
                let end = hold.until_on.map_or_else(|| Param::Word("lifted".to_owned()), Param::Day);
                let prose = HoldReason::parse(&hold.reason).is_none();
                let cause = if prose { Param::Text(hold.reason.clone()) } else { Param::Word(hold.reason.clone()) };
                (Why::Held, params![scope = hold.scope, cause = cause, end = end])
            }
        }
    }

    pub(super) fn promise(&mut self, settled: &Settled<'_>) {
        for promise in &settled.promises {
            if promise.invoices.is_empty() || promise.invoices.contains(&self.invoice.id) {
                let params = params![amount = promise.amount, day = promise.promised_on];
                self.add(New {
                    since: Some(self.context.tenant_day_start(promise.made_on)),
                    until: Some(self.end_of(promise.grace_until_on)),
                    ..New::of(
                        Why::PromiseOpen,
                        params,
                        "policy.promise",
                        promise.made_by.as_deref().unwrap_or("promise"),
                        Change::PromiseSettled,
                    )
                });
            }
        }
    }

    pub(super) fn dispute(&mut self) {
        if self.invoice.disputed >= self.invoice.amount_due {
            let params = params![invoice = &self.invoice.number];
            self.add(New {
                since: self.invoice.evidence.disputed_since,
                ..New::of(Why::Disputed, params, "holds.dispute", "dispute", Change::ResolveDispute)
            });
        }
    }
}

fn covers(hold: &Hold, invoice: &InvoiceFacts) -> bool {
    let scope = match hold.scope {
        HoldScope::Tenant | HoldScope::Customer(_) => true,
        HoldScope::Invoice(id) => id == invoice.id,
        HoldScope::Contact(_) => false, // only that person is left in peace: see `contact`
    };
    scope && hold.before_on.is_none_or(|day| invoice.issued_on < day)
}
