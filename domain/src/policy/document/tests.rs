//! Reading and writing documents.

use serde_json::{Value, json};

use super::*;

fn minimal() -> Value {
    json!({"name": "Standard", "steps": [{"key": "first", "offset_days": 4, "channel": "email", "template": "first_reminder"}]})
}

/// The example of `contract.md` §4.
const CONTRACT: &str = r#"{"name":"Standard","applies_to":{"customer_kinds":["business"],"segments":[],"min_amount_due":"15.00"},
 "pacing":{"min_days_between_messages":5,"max_per_7_days":2,"max_per_30_days":8},
 "window":{"weekdays":["mon","tue","wed","thu","fri"],"from":"09:00","to":"18:00","skip_public_holidays":true},
 "steps":[{"key":"courtesy","offset_days":-5,"channel":"email","template":"courtesy"},
          {"key":"first","offset_days":4,"channel":"email","template":"first_reminder","pay_within_days":7},
          {"key":"call","offset_days":14,"channel":"phone_task","min_amount_due":"300.00"},
          {"key":"second","offset_days":23,"channel":"email","template":"second_reminder","pay_within_days":8,"late_charges":"mention"},
          {"key":"notice","offset_days":38,"channel":"registered_letter","template":"formal_notice","deadline_days":8,"late_charges":"claim","approval":"required","requires_call_within_days":15},
          {"key":"handover","offset_days":60,"after_previous_days":5,"channel":"handover","approval":"required"}],
 "promise":{"max_days":30,"grace_days":2},"data_max_age_hours":null,"unapplied_cash":"hold",
 "late_charges":{"regime":{"kind":"fr_b2b_default"},"fixed_compensation":true,"allocation":"principal_first","day_count":"act_365f"}}"#;

fn faults_of(document: &Value) -> Vec<(String, &'static str)> {
    let faults = PolicyDocument::from_json(document).unwrap_err();
    assert!(faults.iter().all(|fault| PolicyFault::CODES.contains(&fault.code) && !fault.detail.is_empty()));
    faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect()
}

#[test]
fn a_document_written_out_again_is_what_was_read() {
    let mut odd = minimal();
    odd["heartbeat_max_age_hours"] = Value::Null;
    odd["data_max_age_hours"] = json!(48);
    odd["applies_to"] = json!({"min_amount_due": "15"});
    odd["pauses"] = json!([]);
    odd["window"] = json!({"by_channel": {"sms": [["10:00", "12:00"]]}});
    for written in [minimal(), serde_json::from_str(CONTRACT).unwrap(), odd] {
        let document = PolicyDocument::from_json(&written).unwrap();
        document.validate().unwrap();
        assert_eq!(serde_json::to_value(&document).unwrap(), written);
        let stored: PolicyDocument = serde_json::from_str(&written.to_string()).unwrap();
        assert_eq!(stored, document);
    }
}

#[test]
fn every_field_that_cannot_be_read_is_named_at_once() {
    let document = json!({
        "name": 7, "nmae": "x", "data_max_age_hours": -1, "pacing": [],
        "window": {"from": "09:00", "a/b~c": 1, "by_channel": {"sms": [["10:00"]], "x/y": 3}},
        "steps": [{"key": "a", "offset_days": 4.5, "channel": "email", "offer_plan": "yes"}, "b", {"pay_within_days": 70_000}],
        "small_balance": {},
    });
    let mut found = faults_of(&document);
    found.sort();
    let expected = [
        ("/data_max_age_hours", "out_of_range"),
        ("/name", "wrong_type"),
        ("/nmae", "unknown_field"),
        ("/pacing", "wrong_type"),
        ("/small_balance/after_days", "missing_field"),
        ("/steps/0/offer_plan", "wrong_type"),
        ("/steps/0/offset_days", "wrong_type"),
        ("/steps/1", "wrong_type"),
        ("/steps/2/channel", "missing_field"),
        ("/steps/2/key", "missing_field"),
        ("/steps/2/offset_days", "missing_field"),
        ("/steps/2/pay_within_days", "out_of_range"),
        ("/window/a~1b~0c", "unknown_field"),
        ("/window/by_channel/sms/0", "wrong_type"),
        ("/window/by_channel/x~1y", "wrong_type"),
    ];
    assert_eq!(found, expected.map(|(pointer, code)| (pointer.to_owned(), code)));
}

#[test]
fn an_unknown_field_does_not_hide_the_other_faults() {
    let mut document = minimal();
    document["stpes"] = json!([]);
    document["steps"][0]["channel"] = json!("pigeon");
    assert_eq!(faults_of(&document), [("/stpes".to_owned(), "unknown_field"), ("/steps/0/channel".to_owned(), "unknown_word")]);
}

#[test]
fn what_is_no_object_is_refused_and_null_counts_as_left_out() {
    for nothing in [json!(null), json!([]), json!("policy"), json!(1)] {
        assert_eq!(faults_of(&nothing), [(String::new(), "wrong_type")]);
    }
    assert_eq!(faults_of(&json!({})), [("/name".to_owned(), "missing_field"), ("/steps".to_owned(), "missing_field")]);
    let mut document = minimal();
    document["window"] = Value::Null;
    assert_eq!(PolicyDocument::from_json(&document), PolicyDocument::from_json(&minimal()));
    assert!(serde_json::from_value::<PolicyDocument>(json!({"name": "x"})).is_err());
}
