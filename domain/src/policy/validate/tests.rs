//! Faulty policies, each with the fault it must be refused for, and the defaults.

use chrono::NaiveTime;
use serde_json::{Value, json};

use super::super::*;

/// A sound policy for businesses with every kind of step.
fn sound() -> Value {
    json!({
        "name": "Standard",
        "applies_to": {"customer_kinds": ["business"], "segments": [], "min_amount_due": "15.00"},
        "steps": [
            {"key": "courtesy", "offset_days": -5, "channel": "email", "template": "courtesy"},
            {"key": "call", "offset_days": 14, "channel": "phone_task", "min_amount_due": "300.00", "max_amount_due": "500.00"},
            {"key": "second", "offset_days": 23, "channel": "letter", "template": "second_reminder", "late_charges": "mention",
             "payer": {"min_late_share_percent": 10}},
            {"key": "notice", "offset_days": 38, "channel": "registered_letter", "template": "formal_notice",
             "deadline_days": 8, "late_charges": "claim", "approval": "required"},
            {"key": "handover", "offset_days": 60, "channel": "handover", "approval": "required"},
        ],
        "late_charges": {"regime": {"kind": "fr_b2b_default"}, "fixed_compensation": true},
    })
}

/// The sound policy with one field set; JSON `null` at the end takes the field away.
fn with(pointer: &str, value: Value) -> Value {
    let mut document = sound();
    set(&mut document, pointer, value);
    document
}

fn set(document: &mut Value, pointer: &str, value: Value) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    if document.pointer(parent).is_none() {
        set(document, parent, json!({}));
    }
    match document.pointer_mut(parent).unwrap() {
        Value::Array(elements) => elements[name.parse::<usize>().unwrap()] = value,
        parent => parent[name] = value,
    }
}

fn faults_of(document: &Value) -> Vec<(String, &'static str)> {
    let faults = PolicyDocument::from_json(document).unwrap().validate().unwrap_err();
    assert!(faults.iter().all(|fault| PolicyFault::CODES.contains(&fault.code) && !fault.detail.is_empty()));
    faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect()
}

