//! The general terms of a policy: for whom, how often, promises and plans.

use chrono::NaiveDate;

use super::{
    super::{
        AppliesTo, Pacing, PlanRules, PromiseRules, UnappliedCash,
        document::{AppliesToDocument, PacingDocument, PlanDocument, PromiseDocument, SmallBalanceDocument},
    },
    MOST_DAYS,
    faults::Faults,
    words,
};
use crate::{law, money::Currency};

/// Longest name of a policy or segment, characters.
const LONGEST_NAME: usize = 120;

pub(super) fn check_name(pointer: impl Into<String>, name: &str, faults: &mut Faults) {
    let length = name.chars().count();
    if name.trim().is_empty() || length > LONGEST_NAME || name.chars().any(char::is_control) {
        let detail = format!("must be 1 to {LONGEST_NAME} characters, not only blanks");
        faults.add(pointer, "malformed", detail);
    }
}

/// The name of the policy.
pub(super) fn name(name: &str, faults: &mut Faults) -> String {
    check_name("/name", name, faults);
    name.to_owned()
}

/// For whom; without a word: for everybody, whatever the amount.
pub(super) fn applies_to(stated: Option<&AppliesToDocument>, currency: Currency, faults: &mut Faults) -> AppliesTo {
    let Some(stated) = stated else {
        return AppliesTo { customer_kinds: Vec::new(), segments: Vec::new(), min_amount_due: 0 };
    };
    let kinds = stated.customer_kinds.as_deref().unwrap_or_default();
    let segments = stated.segments.clone().unwrap_or_default();
    for (n, segment) in segments.iter().enumerate() {
        check_name(format!("/applies_to/segments/{n}"), segment, faults);
    }
    let minimum = stated.min_amount_due.as_deref();
    AppliesTo {
        customer_kinds: faults.words("/applies_to/customer_kinds", kinds, &words::CUSTOMER_KINDS),
        segments,
        min_amount_due: minimum.and_then(|text| faults.amount("/applies_to/min_amount_due", text, currency)).unwrap_or_default(),
    }
}

/// What unapplied cash does; without a word it holds.
pub(super) fn unapplied_cash(stated: Option<&str>, faults: &mut Faults) -> UnappliedCash {
    stated.and_then(|word| faults.word("/unapplied_cash", word, &words::UNAPPLIED_CASH)).unwrap_or(UnappliedCash::Hold)
}

/// How often; without a word 5 days apart, 2 in 7 days, 8 in 30. A policy made for consumers is not laxer than the law's
/// caps; one for everybody may be, and a consumer under it is written to no more often than they allow.
pub(super) fn pacing(stated: Option<&PacingDocument>, applies_to: &AppliesTo, faults: &mut Faults) -> Pacing {
    let (apart, per_7, per_30) =
        stated.map_or((None, None, None), |stated| (stated.min_days_between_messages, stated.max_per_7_days, stated.max_per_30_days));
    faults.within("/pacing/min_days_between_messages", apart, 0, MOST_DAYS);
    faults.within("/pacing/max_per_7_days", per_7, 1, MOST_DAYS);
    faults.within("/pacing/max_per_30_days", per_30, 1, MOST_DAYS);
    let caps = law::pack(Some("FR"), NaiveDate::MAX);
    let for_consumers = applies_to.customer_kinds.iter().any(|kind| !kind.pays_late_charges());
    let (bound_7, bound_30) = (per_7.filter(|_| for_consumers), per_30.filter(|_| for_consumers));
    for (pointer, days, number) in [("/pacing/max_per_7_days", 7, bound_7), ("/pacing/max_per_30_days", 30, bound_30)] {
        let cap = caps.caps.iter().find(|cap| cap.days == days && number.is_some_and(|number| number > cap.most));
        if let Some(cap) = cap {
            let detail = format!("at most {} in {days} days, over all channels: more is harassment ({})", cap.most, caps.caps_citation);
            faults.add(pointer, "against_the_law", detail);
        }
    }
    let pacing =
        Pacing { min_days_between_messages: apart.unwrap_or(5), max_per_7_days: per_7.unwrap_or(2), max_per_30_days: per_30.unwrap_or(8) };
    if pacing.max_per_7_days > pacing.max_per_30_days {
        let stated = if per_7.is_some() { "max_per_7_days" } else { "max_per_30_days" };
        let detail = "not more messages in 7 days than in 30";
        faults.add(format!("/pacing/{stated}"), "out_of_order", detail);
    }
    pacing
}

/// Promises; without a word 30 days at most, broken 2 days after.
pub(super) fn promise(stated: Option<&PromiseDocument>, faults: &mut Faults) -> PromiseRules {
    let mut rules = PromiseRules { max_days: 30, grace_days: 2, max_renewals: None, max_instrument_days: None, on_broken: None };
    let Some(stated) = stated else { return rules };
    faults.within("/promise/max_days", stated.max_days, 1, MOST_DAYS);
    faults.within("/promise/grace_days", stated.grace_days, 0, MOST_DAYS);
    faults.within("/promise/max_renewals", stated.max_renewals, 0, 100);
    faults.within("/promise/max_instrument_days", stated.max_instrument_days, 0, MOST_DAYS);
    rules.max_days = stated.max_days.unwrap_or(rules.max_days);
    rules.grace_days = stated.grace_days.unwrap_or(rules.grace_days);
    rules.max_renewals = stated.max_renewals;
    rules.max_instrument_days = stated.max_instrument_days;
    let on_broken = stated.on_broken.as_deref();
    rules.on_broken = on_broken.and_then(|word| faults.word("/promise/on_broken", word, &words::task_channels()));
    rules
}

/// Days after which a small balance is looked at, unless stated.
const SMALL_BALANCE_DAYS: u16 = 90;

/// When a balance too small to write about is a person's to look at; without a word after 90 days.
pub(super) fn small_balance(stated: Option<&SmallBalanceDocument>, faults: &mut Faults) -> u16 {
    let days = stated.map(|small| small.after_days);
    faults.within("/small_balance/after_days", days, 1, MOST_DAYS);
    days.unwrap_or(SMALL_BALANCE_DAYS)
}

/// What an instalment plan may be without a person; what is left out allows nothing.
pub(super) fn plan(stated: Option<&PlanDocument>, faults: &mut Faults) -> Option<PlanRules> {
    let stated = stated?;
    faults.within("/plan/max_instalments", stated.max_instalments, 0, 120);
    faults.within("/plan/max_days", stated.max_days, 0, 3650);
    faults.within("/plan/first_share_percent", stated.first_share_percent, 0, 100);
    faults.within("/plan/grace_days", stated.grace_days, 0, MOST_DAYS);
    Some(PlanRules {
        max_instalments: stated.max_instalments.unwrap_or(0),
        max_days: stated.max_days.unwrap_or(0),
        first_share_percent: stated.first_share_percent.unwrap_or(0),
        grace_days: stated.grace_days.unwrap_or(0),
    })
}
