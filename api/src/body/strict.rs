//! From a JSON value to a type, with every fault and not only the first.
//!
//! `serde` stops at the first fault. So a faulty member is noted, taken out or replaced by
//! something its type can read, and the reading is tried again until nothing new is found.

use std::collections::BTreeMap;

use relance_openapi::problem::Code;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use serde_path_to_error::{Path, Segment};
use utoipa::ToSchema;

use super::{
    faults::{Faults, escape},
    limits,
};
use crate::problem::Answer;

/// A body with more faults than this is told of so many.
const ROUNDS: usize = 200;

/// Reads `value`; the pointers of faults begin with `prefix` (for items of a batch).
///
/// # Errors
/// 422 with every fault found.
pub fn value<T: DeserializeOwned + ToSchema + 'static>(mut value: Value, prefix: &str) -> Answer<T> {
    let mut reading = Reading { prefix, faults: Faults::default(), filled: BTreeMap::new() };
    for _ in 0..ROUNDS {
        match serde_path_to_error::deserialize::<_, T>(&value) {
            Ok(body) => {
                if reading.faults.is_empty() {
                    limits::check::<T>(&value, prefix, &mut reading.faults);
                }
                return reading.faults.check().map(|()| body);
            }
            Err(error) => {
                let pointer = pointer(error.path());
                if !reading.note_and_mend(&mut value, pointer, &error.into_inner().to_string()) {
                    break;
                }
            }
        }
    }
    Err(reading.faults.refusal())
}

struct Reading<'a> {
    prefix: &'a str,
    faults: Faults,
    /// Members we put in ourselves, and the filler each has now: no fault there is the caller's.
    filled: BTreeMap<String, usize>,
}

impl Reading<'_> {
    /// Notes the fault and makes the next reading possible; false when it cannot be.
    fn note_and_mend(&mut self, value: &mut Value, pointer: String, message: &str) -> bool {
        if message.starts_with("unknown field") {
            self.note(&pointer, Code::UnknownField, "There is no such field.");
            return remove(value, &pointer);
        }
        if let Some(name) = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
            let member = format!("{pointer}/{}", escape(name));
            self.note(&member, Code::ValidationFailed, "This field is required.");
            return self.fill(value, member, 0, message);
        }
        if let Some((member, filler)) = self.own_filler(&pointer) {
            return self.fill(value, member, filler + 1, message);
        }
        let money = is_amount(&pointer) && message.starts_with("invalid type: ") && message.contains(", expected a string");
        if money && !message.starts_with("invalid type: null") {
            self.note(&pointer, Code::MoneyPrecision, "An amount is a decimal string in plain notation, e.g. \"1200.00\".");
        } else {
            self.note(&pointer, Code::ValidationFailed, &sentence(message));
        }
        self.fill(value, pointer, 0, message)
    }

    fn note(&mut self, pointer: &str, code: Code, detail: &str) {
        if self.own_filler(pointer).is_none() {
            self.faults.add(format!("{}{pointer}", self.prefix), code, detail);
        }
    }

    /// The filler that stands at or above this place.
    fn own_filler(&self, pointer: &str) -> Option<(String, usize)> {
        let above = |member: &str| pointer == member || pointer.strip_prefix(member).is_some_and(|rest| rest.starts_with('/'));
        self.filled.iter().rfind(|(member, _)| above(member)).map(|(member, filler)| (member.clone(), *filler))
    }

    fn fill(&mut self, value: &mut Value, member: String, filler: usize, message: &str) -> bool {
        let word = message.starts_with("unknown variant").then(|| message.split(", expected").nth(1)?.split('`').nth(1));
        let fillers = [Value::Null, json!(""), json!(0), json!(false), json!([]), json!({})];
        let Some(content) = word.flatten().map(|word| json!(word)).or_else(|| fillers.get(filler).cloned()) else {
            return false;
        };
        let done = put(value, &member, content);
        self.filled.insert(member, filler);
        done
    }
}

