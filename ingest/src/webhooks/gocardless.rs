//! GoCardless: thin, many events in a call. A debit that failed or came back takes the payment back that is known under
//! its id, whatever source stated it.

use serde_json::{Value, json};

use super::{Context, Fault, Names, Object, Reading, Statement};

/// One event.
#[derive(Debug, Clone)]
pub struct Event<'a> {
    /// Id.
    pub id: &'a str,
    /// `payments`, `mandates`…
    pub resource: &'a str,
    /// `failed`, `charged_back`…
    pub action: &'a str,
    /// Payment.
    pub payment: Option<&'a str>,
    /// Cause in a word.
    pub cause: Option<&'a str>,
    /// The scheme's code.
    pub reason_code: Option<&'a str>,
    /// Scheme, which decides the family of the code.
    pub scheme: Option<&'a str>,
    object: Object<'a>,
}

/// The events of a call.
///
/// # Errors
/// When there is no list.
pub fn events(body: &Value) -> Result<Vec<Event<'_>>, Fault> {
    let call = Object::of(body, "the call")?;
    if body.get("events").and_then(Value::as_array).is_none() {
        return Err(Fault::new("the call has no list of events"));
    }
    call.list("events", "an event").map(Event::of).collect()
}

impl<'a> Event<'a> {
    fn of(object: Object<'a>) -> Result<Self, Fault> {
        let details = object.inside("details", "the details");
        let detail = |name: &str| details.and_then(|details| details.text(name));
        Ok(Self {
            id: object.needed("id")?,
            resource: object.needed("resource_type")?,
            action: object.needed("action")?,
            payment: object.inside("links", "the links").and_then(|links| links.text("payment")),
            cause: detail("cause"),
            reason_code: detail("reason_code"),
            scheme: detail("scheme"),
            object,
        })
    }

    fn takes_back(&self) -> Option<&'a str> {
        self.payment.filter(|_| self.resource == "payments" && matches!(self.action, "failed" | "charged_back" | "late_failure_settled"))
    }
}

pub(super) fn names(body: &Value) -> Names {
    let payments = events(body).unwrap_or_default().iter().filter_map(|event| event.takes_back().map(str::to_owned)).collect();
    Names { payments, ..Names::default() }
}

pub(super) fn read(body: &Value, context: &Context<'_>) -> Result<Reading, Fault> {
    let mut reading = Reading::default();
    for event in events(body)? {
        reading.join(one(&event, context));
    }
    Ok(reading)
}

fn one(event: &Event<'_>, context: &Context<'_>) -> Reading {
    let Some(payment) = event.takes_back() else {
        return Reading::ignored(format!("{}.{}: it takes no payment back", event.resource, event.action));
    };
    let Some(source) = context.payments.get(payment) else {
        return Reading::waiting(payment, format!("payment {payment}, which no source has stated: push it under this id, then replay"));
    };
    let on = context.day(event.object.instant("created_at").unwrap_or(context.received_at));
    let reason = event.reason_code.or(event.cause).unwrap_or(event.action);
    let mut reading = Reading::default();
    reading.state("payment.reversed", json!({"external_id": payment, "on": on.to_string(), "reason_code": reason}));
    for Statement { source: owner, .. } in &mut reading.statements {
        *owner = Some(source.clone());
    }
    reading
}
