//! Limits of every member on the wire, from one table: what the document declares is what the reader of
//! bodies enforces, because both ask here.

mod numbers;
mod table;
mod words;

use serde_json::{Map, Value, json};
use utoipa::{
    ToSchema,
    openapi::{RefOr, Schema},
};

use numbers::{count, number};
use table::{Text, text};

/// Most entries of a list that the table does not name.
const LIST: u64 = 1_000;
/// Most entries of an object with names of its own.
const NAMES: u64 = 1_000;

/// Completes a schema by the limits of its members. `owner` is its name, or the place of a parameter.
pub fn fill(owner: &str, schema: &mut Value) {
    walk(owner, "", schema);
}

/// Completes the schema of one parameter.
pub fn fill_parameter(place: &str, name: &str, schema: &mut Value) {
    walk(place, name, schema);
}

/// The fewest and the most characters of a parameter.
pub fn lengths(place: &str, name: &str) -> (usize, usize) {
    let Text { least, most, .. } = text(place, name);
    let size = |length: u64| usize::try_from(length).unwrap_or(usize::MAX);
    (size(least), size(most))
}

/// The complete schema of `T` and of everything it refers to, by name; the first is `T` itself.
pub fn schemas<T: ToSchema>() -> Vec<(String, Value)> {
    let mut named: Vec<(String, RefOr<Schema>)> = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut named);
    named
        .into_iter()
        .map(|(name, schema)| {
            let mut value = serde_json::to_value(schema).unwrap_or_default();
            fill(&name, &mut value);
            (name, value)
        })
        .collect()
}

fn walk(owner: &str, member: &str, schema: &mut Value) {
    let Some(members) = schema.as_object_mut() else { return };
    if has_type(members, "string") {
        fill_text(owner, member, members);
    }
    if has_type(members, "integer") {
        fill_number(owner, member, members);
    }
    if has_type(members, "array") {
        members.entry("maxItems").or_insert_with(|| json!(count(owner, member).unwrap_or(LIST)));
    }
    if members.get("additionalProperties").is_some_and(Value::is_object) {
        members.entry("maxProperties").or_insert(json!(NAMES));
    }
    if let Some(properties) = members.get_mut("properties").and_then(Value::as_object_mut) {
        for (name, property) in properties {
            walk(owner, name, property);
        }
    }
    for word in ["items", "additionalProperties"] {
        if let Some(inner) = members.get_mut(word) {
            walk(owner, member, inner);
        }
    }
    if let Some(names) = members.get_mut("propertyNames") {
        walk("name", "key", names);
    }
    for word in ["allOf", "oneOf", "anyOf"] {
        for inner in members.get_mut(word).and_then(Value::as_array_mut).into_iter().flatten() {
            walk(owner, member, inner);
        }
    }
}

fn has_type(members: &Map<String, Value>, word: &str) -> bool {
    match members.get("type") {
        Some(Value::String(only)) => only == word,
        Some(Value::Array(several)) => several.iter().any(|kind| kind == word),
        _ => false,
    }
}

fn fill_text(owner: &str, member: &str, members: &mut Map<String, Value>) {
    if members.contains_key("enum") || members.contains_key("const") {
        return;
    }
    words::fill(owner, member, members);
    if members.contains_key("enum") {
        return;
    }
    let binary = members.get("format").is_some_and(|format| format == "binary");
    let Text { least, most, pattern, format } = text(owner, member);
    let stated = members.get("format").and_then(Value::as_str).map(str::to_owned);
    let (format, most) = match stated.as_deref().or(format) {
        Some("date") => (Some("date"), 10),
        Some("date-time") => (Some("date-time"), 40),
        other => (other.filter(|_| stated.is_none()), most),
    };
    if binary {
        members.entry("maxLength").or_insert(json!(table::DOCUMENT));
        return;
    }
    if least > 0 && !has_type(members, "null") {
        members.entry("minLength").or_insert(json!(least));
    }
    members.entry("maxLength").or_insert(json!(most));
    if let Some(format) = format {
        members.entry("format").or_insert(json!(format));
    }
    if let Some(pattern) = pattern {
        members.entry("pattern").or_insert(json!(pattern));
    }
}

fn fill_number(owner: &str, member: &str, members: &mut Map<String, Value>) {
    let wide = members.get("format").is_none_or(|format| format == "int64");
    let stated = number(owner, member);
    let (least, most) = stated.unwrap_or(if wide { (i64::MIN, i64::MAX) } else { (i32::MIN.into(), i32::MAX.into()) });
    members.entry("format").or_insert(json!("int64"));
    if stated.is_some() || !members.contains_key("minimum") {
        members.insert("minimum".to_owned(), json!(least));
    }
    if stated.is_some() || !members.contains_key("maximum") {
        members.insert("maximum".to_owned(), json!(most));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{invoice::InvoiceInput, policy::PolicyInput};

    #[test]
    fn every_text_of_a_request_has_its_longest() {
        let schemas = schemas::<InvoiceInput>();
        let (name, invoice) = &schemas[0];
        assert_eq!(name, "InvoiceInput");
        let member = |name: &str, word: &str| invoice["properties"][name][word].clone();
        assert_eq!((member("origin", "maxLength"), member("number", "maxLength")), (json!(500), json!(200)));
        assert_eq!((member("due_on", "format"), member("due_on", "maxLength")), (json!("date"), json!(10)));
        assert_eq!(member("total", "pattern"), json!(table::AMOUNT));
        assert_eq!((member("source_version", "minimum"), member("source_version", "maximum")), (json!(1), json!(i64::MAX)));
    }

    #[test]
    fn what_a_schema_refers_to_comes_along() {
        let names: Vec<String> = schemas::<PolicyInput>().into_iter().map(|(name, _)| name).collect();
        assert!(names[0] == "PolicyInput" && names.iter().any(|name| name == "PolicyStepInput"), "{names:?}");
    }
}
