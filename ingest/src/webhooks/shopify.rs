//! Shopify: an order is no invoice; only one with payment terms is owed.

use chrono::{DateTime, Utc};
use relance_domain::money::Currency;
use serde_json::{Value, json};

use super::{
    Context, Fault, Object, Reading,
    object::{address, contacts, cut},
};

/// An order.
#[derive(Debug, Clone)]
pub struct Order<'a> {
    /// Id.
    pub id: String,
    /// Number as shown, e.g. `#1001`.
    pub number: &'a str,
    /// Made.
    pub created: DateTime<Utc>,
    /// ISO 4217.
    pub currency: &'a str,
    /// Total when it was made.
    pub total: &'a str,
    /// `pending`, `paid`, `partially_paid`, `refunded`, `voided`…
    pub financial_status: Option<&'a str>,
    /// E-mail.
    pub email: Option<&'a str>,
    /// How it is paid.
    pub gateway: Option<&'a str>,
    object: Object<'a>,
}

impl<'a> Order<'a> {
    /// Reads an order.
    ///
    /// # Errors
    /// When it is none.
    pub fn of(object: Object<'a>) -> Result<Self, Fault> {
        Ok(Self {
            id: object.id("id").ok_or_else(|| Fault::new("the order has no id"))?,
            number: object.needed("name")?,
            created: object.instant("created_at").ok_or_else(|| Fault::new("the order has no readable created_at"))?,
            currency: object.needed("currency")?,
            total: object.needed("total_price")?,
            financial_status: object.text("financial_status"),
            email: object.text("email"),
            gateway: object.text("gateway"),
            object,
        })
    }
}

/// The order of a body, which may stand inside `order` as the API gives it.
fn order_of(body: &Value) -> Result<Object<'_>, Fault> {
    let body = Object::of(body, "the body")?;
    Ok(body.inside("order", "the order").unwrap_or(body))
}

pub(super) fn read(body: &Value, context: &Context<'_>) -> Result<Reading, Fault> {
    let topic = context.header("x-shopify-topic").unwrap_or("orders/updated");
    if !topic.starts_with("orders/") {
        return Ok(Reading::ignored(format!("{topic}: orders alone are read")));
    }
    if topic == "orders/delete" {
        return Ok(Reading::ignored("orders/delete: a cancelled order came before"));
    }
    let order = Order::of(order_of(body)?)?;
    let Some(terms) = order.object.inside("payment_terms", "the payment terms") else {
        return Ok(Reading::ignored("the order has no payment terms: it was paid at checkout, nothing is owed"));
    };
    let customer = order.object.inside("customer", "the customer");
    let Some(owner) = customer.and_then(|customer| customer.id("id")) else {
        return Ok(Reading::ignored("the order names no customer"));
    };
    let due = terms.list("payment_schedules", "a schedule").filter_map(|one| one.instant("due_at")).max();
    let mut reading = Reading::default();
    let version = order.object.instant("updated_at").unwrap_or(context.received_at).timestamp_millis();
    state_customer(&mut reading, &order, &owner, version, context);
    let total = order.object.text("current_total_price").unwrap_or(order.total);
    let cancelled = order.object.text("cancelled_at").is_some() || order.financial_status == Some("voided");
    reading.state(
        "invoice.updated",
        json!({"external_id": order.id, "source_version": version, "number": order.number, "customer_external_id": owner,
               "issued_on": context.day(order.created).to_string(), "due_on": due.map(|due| context.day(due).to_string()),
               "currency": order.currency, "total": total, "payment_url": order.object.text("order_status_url"),
               "purchase_order": cut(order.object.text("po_number"), 200), "voided": cancelled}),
    );
    if let Some(paid) = paid(&order, total)?.filter(|_| !cancelled) {
        reading.state(
            "payment.received",
            json!({"external_id": order.id, "source_version": version, "customer_external_id": owner, "amount": paid,
                   "currency": order.currency, "paid_on": context.day(context.received_at).to_string(), "method": cut(order.gateway, 60),
                   "reference": order.number, "allocations": [{"invoice_external_id": order.id, "amount": paid}]}),
        );
    }
    Ok(reading)
}

/// What is paid in all: the total less what is outstanding.
fn paid(order: &Order<'_>, total: &str) -> Result<Option<String>, Fault> {
    let currency: Currency = order.currency.parse().map_err(|_| Fault::new(format!("{} is no currency", order.currency)))?;
    let minor = |text: &str| currency.parse(text).map(|money| money.minor).map_err(|error| Fault::new(format!("{text} is {error}")));
    let total = minor(total)?;
    let open = match (order.object.text("total_outstanding"), order.financial_status) {
        (_, Some("paid")) => 0,
        (Some(text), Some("partially_paid")) => minor(text)?,
        _ => total,
    };
    Ok(Some(total - open).filter(|paid| *paid > 0).map(|paid| currency.minor(paid).plain()))
}

fn state_customer(reading: &mut Reading, order: &Order<'_>, id: &str, version: i64, context: &Context<'_>) {
    let object = order.object;
    let customer = object.inside("customer", "the customer");
    let home = object.inside("billing_address", "the address").or_else(|| customer?.inside("default_address", "the address"));
    let part = |name: &str| home.and_then(|home| home.text(name));
    let of = |name: &str| customer.and_then(|customer| customer.text(name));
    let person = [of("first_name"), of("last_name")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let person = Some(person.as_str()).filter(|name| !name.is_empty()).or_else(|| part("name"));
    let email = of("email").or(order.email);
    let company = part("company");
    let kind = if company.is_some() { "business" } else { context.customer_kind };
    reading.mention(
        "customer.upserted",
        json!({"external_id": id, "source_version": version, "kind": kind,
               "name": cut(Some(company.or(person).or(email).unwrap_or(id)), 300),
               "address": address([part("address1"), part("address2")], part("zip"), part("city"), part("country_code")),
               "contacts": contacts(person, email, of("phone").or_else(|| part("phone")))}),
    );
}

/// For those who have an order of the API in hand.
///
/// # Errors
/// When it is none.
pub fn order(body: &Value) -> Result<Order<'_>, Fault> {
    Order::of(order_of(body)?)
}
