//! Reads a JSON document and finds all its faults at once, each with its JSON pointer.
//!
//! `serde` stops at the first fault and has no pointer to it; hence this trait and the macro
//! that declares a struct and how it is read in one place.

use std::collections::BTreeMap;

use serde_json::Value;

use super::PolicyFault;

/// What can be read from a JSON value.
pub(super) trait Read: Sized {
    /// The value, or none with at least one fault more.
    fn read(value: &Value, at: &str, faults: &mut Vec<PolicyFault>) -> Option<Self>;

    /// What stands for a field that is not there; none: the field is required.
    fn absent() -> Option<Self> {
        None
    }

    /// What stands for `null`; none: `null` is no value of this type.
    fn null() -> Option<Self> {
        None
    }

    /// Is it left out when written?
    fn is_absent(&self) -> bool {
        false
    }
}

/// The JSON pointer to a member (RFC 6901).
pub(super) fn member(at: &str, name: &str) -> String {
    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn wrong_type<T>(at: &str, expected: &str, faults: &mut Vec<PolicyFault>) -> Option<T> {
    faults.push(PolicyFault::new(at, "wrong_type", format!("must be {expected}")));
    None
}

/// Reads every element; none if one of them has a fault, after all were looked at.
fn all<T>(read: impl Iterator<Item = Option<T>>) -> Option<Vec<T>> {
    let elements: Vec<Option<T>> = read.collect();
    elements.into_iter().collect()
}

impl Read for String {
    fn read(value: &Value, at: &str, faults: &mut Vec<PolicyFault>) -> Option<Self> {
        value.as_str().map(str::to_owned).or_else(|| wrong_type(at, "a string", faults))
    }
}

impl Read for bool {
    fn read(value: &Value, at: &str, faults: &mut Vec<PolicyFault>) -> Option<Self> {
        value.as_bool().or_else(|| wrong_type(at, "true or false", faults))
    }
}

macro_rules! whole_numbers {
    ($($kind:ty),*) => {$(
        impl Read for $kind {
            fn read(value: &Value, at: &str, faults: &mut Vec<PolicyFault>) -> Option<Self> {
                if !value.is_i64() && !value.is_u64() {
                    return wrong_type(at, "a whole number", faults);
                }
                let number = value.as_i64().and_then(|number| Self::try_from(number).ok());
                if number.is_none() {
                    let detail = format!("must be from {} to {}", Self::MIN, Self::MAX);
                    faults.push(PolicyFault::new(at, "out_of_range", detail));
                }
                number
            }
        }
    )*};
}

whole_numbers!(u16, i32);

impl<T: Read> Read for Option<T> {
    fn read(value: &Value, at: &str, faults: &mut Vec<PolicyFault>) -> Option<Self> {
        if value.is_null() {
            return Some(T::null());
        }
        T::read(value, at, faults).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn null() -> Option<Self> {
        Some(None)
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(value: &Value, at: &str, faults: &mut Vec<PolicyFault>) -> Option<Self> {
        let Some(elements) = value.as_array() else { return wrong_type(at, "an array", faults) };
        all(elements.iter().enumerate().map(|(n, element)| T::read(element, &format!("{at}/{n}"), faults)))
    }
}

/// A pair is an array of two.
impl<T: Read> Read for (T, T) {
    fn read(value: &Value, at: &str, faults: &mut Vec<PolicyFault>) -> Option<Self> {
        let Some([first, second]) = value.as_array().map(Vec::as_slice) else {
            return wrong_type(at, "an array of two", faults);
        };
        let (first, second) = (T::read(first, &format!("{at}/0"), faults), T::read(second, &format!("{at}/1"), faults));
        Some((first?, second?))
    }
}

impl<T: Read> Read for BTreeMap<String, T> {
    fn read(value: &Value, at: &str, faults: &mut Vec<PolicyFault>) -> Option<Self> {
        let Some(members) = value.as_object() else { return wrong_type(at, "an object", faults) };
        let read = all(members.iter().map(|(name, value)| Some((name.clone(), T::read(value, &member(at, name), faults)?))));
        read.map(Self::from_iter)
    }
}

/// The members of an object that are all among the known ones; the others become faults.
pub(super) fn known_members<'v>(
    value: &'v Value,
    known: &[&str],
    at: &str,
    faults: &mut Vec<PolicyFault>,
) -> Option<&'v serde_json::Map<String, Value>> {
    let Some(members) = value.as_object() else { return wrong_type(at, "an object", faults) };
    for name in members.keys().filter(|name| !known.contains(&name.as_str())) {
        let detail = format!("no such field; known: {}", known.join(", "));
        faults.push(PolicyFault::new(member(at, name), "unknown_field", detail));
    }
    Some(members)
}

/// One member of an object.
pub(super) fn field<T: Read>(members: &serde_json::Map<String, Value>, name: &str, at: &str, faults: &mut Vec<PolicyFault>) -> Option<T> {
    let at = member(at, name);
    let Some(value) = members.get(name) else {
        let absent = T::absent();
        if absent.is_none() {
            faults.push(PolicyFault::new(at, "missing_field", "this field is required"));
        }
        return absent;
    };
    T::read(value, &at, faults)
}

/// Declares structs that are written by `serde` and read by [`Read`]: no unknown field, fields
/// of type `Option` may be left out, all others are required.
macro_rules! documents {
    ($($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $field:ident: $kind:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
        pub struct $name {
            $($(#[$about])* #[serde(skip_serializing_if = "read::Read::is_absent")] pub $field: $kind,)*
        }

        impl read::Read for $name {
            fn read(value: &serde_json::Value, at: &str, faults: &mut Vec<PolicyFault>) -> Option<Self> {
                let members = read::known_members(value, &[$(stringify!($field)),*], at, faults)?;
                $(let $field: Option<$kind> = read::field(members, stringify!($field), at, faults);)*
                Some(Self { $($field: $field?,)* })
            }
        }
    )*};
}

pub(super) use documents;
