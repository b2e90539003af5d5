//! The limits that the document declares, held at every body: lengths, counts, bounds, closed words.
//!
//! A body that its type could read is walked a second time against rules made of the type's own schema,
//! without building a tree of it. What is no limit (dates, amounts, ids) is judged where it is read.

use std::{
    any::TypeId,
    collections::HashMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use relance_openapi::{limits, problem::Code};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    faults::{Faults, escape},
    strict::is_amount,
};

/// What a place in a body may hold.
#[derive(Debug, Default)]
struct Rule {
    /// Only an object may stand here: a type also reads from a list of its members.
    object: bool,
    length: Option<(usize, usize)>,
    words: Vec<String>,
    bounds: Option<(i64, i64)>,
    items: Option<(usize, Arc<Rule>)>,
    members: HashMap<String, Arc<Rule>>,
    /// Members with names of their own.
    others: Option<(usize, Arc<Rule>)>,
}

type Rules = RwLock<HashMap<TypeId, Arc<Rule>>>;

/// The rules of a type are made once, when its first body comes.
static RULES: std::sync::LazyLock<Rules> = std::sync::LazyLock::new(Rules::default);

/// Notes what in `body`, which reads as a `T`, is beyond its limits; pointers begin with `prefix`.
pub fn check<'de, T: ToSchema + 'static>(body: impl Deserializer<'de>, prefix: &str, faults: &mut Faults) {
    let rule = rule_of::<T>();
    let mut place = Place { rule: &rule, pointer: prefix.to_owned(), faults };
    // it was read before: whatever does not read here stands where nothing is limited
    let _ = Walk(&mut place).deserialize(body);
}

fn rule_of<T: ToSchema + 'static>() -> Arc<Rule> {
    let id = TypeId::of::<T>();
    if let Some(rule) = RULES.read().unwrap_or_else(PoisonError::into_inner).get(&id) {
        return rule.clone();
    }
    let schemas = limits::schemas::<T>();
    let named: HashMap<&str, &Value> = schemas.iter().map(|(name, schema)| (name.as_str(), schema)).collect();
    let rule = schemas.first().map(|(_, schema)| rule(schema, &named)).unwrap_or_default();
    RULES.write().unwrap_or_else(PoisonError::into_inner).insert(id, rule.clone());
    rule
}

/// The rule of a schema. Bodies have no members of their own kind, so this ends.
fn rule(schema: &Value, named: &HashMap<&str, &Value>) -> Arc<Rule> {
    if let Some(name) = schema["$ref"].as_str().and_then(|place| place.rsplit('/').next()) {
        return named.get(name).map(|schema| rule(schema, named)).unwrap_or_default();
    }
    for word in ["oneOf", "allOf"] {
        if let Some(inner) = schema[word].as_array().and_then(|list| list.iter().find(|inner| inner["type"] != "null")) {
            return rule(inner, named);
        }
    }
    let size = |least: &str, most: &str| {
        let most = schema[most].as_u64().and_then(|most| usize::try_from(most).ok())?;
        Some((schema[least].as_u64().and_then(|least| usize::try_from(least).ok()).unwrap_or(0), most))
    };
    let words = schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    let members = schema["properties"].as_object().into_iter().flatten().map(|(name, inner)| (name.clone(), rule(inner, named)));
    let inner = |name: &str, most: &str| Some((size("", most)?.1, rule(schema.get(name).filter(|inner| inner.is_object())?, named)));
    Arc::new(Rule {
        object: schema["properties"].is_object(),
        length: size("minLength", "maxLength"),
        words,
        bounds: schema["minimum"].as_i64().zip(schema["maximum"].as_i64()),
        items: inner("items", "maxItems"),
        members: members.collect(),
        others: inner("additionalProperties", "maxProperties"),
    })
}

struct Place<'a> {
    rule: &'a Rule,
    pointer: String,
    faults: &'a mut Faults,
}