/// Setting this field to this value gives exactly one fault, of this code, at that very field.
fn faulty_fields() -> Vec<(&'static str, Value, &'static str)> {
    vec![
        ("/name", json!(" "), "malformed"),
        ("/name", json!("x".repeat(121)), "malformed"),
        ("/currency", json!("EURO"), "unknown_word"),
        ("/applies_to/segments", json!([""]), "malformed"),
        ("/applies_to/min_amount_due", json!("-1.00"), "out_of_range"),
        ("/applies_to/min_amount_due", json!("1.005"), "money_precision"),
        ("/applies_to/min_amount_due", json!("1,00"), "malformed"),
        ("/unapplied_cash", json!("keep"), "unknown_word"),
        ("/direct_debit_wait_days", json!(401), "out_of_range"),
        ("/approval_expires_days", json!(0), "out_of_range"),
        ("/heartbeat_max_age_hours", json!(0), "out_of_range"),
        ("/small_balance/after_days", json!(0), "out_of_range"),
        ("/pacing/max_per_7_days", json!(0), "out_of_range"),
        ("/pacing/max_per_30_days", json!(1), "out_of_order"),
        ("/window/weekdays", json!([]), "out_of_range"),
        ("/window/from", json!("9:00"), "malformed"),
        ("/window/from", json!("18:00"), "out_of_order"),
        ("/window/to", json!("24:00"), "malformed"),
        ("/window/to", json!("08:30"), "out_of_order"),
        ("/window/by_channel/sms", json!([]), "out_of_range"),
        ("/window/by_channel/fax", json!([["10:00", "12:00"]]), "unknown_word"),
        ("/promise/max_days", json!(0), "out_of_range"),
        ("/promise/on_broken", json!("email"), "unknown_word"),
        ("/plan/first_share_percent", json!(101), "out_of_range"),
        ("/late_charges/regime/kind", json!("usury"), "unknown_word"),
        ("/late_charges/regime/column", json!("pro"), "unknown_word"),
        ("/late_charges/regime/contract_rate", json!("ten"), "malformed"),
        ("/late_charges/rate_from", json!("memory"), "unknown_word"),
        ("/late_charges/allocation", json!("charges_first"), "unknown_word"),
        ("/late_charges/day_count", json!("30_360"), "unknown_word"),
        ("/late_charges/claim_min_invoice_amount", json!("ten"), "malformed"),
        ("/late_charges/after_principal_paid", json!("forget"), "unknown_word"),
        ("/steps/0/key", json!("Courtesy"), "malformed"),
        ("/steps/0/key", json!(""), "malformed"),
        ("/steps/1/key", json!("courtesy"), "duplicate"),
        ("/steps/0/offset_days", json!(-401), "out_of_range"),
        ("/steps/1/offset_days", json!(-6), "out_of_order"),
        ("/steps/0/channel", json!("fax"), "unknown_word"),
        ("/steps/0/template", json!(null), "template_required"),
        ("/steps/2/template", json!("threat"), "unknown_word"),
        ("/steps/0/tone", json!("rude"), "unknown_word"),
        ("/steps/0/only_if", json!("raining"), "unknown_word"),
        ("/steps/0/payer", json!({}), "missing_field"),
        ("/steps/0/payer/min_average_days_late", json!(401), "out_of_range"),
        ("/steps/0/payer/max_late_share_percent", json!(101), "out_of_range"),
        ("/steps/0/payer/min_broken_promises", json!(0), "out_of_range"),
        ("/steps/2/payer/max_late_share_percent", json!(9), "out_of_order"),
        ("/steps/0/also_by", json!(["email"]), "duplicate"),
        ("/steps/1/max_amount_due", json!("299.99"), "out_of_order"),
        ("/steps/1/task_days", json!(0), "out_of_range"),
        ("/steps/1/credit_hold", json!("place"), "unknown_word"),
        ("/steps/2/pay_within_days", json!(0), "out_of_range"),
        ("/steps/0/late_charges", json!("mention"), "not_allowed"),
        ("/steps/3/deadline_days", json!(null), "missing_field"),
        ("/steps/3/deadline_days", json!(10), "out_of_range"),
        ("/steps/3/deadline_days", json!(30), "out_of_range"),
        ("/steps/2/deadline_days", json!(8), "not_allowed"),
        ("/steps/0/only_if", json!("no_answer"), "unknown_word"),
        ("/steps/3/approval", json!(null), "approval_required"),
        ("/steps/3/approval", json!("none"), "approval_required"),
        ("/steps/4/approval", json!(null), "approval_required"),
    ]
}

#[test]
fn each_faulty_field_is_the_one_fault_found() {
    PolicyDocument::from_json(&sound()).unwrap().validate().unwrap();
    for (pointer, value, code) in faulty_fields() {
        let found = faults_of(&with(pointer, value.clone()));
        let place = if pointer.ends_with("segments") { "/applies_to/segments/0" } else { pointer };
        assert_eq!(found, [(place.to_owned(), code)], "{pointer} = {value}");
    }
}

#[test]
fn a_word_in_a_list_is_pointed_at_by_its_place() {
    for (list, words, place, code) in [
        ("/applies_to/customer_kinds", json!(["business", "ghost"]), 1, "unknown_word"),
        ("/window/weekdays", json!(["mon", "tue", "mon"]), 2, "duplicate"),
        ("/window/weekdays", json!(["Mon", "tue"]), 0, "unknown_word"),
        ("/steps/0/to", json!(["accounts_payable", "boss"]), 1, "unknown_word"),
        ("/steps/0/cc", json!(["boss"]), 0, "unknown_word"),
        ("/steps/0/attach", json!(["invoice", "photo"]), 1, "unknown_word"),
        ("/steps/0/customer_kinds", json!(["business", "shop"]), 1, "unknown_word"),
        ("/steps/0/segments", json!(["small", " "]), 1, "malformed"),
        ("/steps/0/also_by", json!(["phone_task"]), 0, "unknown_word"),
        ("/steps/1/assign_to", json!(["collector", "boss"]), 1, "unknown_word"),
    ] {
        assert_eq!(faults_of(&with(list, words)), [(format!("{list}/{place}"), code)]);
    }
}

