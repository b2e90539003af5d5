//! Customers.

use serde_json::json;

use super::Event;
use crate::webhooks::{
    Context, Fault, Object, Reading,
    object::{address, contacts, cut},
};

/// A customer.
#[derive(Debug, Clone, Copy)]
pub struct Customer<'a> {
    /// Id.
    pub id: &'a str,
    /// Name, of the firm where there is one.
    pub name: Option<&'a str>,
    /// E-mail.
    pub email: Option<&'a str>,
    object: Object<'a>,
}

impl<'a> Customer<'a> {
    /// Reads a customer.
    ///
    /// # Errors
    /// When it is none.
    pub fn of(object: Object<'a>) -> Result<Self, Fault> {
        let name = object.text("business_name").or_else(|| object.text("name")).or_else(|| object.text("individual_name"));
        Ok(Self { id: object.needed("id")?, name, email: object.text("email"), object })
    }

    /// `business` where there is a firm's name or a tax number.
    fn kind<'k>(&self, context: &'k Context<'_>) -> &'k str {
        let taxed = self.object.inside("tax_ids", "tax_ids").is_some_and(|list| list.list("data", "a tax id").next().is_some());
        if taxed || self.object.text("business_name").is_some() { "business" } else { context.customer_kind }
    }
}

pub(super) fn read(event: &Event<'_>, customer: &Customer<'_>, context: &Context<'_>) -> Reading {
    let Customer { id, name, email, object } = *customer;
    let home = object.inside("address", "the address");
    let part = |name: &str| home.and_then(|home| home.text(name));
    let mut locales = object.value().get("preferred_locales").and_then(serde_json::Value::as_array).into_iter().flatten();
    let language = locales
        .next()
        .and_then(serde_json::Value::as_str)
        .filter(|text| (2..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
    let mut reading = Reading::default();
    reading.state(
        "customer.upserted",
        json!({"external_id": id, "source_version": event.version(0), "kind": customer.kind(context),
               "name": cut(Some(name.or(email).unwrap_or(id)), 300), "language": language,
               "address": address([part("line1"), part("line2")], part("postal_code"), part("city"), part("country")),
               "contacts": contacts(name, email, object.text("phone"))}),
    );
    reading
}