impl Place<'_> {
    fn below(&mut self, name: &str) -> usize {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(name);
        length
    }

    fn judge_text(&mut self, text: &str) {
        if let Some((least, most)) = self.rule.length {
            // bytes bound characters: most texts need no counting
            let length = if text.len() <= most && text.len() >= least * 4 { least.max(1) } else { text.chars().count() };
            if length < least || length > most {
                self.refuse(format!("This must have {} to {most} characters.", least.min(1)));
            }
        }
        if !self.rule.words.is_empty() && !self.rule.words.iter().any(|word| word == text) {
            self.refuse(format!("This must be one of: {}.", self.rule.words.join(", ")));
        }
    }

    fn judge_number(&mut self, number: i128) {
        if let Some((least, most)) = self.rule.bounds.filter(|(least, most)| number < (*least).into() || number > (*most).into()) {
            self.refuse(format!("This must be from {least} to {most}."));
        }
    }

    fn refuse(&mut self, detail: String) {
        let code = if is_amount(&self.pointer) { Code::MoneyPrecision } else { Code::ValidationFailed };
        self.faults.add(self.pointer.clone(), code, detail);
    }
}

struct Walk<'a, 'b>(&'a mut Place<'b>);

impl<'de> DeserializeSeed<'de> for Walk<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, body: D) -> Result<(), D::Error> {
        body.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.0.judge_number(number.into());
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.0.judge_number(number.into());
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.0.judge_text(text);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let place = self.0;
        if place.rule.object {
            place.refuse("This must be an object.".to_owned());
        }
        let Some((most, rule)) = &place.rule.items else {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        };
        let (most, mut at) = (*most, 0);
        loop {
            let length = place.below(&at.to_string());
            let mut inner = Place { rule, pointer: std::mem::take(&mut place.pointer), faults: &mut *place.faults };
            let more = list.next_element_seed(Walk(&mut inner));
            place.pointer = inner.pointer;
            place.pointer.truncate(length);
            if more?.is_none() {
                break;
            }
            at += 1;
        }
        if at > most {
            place.refuse(format!("This must have at most {most} entries."));
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let place = self.0;
        let mut others = 0;
        while let Some(name) = map.next_key::<std::borrow::Cow<'_, str>>()? {
            let known = place.rule.members.get(name.as_ref());
            others += usize::from(known.is_none());
            let Some(rule) = known.or(place.rule.others.as_ref().map(|(_, rule)| rule)) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let length = place.below(&escape(&name));
            let mut inner = Place { rule, pointer: std::mem::take(&mut place.pointer), faults: &mut *place.faults };
            let read = map.next_value_seed(Walk(&mut inner));
            place.pointer = inner.pointer;
            place.pointer.truncate(length);
            read?;
        }
        if let Some((most, _)) = place.rule.others.as_ref().filter(|(most, _)| others > *most) {
            place.refuse(format!("This must have at most {most} names."));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use relance_openapi::{customer::CustomerInput, payment::PaymentInput, webhooks::RotateBody};
    use serde_json::json;

    use super::*;

    fn faults<T: ToSchema + 'static>(body: &Value) -> Vec<(String, String)> {
        let mut faults = Faults::default();
        check::<T>(body, "", &mut faults);
        faults.refusal().errors.into_iter().map(|fault| (fault.pointer, fault.code)).collect()
    }

    #[test]
    fn what_is_beyond_a_declared_limit_is_told_with_its_place() {
        let contact = |name: &str| json!({"external_id": "c1", "name": name});
        let body = json!({"source_version": 0, "kind": "business", "name": "é".repeat(300),
            "contacts": [contact("Claire"), contact(&"x".repeat(201))], "address": {"lines": vec!["a"; 21], "country": "FR"}});
        let expected = ["/source_version", "/contacts/1/name", "/address/lines"];
        let found = faults::<CustomerInput>(&body);
        assert_eq!(found, expected.map(|pointer| (pointer.to_owned(), "validation_failed".to_owned())));
        assert!(faults::<CustomerInput>(&json!({"source_version": 1, "kind": "business", "name": "A"})).is_empty());
    }

    #[test]
    fn an_amount_that_is_too_long_is_an_amount_that_does_not_read() {
        let body = json!({"customer_external_id": "C1", "amount": "1".repeat(50), "currency": "EUR", "paid_on": "2026-10-01"});
        assert_eq!(faults::<PaymentInput>(&body), [("/amount".to_owned(), "money_precision".to_owned())]);
        assert_eq!(faults::<RotateBody>(&json!({"overlap_hours": 169})).len(), 1);
        assert!(faults::<RotateBody>(&json!({"overlap_hours": 168})).is_empty());
    }
}