#[test]
fn ranges_and_pauses_are_pointed_at_to_the_very_text() {
    let sms = "/window/by_channel/sms";
    for (ranges, place, code) in [
        (json!([["10:00", "12:00"], ["14:00", "14:00"]]), "1/1", "out_of_order"),
        (json!([["14:00", "17:00"], ["10:00", "12:00"]]), "1/0", "out_of_order"),
        (json!([["10:00", "noon"]]), "0/1", "malformed"),
    ] {
        assert_eq!(faults_of(&with(sms, ranges)), [(format!("{sms}/{place}"), code)]);
    }
    let pauses = json!([
        {"from": "02-29", "until": "03-01", "channels": ["sms"]},
        {"from": "02-30", "until": "8-1", "channels": []},
        {"from": "12-22", "until": "01-02", "channels": ["fax"]},
    ]);
    let expected = [
        ("/pauses/1/from", "malformed"),
        ("/pauses/1/until", "malformed"),
        ("/pauses/1/channels", "out_of_range"),
        ("/pauses/2/channels/0", "unknown_word"),
    ];
    assert_eq!(faults_of(&with("/pauses", pauses)), expected.map(|(at, code)| (at.to_owned(), code)));
}

#[test]
fn a_ladder_has_1_to_40_steps() {
    assert_eq!(faults_of(&with("/steps", json!([]))), [("/steps".to_owned(), "out_of_range")]);
    let steps = |count: usize| -> Vec<Value> {
        (0..count).map(|n| json!({"key": format!("s{n}"), "offset_days": n, "channel": "review_task"})).collect()
    };
    assert_eq!(faults_of(&with("/steps", json!(steps(41)))), [("/steps".to_owned(), "out_of_range")]);
    PolicyDocument::from_json(&with("/steps", json!(steps(40)))).unwrap().validate().unwrap();
}

#[test]
fn a_handover_follows_a_formal_notice() {
    let reminder = json!({"key": "notice", "offset_days": 38, "channel": "letter", "template": "final_reminder"});
    let found = faults_of(&with("/steps/3", reminder));
    assert_eq!(found, [("/steps/4/channel".to_owned(), "notice_required")]);
}

#[test]
fn after_a_formal_notice_nothing_leaves_without_a_person() {
    let mut document = sound();
    document["steps"][4] = json!({"key": "last", "offset_days": 60, "channel": "email", "template": "final_reminder"});
    assert_eq!(faults_of(&document), [("/steps/4/approval".to_owned(), "approval_required")]);
    document["steps"][4]["approval"] = json!("required");
    PolicyDocument::from_json(&document).unwrap().validate().unwrap();
    document["steps"][4] = json!({"key": "told", "offset_days": 60, "channel": "webhook_only"});
    PolicyDocument::from_json(&document).unwrap().validate().unwrap();
}

#[test]
fn a_formal_notice_grants_what_its_customers_need() {
    for (kinds, days, fault) in [
        (json!(["business"]), 8, None),
        (json!(["business"]), 15, None),
        (json!(["business"]), 30, Some("out_of_range")),
        (json!(["public_body"]), 30, None),
        (json!(["public_body"]), 15, Some("out_of_range")),
        (json!(["business", "public_body"]), 8, None),
        (json!(["business", "public_body"]), 30, None),
    ] {
        let mut document = with("/applies_to/customer_kinds", kinds.clone());
        document["steps"][3]["deadline_days"] = json!(days);
        let found = PolicyDocument::from_json(&document).unwrap().validate().err().map(|faults| faults[0].code);
        assert_eq!(found, fault, "{kinds} {days}");
    }
}

