//! The limitation clock: a person is told 180, 90 and 30 days before a claim is lost, and once it is.

use super::{
    context::{Context, is_open, next_day, plus_days},
    outcome::Draft,
    tasks::{self, Raise},
};
use crate::{
    dunning::{
        ONCE, Title,
        snapshot::{InvoiceFacts, StepOutcome},
        title::french_day,
    },
    law::{ALERTS, Claim},
    policy::Channel,
};

/// Business days to act on an alert.
const DAYS: u16 = 5;

/// One task per open invoice and threshold, the most urgent first; earlier ones that were missed are not made up for.
pub(super) fn raise_tasks(context: &Context<'_>, draft: &mut Draft) {
    if context.settles_at().is_some() {
        return; // looked at again when the facts have rested
    }
    for invoice in context.snapshot.invoices.iter().filter(|invoice| is_open(invoice)) {
        let claim = Claim::of(context.snapshot.customer.kind, invoice.evidence.carriage);
        let start = invoice.evidence.service_done_on.unwrap_or(invoice.issued_on);
        let end = claim.ends_on(start, acts(context, claim, invoice));
        let left = end.signed_duration_since(context.tenant_today).num_days();
        let reached = ALERTS.into_iter().filter(|days| left <= *days).min();
        if let Some(days) = reached.filter(|_| left >= 0) {
            let title = Title::new(
                format!(
                    "Invoice {} can be claimed until {end} only ({}): have it acknowledged in writing, go to court, or write it off.",
                    invoice.number,
                    claim.citation()
                ),
                format!(
                    "La facture {} ne peut plus être réclamée après le {} ({}) : faites reconnaître la dette par écrit, agissez en justice ou passez-la en perte.",
                    invoice.number,
                    french_day(end),
                    claim.citation()
                ),
            );
            alert(context, draft, invoice, &format!("{days}:{end}"), title);
        } else if left < 0 && context.snapshot.customer.kind.pays_late_charges() {
            // a consumer's stops the ladder, with a task of its own
            let since = next_day(end);
            let title = Title::new(
                format!("Invoice {} is time-barred since {since} ({}): write it off.", invoice.number, claim.citation()),
                format!(
                    "La facture {} est prescrite depuis le {} ({}) : passez-la en perte.",
                    invoice.number,
                    french_day(since),
                    claim.citation()
                ),
            );
            alert(context, draft, invoice, &format!("0:{end}"), title);
        }
        let next = ALERTS.into_iter().filter(|days| left > *days).max().unwrap_or(-1);
        if left > next {
            draft.look_at(context.tenant_day_start(plus_days(end, -next)));
        }
    }
}

fn alert(context: &Context<'_>, draft: &mut Draft, invoice: &InvoiceFacts, what: &str, title: Title) {
    let about = format!("{ONCE}limitation:{}:{what}", invoice.id);
    tasks::raise(context, draft, Raise { kind: "limitation", about, title, lines: Vec::new(), assign_to: "manager", days: DAYS });
}

/// What began a new period: part payments and recorded acts; against a public body, what was claimed in writing too.
fn acts(context: &Context<'_>, claim: Claim, invoice: &InvoiceFacts) -> Vec<chrono::NaiveDate> {
    let mut acts = invoice.evidence.interrupted_on.clone();
    if let Some(policy) = context.policy.as_ref().filter(|_| claim.is_interrupted_by_a_written_claim()) {
        let written = |channel: Channel| matches!(channel, Channel::Email | Channel::Letter | Channel::RegisteredLetter);
        let claims = invoice.steps.iter().filter(|done| done.outcome == StepOutcome::Sent && done.done_on > invoice.due_on);
        acts.extend(
            claims.filter(|done| policy.policy.step(&done.step_key).is_some_and(|step| written(step.channel))).map(|done| done.done_on),
        );
    }
    acts
}
