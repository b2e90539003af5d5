//! Members of a JSON object, read leniently: senders add, leave out and null what they like.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Map, Value};

use super::Fault;

/// A JSON object and its name in words.
#[derive(Debug, Clone, Copy)]
pub struct Object<'a> {
    value: &'a Value,
    what: &'static str,
}

impl<'a> Object<'a> {
    /// Reads an object.
    ///
    /// # Errors
    /// When it is none.
    pub fn of(value: &'a Value, what: &'static str) -> Result<Self, Fault> {
        if value.is_object() { Ok(Self { value, what }) } else { Err(Fault::new(format!("{what} is not a JSON object"))) }
    }

    /// The value as it stands.
    pub fn value(&self) -> &'a Value {
        self.value
    }

    fn get(&self, name: &str) -> Option<&'a Value> {
        self.value.get(name).filter(|value| !value.is_null())
    }

    /// Text, if there is some.
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.get(name)?.as_str().map(str::trim).filter(|text| !text.is_empty())
    }

    /// Text that must be there.
    ///
    /// # Errors
    /// When it is not.
    pub fn needed(&self, name: &str) -> Result<&'a str, Fault> {
        self.text(name).ok_or_else(|| self.lacks(name))
    }

    /// An id, which may be written as a number.
    pub fn id(&self, name: &str) -> Option<String> {
        match self.get(name)? {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) if number.is_u64() => Some(number.to_string()),
            _ => None,
        }
    }

    /// The id of another object, which may stand there whole.
    pub fn reference(&self, name: &str) -> Option<&'a str> {
        let value = self.get(name)?;
        value.as_str().or_else(|| value.get("id")?.as_str()).filter(|id| !id.is_empty())
    }

    /// A whole number.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.get(name)?.as_i64()
    }

    /// A whole number that must be there.
    ///
    /// # Errors
    /// When it is not.
    pub fn needed_number(&self, name: &str) -> Result<i64, Fault> {
        self.number(name).ok_or_else(|| self.lacks(name))
    }

    /// Is it true?
    pub fn is(&self, name: &str) -> bool {
        self.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    /// Unix seconds.
    pub fn epoch(&self, name: &str) -> Option<DateTime<Utc>> {
        self.number(name).and_then(|seconds| DateTime::from_timestamp(seconds, 0))
    }

    /// An RFC 3339 instant.
    pub fn instant(&self, name: &str) -> Option<DateTime<Utc>> {
        self.text(name).and_then(|text| DateTime::parse_from_rfc3339(text).ok()).map(|at| at.to_utc())
    }

    /// A civil date.
    pub fn day(&self, name: &str) -> Option<NaiveDate> {
        self.text(name).and_then(|text| text.parse().ok())
    }

    /// An object inside.
    pub fn inside(&self, name: &str, what: &'static str) -> Option<Object<'a>> {
        self.get(name).filter(|value| value.is_object()).map(|value| Object { value, what })
    }

    /// Objects of a list inside.
    pub fn list(&self, name: &str, what: &'static str) -> impl Iterator<Item = Object<'a>> + use<'a> {
        let items = self.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        items.iter().filter(|value| value.is_object()).map(move |value| Object { value, what })
    }

    fn lacks(&self, name: &str) -> Fault {
        Fault::new(format!("{} has no readable {name}", self.what))
    }
}

/// Minor units as a plain decimal.
pub fn decimal(minor: i64, decimals: u32) -> String {
    let scale = 10_u64.pow(decimals.min(9));
    let (sign, units) = (if minor < 0 { "-" } else { "" }, minor.unsigned_abs());
    match decimals {
        0 => format!("{sign}{units}"),
        _ => format!("{sign}{}.{:0width$}", units / scale, units % scale, width = decimals as usize),
    }
}

/// An address in our form; `None` without a country of two letters.
pub(super) fn address(lines: [Option<&str>; 2], postcode: Option<&str>, city: Option<&str>, country: Option<&str>) -> Value {
    let Some(country) = country.filter(|code| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphabetic())) else {
        return Value::Null;
    };
    let lines: Vec<&str> = lines.into_iter().flatten().collect();
    serde_json::json!({"lines": lines, "postcode": cut(postcode, 20), "city": cut(city, 120), "country": country.to_uppercase()})
}

/// At most so many characters.
pub(super) fn cut(text: Option<&str>, most: usize) -> Option<String> {
    text.map(|text| text.chars().take(most).collect())
}

/// The one contact that senders know of; none without an address of any kind.
pub(super) fn contacts(name: Option<&str>, email: Option<&str>, phone: Option<&str>) -> Value {
    let email = email.map(str::trim).filter(|text| {
        text.len() <= 254
            && !text.chars().any(char::is_whitespace)
            && text.split_once('@').is_some_and(|(local, domain)| {
                !local.is_empty() && domain.contains('.') && !domain.contains('@') && !domain.starts_with('.') && !domain.ends_with('.')
            })
    });
    let phone = phone.filter(|text| {
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        (3..=20).contains(&digits) && text.len() <= 40 && text.chars().all(|letter| letter.is_ascii_digit() || "+() .-/".contains(letter))
    });
    if email.is_none() && phone.is_none() {
        return Value::Array(Vec::new());
    }
    let members = [
        ("external_id", Some("billing".to_owned())),
        ("role", Some("accounts_payable".to_owned())),
        ("name", cut(name, 200)),
        ("email", email.map(str::to_owned)),
        ("phone", phone.map(str::to_owned)),
    ];
    let contact: Map<String, Value> = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))).collect();
    Value::Array(vec![Value::Object(contact)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minor_units_become_plain_decimals() {
        for (minor, decimals, text) in [(2_000, 2, "20.00"), (5, 2, "0.05"), (-120, 2, "-1.20"), (500, 0, "500"), (1_125, 3, "1.125")] {
            assert_eq!(decimal(minor, decimals), text);
        }
    }

    #[test]
    fn an_address_that_is_none_is_left_out() {
        assert_eq!(contacts(None, Some("no address"), Some("call me")), Value::Array(Vec::new()));
        assert_eq!(contacts(None, Some("a@b.example"), None)[0]["email"], "a@b.example");
        assert_eq!(address([Some("1 rue X"), None], None, None, Some("France")), Value::Null);
    }
}
