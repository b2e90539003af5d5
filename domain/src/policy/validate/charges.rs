//! Late charges, and who may never be asked for them.

use super::{
    super::{
        AppliesTo, ChargesLeft, ChargesRules,
        document::{LateChargesDocument, RegimeDocument},
    },
    faults::Faults,
    words,
};
use crate::{
    charges::{DayCount, Imputation, Regime},
    customer::CustomerKind,
    money::Currency,
};

/// May a policy for these customers speak of fees at all? Only if every one of them pays late
/// charges: a policy for any kind is also one for consumers.
pub(super) fn allowed_for(applies_to: &AppliesTo) -> bool {
    let kinds = &applies_to.customer_kinds;
    !kinds.is_empty() && kinds.iter().copied().all(CustomerKind::pays_late_charges)
}

/// What of the block changes decisions; without a word: no fixed compensation, and what is left is waived.
/// The rest of the block is checked and stays in the document.
pub(super) fn rules(stated: Option<&LateChargesDocument>, currency: Currency, fees_allowed: bool, faults: &mut Faults) -> ChargesRules {
    let mut rules = ChargesRules {
        fixed_compensation: false,
        rate_from_invoice_terms: false,
        claim_min_invoice_amount: 0,
        after_principal_paid: ChargesLeft::Waive,
        regime: None,
        day_count: DayCount::default(),
        imputation: Imputation::default(),
    };
    let Some(stated) = stated else { return rules };
    if let Some(word) = &stated.rate_from {
        rules.rate_from_invoice_terms = faults.word("/late_charges/rate_from", word, &words::RATE_FROM).is_some();
    }
    if let Some(word) = &stated.allocation {
        let imputation = faults.word("/late_charges/allocation", word, &words::ALLOCATIONS);
        rules.imputation = imputation.unwrap_or_default();
    }
    if let Some(word) = &stated.day_count {
        rules.day_count = faults.word("/late_charges/day_count", word, &words::DAY_COUNTS).unwrap_or_default();
    }
    if let Some(word) = &stated.after_principal_paid {
        let left = faults.word("/late_charges/after_principal_paid", word, &words::AFTER_PRINCIPAL_PAID);
        rules.after_principal_paid = left.unwrap_or(ChargesLeft::Waive);
    }
    if let Some(amount) = &stated.claim_min_invoice_amount {
        rules.claim_min_invoice_amount = faults.amount("/late_charges/claim_min_invoice_amount", amount, currency).unwrap_or_default();
    }
    if let Some(regime) = &stated.regime {
        rules.regime = check_regime(regime, faults);
    }
    let fixed = stated.fixed_compensation.unwrap_or(false);
    if fixed && !fees_allowed {
        let detail =
            "a policy that may meet consumers or customers of unknown kind has no fixed compensation (C. com. L441-10 II, CPCE L111-8)";
        faults.add("/late_charges/fixed_compensation", "fees_on_consumer", detail);
    }
    rules.fixed_compensation = fixed && fees_allowed;
    rules
}

fn check_regime(stated: &RegimeDocument, faults: &mut Faults) -> Option<Regime> {
    let read = stated.stated().read();
    for fault in read.as_ref().err().into_iter().flatten() {
        faults.add(format!("/late_charges/regime/{}", fault.field), fault.code, fault.detail.clone());
    }
    read.ok()
}