/// Names under which amounts of money stand in this API.
pub(super) fn is_amount(pointer: &str) -> bool {
    let name = pointer.rsplit('/').next().unwrap_or_default();
    name.contains("amount") || matches!(name, "total" | "payable" | "principal" | "paid" | "credited")
}

fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    letters.next().map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str())).unwrap_or_default()
}

fn pointer(path: &Path) -> String {
    let mut out = String::new();
    for segment in path.iter() {
        match segment {
            Segment::Seq { index } => out.push_str(&format!("/{index}")),
            Segment::Map { key } => out.push_str(&format!("/{}", escape(key))),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    out
}

fn parent_and_name(pointer: &str) -> Option<(&str, String)> {
    let (parent, name) = pointer.rsplit_once('/')?;
    Some((parent, name.replace("~1", "/").replace("~0", "~")))
}

fn remove(value: &mut Value, pointer: &str) -> bool {
    let Some((parent, name)) = parent_and_name(pointer) else { return false };
    value.pointer_mut(parent).and_then(Value::as_object_mut).and_then(|members| members.remove(&name)).is_some()
}

fn put(value: &mut Value, pointer: &str, content: Value) -> bool {
    if let Some(there) = value.pointer_mut(pointer).filter(|_| !pointer.is_empty()) {
        *there = content;
        return true;
    }
    let Some((parent, name)) = parent_and_name(pointer) else { return false };
    let Some(members) = value.pointer_mut(parent).and_then(Value::as_object_mut) else { return false };
    members.insert(name, content);
    true
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, ToSchema)]
    #[serde(rename_all = "snake_case")]
    #[allow(dead_code)]
    enum Kind {
        Business,
        Consumer,
    }

    #[derive(Debug, Deserialize, ToSchema)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Item {
        number: String,
        amount: String,
        due_on: Option<chrono::NaiveDate>,
    }

    #[derive(Debug, Deserialize, ToSchema)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Whole {
        source_version: i64,
        kind: Kind,
        name: String,
        items: Vec<Item>,
    }

    fn faults(body: Value) -> Vec<(String, String)> {
        let refusal = super::value::<Whole>(body, "").unwrap_err();
        let mut list: Vec<_> = refusal.errors.into_iter().map(|fault| (fault.pointer, fault.code)).collect();
        list.sort();
        list
    }

    fn listed(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(pointer, code)| ((*pointer).to_owned(), (*code).to_owned())).collect()
    }

    #[test]
    fn a_sound_body_is_read() {
        let body = json!({"source_version":1,"kind":"business","name":"A","items":[{"number":"1","amount":"2.00"}]});
        assert_eq!(super::value::<Whole>(body, "").unwrap().items.len(), 1);
    }

    #[test]
    fn every_fault_is_told_with_its_place() {
        let body = json!({"source_version":"x","kind":"robot","nam/e":1,
            "items":[{"number":"1","amount":12.5,"due_on":null},{"number":"2","amount":"1","color":"red","due_on":"2026-02-30"}]});
        let expected = [
            ("/items/0/amount", "money_precision"),
            ("/items/1/color", "unknown_field"),
            ("/items/1/due_on", "validation_failed"),
            ("/kind", "validation_failed"),
            ("/name", "validation_failed"),
            ("/nam~1e", "unknown_field"),
            ("/source_version", "validation_failed"),
        ];
        assert_eq!(faults(body), listed(&expected));
    }

    #[test]
    fn an_empty_body_names_every_required_field() {
        let expected = ["/items", "/kind", "/name", "/source_version"].map(|pointer| (pointer, "validation_failed"));
        assert_eq!(faults(json!({})), listed(&expected));
        assert_eq!(faults(json!([])), listed(&[("", "validation_failed")]));
    }

    #[test]
    fn pointers_of_an_item_begin_with_its_prefix() {
        let refusal = super::value::<Item>(json!({"number":"1","amount":"1","x":1}), "/data").unwrap_err();
        assert_eq!((refusal.code, refusal.errors[0].pointer.as_str()), (Code::UnknownField, "/data/x"));
    }
}