#[test]
fn a_step_that_no_day_of_the_year_lets_go_is_a_fault() {
    let whole_year = json!([{"from": "01-01", "until": "06-30", "channels": ["letter", "email"]}, {"from": "07-01", "until": "12-31", "channels": ["letter"]}]);
    assert_eq!(faults_of(&with("/pauses", whole_year)), [("/steps/2/channel".to_owned(), "never_open")]);
    let but_a_day = json!([{"from": "07-15", "until": "07-13", "channels": ["letter"]}]);
    PolicyDocument::from_json(&with("/pauses", but_a_day)).unwrap().validate().unwrap();
}

#[test]
fn a_formal_notice_is_never_early() {
    let mut document = sound();
    document["steps"] = json!([{"key": "notice", "offset_days": 0, "channel": "registered_letter",
        "template": "formal_notice_consumer", "deadline_days": 15, "approval": "required"}]);
    assert_eq!(faults_of(&document), [("/steps/0/offset_days".to_owned(), "not_allowed")]);
}

#[test]
fn a_policy_that_may_meet_a_consumer_speaks_of_no_fee() {
    let expected = ["/steps/2/late_charges", "/steps/3/late_charges", "/late_charges/fixed_compensation"]
        .map(|pointer| (pointer.to_owned(), "fees_on_consumer"));
    for kinds in [json!(["consumer"]), json!(["business", "unknown"]), json!(["consumer", "unknown"]), json!([])] {
        assert_eq!(faults_of(&with("/applies_to/customer_kinds", kinds)), expected);
    }
    assert_eq!(faults_of(&with("/applies_to", Value::Null)), expected);
    let both = with("/applies_to/customer_kinds", json!(["business", "public_body"]));
    PolicyDocument::from_json(&both).unwrap().validate().unwrap();
}

#[test]
fn a_contract_rate_needs_its_figure() {
    let fixed = with("/late_charges/regime", json!({"kind": "fr_b2b_fixed"}));
    assert_eq!(faults_of(&fixed), [("/late_charges/regime/contract_rate".to_owned(), "missing_field")]);
    let stated = json!({"kind": "fr_b2b_fixed", "contract_rate": "12.5", "below_floor": "default_rate"});
    PolicyDocument::from_json(&with("/late_charges/regime", stated)).unwrap().validate().unwrap();
}

#[test]
fn a_policy_of_name_and_steps_has_the_defaults() {
    let least = json!({"name": "Least", "steps": [{"key": "look", "offset_days": 10, "channel": "review_task"}]});
    let policy = PolicyDocument::from_json(&least).unwrap().validate().unwrap();
    let at = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap();
    assert_eq!(policy.applies_to, AppliesTo { customer_kinds: vec![], segments: vec![], min_amount_due: 0 });
    assert_eq!((policy.currency.code(), policy.unapplied_cash), ("EUR", UnappliedCash::Hold));
    assert_eq!((policy.window.from, policy.window.to), (at(8, 30), at(18, 0)));
    assert_eq!((policy.window.weekdays.len(), policy.window.skip_public_holidays), (5, true));
    let Pacing { min_days_between_messages, max_per_7_days, max_per_30_days } = policy.pacing;
    assert_eq!((min_days_between_messages, max_per_7_days, max_per_30_days), (5, 2, 8));
    assert_eq!((policy.promise.max_days, policy.promise.grace_days), (30, 2));
    assert_eq!((policy.given_date_grace_days, policy.delivery_grace_days), (2, 0));
    assert_eq!((policy.data_max_age_hours, policy.heartbeat_max_age_hours), (None, None));
    assert!(!policy.charges.fixed_compensation);
}

#[test]
fn amounts_are_read_in_the_currency_of_the_policy() {
    let mut document = sound();
    document["currency"] = json!("JPY");
    assert_eq!(PolicyDocument::from_json(&document).unwrap().validate().map(|policy| policy.applies_to.min_amount_due), Ok(15));
    document["applies_to"]["min_amount_due"] = json!("15.50");
    assert_eq!(faults_of(&document), [("/applies_to/min_amount_due".to_owned(), "money_precision")]);
}
