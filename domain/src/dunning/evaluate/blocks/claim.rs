//! What stands in the way of the claim itself: its e-invoice, its collection, its age.

use super::{Finder, New};
use crate::{
    calendar::add_business_days,
    dunning::{Change, Why, params},
    law::{Claim, EinvoiceEffect, einvoice_effect},
};

impl Finder<'_, '_> {
    pub(super) fn direct_debit(&mut self) {
        if self.invoice.direct_debit {
            let params = params![invoice = &self.invoice.number];
            self.add(New::of(Why::DirectDebitPending, params, "holds.direct_debit", "direct_debit", Change::DebitSettled));
        }
    }

    /// What the last life-cycle status says (`law.md` §8). A part that is disputed lowers the ask instead:
    /// [`crate::law::disputed_part`].
    pub(super) fn einvoice(&mut self) {
        let Some(status) = &self.invoice.evidence.einvoice else { return };
        let on = status.at.with_timezone(&self.context.tenant_zone).date_naive();
        let (code, lifted_by, until) = match einvoice_effect(&status.code) {
            EinvoiceEffect::None => return,
            EinvoiceEffect::PaymentAnnounced { days } => {
                let last = add_business_days(on, days, self.context.region);
                if self.context.tenant_today > last {
                    return;
                }
                (Why::PaymentAnnounced, Change::PaymentArrives, Some(last))
            }
            EinvoiceEffect::Disputed if status.amount.is_some_and(|part| part < self.invoice.amount_due) => return,
            EinvoiceEffect::Disputed => (Why::EinvoiceDisputed, Change::BuyerAgrees, None),
            EinvoiceEffect::Refused => (Why::EinvoiceRefused, Change::BuyerAgrees, None),
            EinvoiceEffect::Rejected => (Why::EinvoiceRejected, Change::ReissueInvoice, None),
            EinvoiceEffect::Cancelled => (Why::EinvoiceCancelled, Change::ReissueInvoice, None),
        };
        let params = match until {
            Some(day) => params![invoice = &self.invoice.number, day = day],
            None => params![invoice = &self.invoice.number, status = &status.code],
        };
        let (since, until) = (Some(status.at), until.map(|day| self.end_of(day)));
        self.add(New { since, until, ..New::of(code, params, "holds.einvoice", "einvoice", lifted_by) });
    }

    /// A consumer's debt that can no longer be claimed is no longer asked for; an unknown kind counts as a consumer.
    pub(super) fn time_bar(&mut self) {
        if self.context.snapshot.customer.kind.pays_late_charges() {
            return; // professionals and public bodies: the end is told elsewhere, nothing stops by itself
        }
        let evidence = &self.invoice.evidence;
        let start = evidence.service_done_on.unwrap_or(self.invoice.issued_on);
        let claim = Claim::of(self.context.snapshot.customer.kind, evidence.carriage);
        let acts = evidence.interrupted_on.iter().copied();
        let Some(day) = claim.barred_since(start, acts, self.context.tenant_today) else { return };
        let params = params![invoice = &self.invoice.number, day = day];
        let since = Some(self.context.tenant_day_start(day));
        self.add(New { since, ..New::of(Why::TimeBarred, params, "law.fr.limitation.consumer", "law", Change::TimeBar) });
    }
}
