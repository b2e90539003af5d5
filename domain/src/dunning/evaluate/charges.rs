//! Late charges, as far as they change what is decided: what is claimed, and when a case may close.

use super::{
    context::{Context, PolicyContext},
    outcome::Draft,
    tasks::{self, Raise},
};
use crate::{
    dunning::{
        Change, Params, Title, Why,
        decision::{Action, FixedCompensation},
        params,
        snapshot::ReminderLine,
        title::french_sums,
    },
    money::{Currency, totals},
    policy::{ChargesLeft, LateChargesMode, Policy, Step},
    records::FIXED_COMPENSATION as RULE,
};

/// 40 EUR (C. com. D441-5; CCP D2192-35), in cents.
const FIXED_COMPENSATION: i64 = 4_000;

/// 40 EUR per invoice at the step, professionals and public bodies only: a consumer has none to be given.
/// A claim leaves out invoices below the policy's minimum and charges that were settled, and says so.
pub(super) fn compensation(
    context: &Context<'_>,
    policy: &PolicyContext<'_>,
    step: &Step,
    lines: &[ReminderLine],
    draft: &mut Draft,
) -> Option<FixedCompensation> {
    let mode = mode(context, policy.policy, step)?;
    let at_step = lines.iter().filter(|line| line.step_key == step.key);
    for (line, why) in at_step.filter_map(|line| Some((line, left_out(context, policy.policy, step, line)?))) {
        let rule = if why == Why::ChargeSettled { "late_charges" } else { "policy.late_charges.claim_min_invoice_amount" };
        draft.reason(why, params![invoice = &line.number], rule, Some(line.invoice_id));
    }
    let count = compensations(context, policy.policy, step, lines);
    let amount = Currency::EUR.minor(FIXED_COMPENSATION.saturating_mul(i64::from(count)));
    (count > 0).then(|| FixedCompensation { mode: mode.to_owned(), count, amount })
}

/// How many fixed compensations a message of this step with these rows may name today.
pub(super) fn compensations(context: &Context<'_>, policy: &Policy, step: &Step, lines: &[ReminderLine]) -> u32 {
    if mode(context, policy, step).is_none() {
        return 0;
    }
    let named = |line: &&ReminderLine| line.step_key == step.key && left_out(context, policy, step, line).is_none();
    u32::try_from(lines.iter().filter(named).count()).unwrap_or(u32::MAX)
}

/// `mention` or `claim`; `None`: this step names none to this customer.
fn mode(context: &Context<'_>, policy: &Policy, step: &Step) -> Option<&'static str> {
    let named = match step.late_charges {
        LateChargesMode::None => return None,
        LateChargesMode::Mention => "mention",
        LateChargesMode::Claim => "claim",
    };
    (policy.charges.fixed_compensation && context.snapshot.customer.kind.pays_late_charges()).then_some(named)
}

/// Why the compensation of this row is not named.
fn left_out(context: &Context<'_>, policy: &Policy, step: &Step, line: &ReminderLine) -> Option<Why> {
    if context.snapshot.settled_charges.iter().any(|charge| charge.invoice_id == line.invoice_id && charge.rule == RULE) {
        return Some(Why::ChargeSettled);
    }
    let small = step.late_charges == LateChargesMode::Claim && !policy.claims_compensation(line);
    small.then_some(Why::CompensationWaived)
}

/// A claim at a rate that the creditor has not confirmed as printed on its invoices: no interest is
/// claimed until it does, and a task says so.
pub(super) fn unconfirmed_rate(context: &Context<'_>, policy: &PolicyContext<'_>, step: &Step, draft: &mut Draft) {
    let claims = step.late_charges == LateChargesMode::Claim && context.snapshot.customer.kind.pays_late_charges();
    if !claims || !policy.policy.charges.rate_from_invoice_terms || context.snapshot.settings.penalty_terms.is_some() {
        return;
    }
    draft.reason(Why::RateUnconfirmed, params![step = &step.key], "policy.late_charges.rate_from", None);
    let title = Title::new(
        "Confirm in the settings the late-payment terms printed on your invoices: no interest is claimed before.",
        "Confirmez dans les réglages les conditions de pénalités imprimées sur vos factures : aucun intérêt n’est réclamé avant.",
    );
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
    let claimed = totals(context.snapshot.claims.iter().map(|claim| claim.amount));
    let sums = claimed.iter().map(|sum| format!("{sum} {}", sum.currency)).collect::<Vec<String>>().join(" + ");
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
    let title = Title::new(
        format!("The principal is paid; {sums} of charges were claimed: settle or waive them."),
        format!("Le principal est payé ; {} de frais ont été réclamés : encaissez-les ou renoncez-y.", french_sums(&claimed)),
    );
    tasks::raise(context, draft, Raise { kind: "charges_left", about, title, lines: Vec::new(), assign_to: "manager", days: 5 });
    draft.reason(Why::ChargesLeft, params![sums = &sums], rule, None);
    draft.would_change(Change::SettleCharges);
}
