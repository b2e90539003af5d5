//! Late charges, as far as they change what is decided: what is claimed, and when a case may close.

use super::{
    context::{Context, PolicyContext},
    outcome::Draft,
    tasks::{self, Raise},
};
use crate::{
    dunning::{
        Change, Params, Why,
        decision::{Action, FixedCompensation},
        params,
        snapshot::ReminderLine,
    },
    money::{Currency, totals},
    policy::{ChargesLeft, LateChargesMode, Step},
};

/// 40 EUR (C. com. D441-5; CCP D2192-35), in cents.
const FIXED_COMPENSATION: i64 = 4_000;

/// 40 EUR per invoice at the step, professionals and public bodies only: a consumer has none to be given.
/// A claim leaves out invoices below the policy's minimum, and says so.
pub(super) fn compensation(
    context: &Context<'_>,
    policy: &PolicyContext<'_>,
    step: &Step,
    lines: &[ReminderLine],
    draft: &mut Draft,
) -> Option<FixedCompensation> {
    let rules = &policy.policy.charges;
    let mode = match step.late_charges {
        LateChargesMode::None => return None,
        LateChargesMode::Mention => "mention",
        LateChargesMode::Claim => "claim",
    };
    if !rules.fixed_compensation || !context.snapshot.customer.kind.pays_late_charges() {
        return None;
    }
    let claim = step.late_charges == LateChargesMode::Claim;
    let mut count = 0_u32;
    for line in lines.iter().filter(|line| line.step_key == step.key) {
        if claim && !policy.policy.claims_compensation(line) {
            let params = params![invoice = &line.number];
            draft.reason(Why::CompensationWaived, params, "policy.late_charges.claim_min_invoice_amount", Some(line.invoice_id));
        } else {
            count = count.saturating_add(1);
        }
    }
    let amount = Currency::EUR.minor(FIXED_COMPENSATION.saturating_mul(i64::from(count)));
    (count > 0).then(|| FixedCompensation { mode: mode.to_owned(), count, amount })
}

/// A claim at a rate that the creditor has not confirmed as printed on its invoices: no interest is
/// claimed until it does, and a task says so.
pub(super) fn unconfirmed_rate(context: &Context<'_>, policy: &PolicyContext<'_>, step: &Step, draft: &mut Draft) {
    let claims = step.late_charges == LateChargesMode::Claim && context.snapshot.customer.kind.pays_late_charges();
    if !claims || !policy.policy.charges.rate_from_invoice_terms || context.snapshot.settings.penalty_terms.is_some() {
        return;
    }
    draft.reason(Why::RateUnconfirmed, params![step = &step.key], "policy.late_charges.rate_from", None);
    let title = "Confirm in the settings the late-payment terms printed on your invoices: no interest is claimed before.".to_owned();
    let task = Raise { kind: "penalty_terms", about: "penalty_terms".to_owned(), title, lines: Vec::new(), assign_to: "manager", days: 1 };
    tasks::raise(context, draft, task);
}

/// Nothing is overdue any more: the case closes, unless charges that were really claimed are left for a
/// person to settle or waive. Charges that no message claimed lapse.
pub(super) fn close_case(context: &Context<'_>, draft: &mut Draft) {
    let Some(claim) = context.snapshot.claims.last() else {
        draft.act(Action::CloseCase { reason: "paid".to_owned() });
        return;
    };
    let sums: Vec<String> =
        totals(context.snapshot.claims.iter().map(|claim| claim.amount)).iter().map(|sum| format!("{sum} {}", sum.currency)).collect();
    let sums = sums.join(" + ");
    let rule = "policy.late_charges.after_principal_paid";
    if context.policy.as_ref().is_none_or(|policy| policy.policy.charges.after_principal_paid == ChargesLeft::Waive) {
        draft.reason(Why::ChargesWaived, params![sums = &sums], rule, None);
        draft.act(Action::CloseCase { reason: "paid".to_owned() });
        return;
    }
    let about = format!("once:charges_left:{}", claim.reminder_id);
    let done = tasks::is_raised(context, draft, &about) && !tasks::is_open(context, &about);
    if done {
        draft.reason(Why::ChargesSettled, Params::default(), rule, None);
        draft.act(Action::CloseCase { reason: "settled".to_owned() });
        return;
    }
    let title = format!("The principal is paid; {sums} of charges were claimed: settle or waive them.");
    tasks::raise(context, draft, Raise { kind: "charges_left", about, title, lines: Vec::new(), assign_to: "manager", days: 5 });
    draft.reason(Why::ChargesLeft, params![sums = &sums], rule, None);
    draft.would_change(Change::SettleCharges);
}
