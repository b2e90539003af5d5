//! Senders that say what changed and not how: Xero, QuickBooks, Qonto. Their events are kept and wait for a fetch.

use serde_json::Value;

use super::{Fault, Object, Reading};

/// A thing that changed at Xero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct XeroEvent<'a> {
    /// Id of the thing.
    pub resource_id: &'a str,
    /// `INVOICE`, `CONTACT`, `CREDITNOTE`…
    pub category: &'a str,
    /// `CREATE` or `UPDATE`.
    pub kind: &'a str,
    /// Organisation.
    pub tenant: Option<&'a str>,
}

/// The events of a call.
///
/// # Errors
/// When there is no list, or an event does not read.
pub fn xero_events(body: &Value) -> Result<Vec<XeroEvent<'_>>, Fault> {
    let call = Object::of(body, "the call")?;
    if body.get("events").and_then(Value::as_array).is_none() {
        return Err(Fault::new("the call has no list of events"));
    }
    fn event(object: Object<'_>) -> Result<XeroEvent<'_>, Fault> {
        Ok(XeroEvent {
            resource_id: object.needed("resourceId")?,
            category: object.needed("eventCategory")?,
            kind: object.text("eventType").unwrap_or_default(),
            tenant: object.text("tenantId"),
        })
    }
    call.list("events", "an event").map(event).collect()
}

fn to_fetch(reading: &mut Reading, what: &str, id: &str) {
    reading.waits.push((Some(format!("{what}:{id}")), format!("{what} {id}: the event carries its id only")));
}

pub(super) fn xero(body: &Value) -> Result<Reading, Fault> {
    let events = xero_events(body)?;
    if events.is_empty() {
        return Ok(Reading::ignored("a call without events: Xero tries the address out"));
    }
    let mut reading = Reading::default();
    for event in events {
        match event.category {
            "INVOICE" | "CONTACT" | "CREDITNOTE" | "PAYMENT" => to_fetch(&mut reading, event.category, event.resource_id),
            other => reading.ignored.push(format!("{other}: nothing here is about what is owed")),
        }
    }
    Ok(reading)
}

/// Both shapes: a list of CloudEvents, and `eventNotifications` before that.
pub(super) fn quickbooks(body: &Value) -> Result<Reading, Fault> {
    let mut reading = Reading::default();
    let mut concern = |kind: &str, id: &str| match kind.to_ascii_lowercase().as_str() {
        "invoice" | "customer" | "payment" | "creditmemo" => to_fetch(&mut reading, &kind.to_ascii_lowercase(), id),
        other => reading.ignored.push(format!("{other}: nothing here is about what is owed")),
    };
    if let Some(list) = body.as_array() {
        for event in list {
            let event = Object::of(event, "the event")?;
            // qbo.invoice.created.v1
            let kind = event.needed("type")?.split('.').nth(1).unwrap_or_default();
            concern(kind, event.id("intuitentityid").as_deref().unwrap_or_default());
        }
        return Ok(reading);
    }
    if body.get("eventNotifications").and_then(Value::as_array).is_none() {
        return Err(Fault::new("the call is neither a list of events nor has it eventNotifications"));
    }
    for notice in Object::of(body, "the call")?.list("eventNotifications", "a notice") {
        let entities = notice.inside("dataChangeEvent", "the change").into_iter().flat_map(|change| change.list("entities", "an entity"));
        for entity in entities {
            concern(entity.needed("name")?, entity.id("id").as_deref().unwrap_or_default());
        }
    }
    Ok(reading)
}

/// A movement on the account. It says everything but who of the customers paid: that waits for whoever knows.
pub(super) fn qonto(body: &Value) -> Result<Reading, Fault> {
    let event = Object::of(body, "the event")?;
    let kind = event.needed("type")?;
    if kind != "v1/transactions" {
        return Ok(Reading::ignored(format!("{kind}: nothing here is about money that came in")));
    }
    let data = event.inside("data", "the data").ok_or_else(|| Fault::new("the event has no data"))?;
    let (side, status) = (data.text("side").unwrap_or_default(), data.text("status").unwrap_or_default());
    if side != "credit" || status != "completed" {
        return Ok(Reading::ignored(format!("a {side} that is {status} is no money that came in")));
    }
    let id = data.text("transaction_id").map_or_else(|| data.needed("id"), Ok)?;
    let quoted = data.text("reference").map(|text| format!(", reference {text}")).unwrap_or_default();
    Ok(Reading::waiting(format!("transaction:{id}"), format!("transaction {id}{quoted}: which customer paid the bank does not say")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_shapes_of_quickbooks_name_what_changed() {
        let new = json!([{"specversion": "1.0", "id": "1", "type": "qbo.invoice.created.v1", "intuitentityid": "145"}]);
        let old = json!({"eventNotifications": [{"realmId": "1", "dataChangeEvent": {"entities": [{"name": "Invoice", "id": "145", "operation": "Create"}]}}]});
        for body in [new, old] {
            assert_eq!(quickbooks(&body).unwrap().waits[0].0.as_deref(), Some("invoice:145"));
        }
        assert!(quickbooks(&json!({})).is_err());
    }

    #[test]
    fn a_handshake_of_xero_carries_nothing() {
        let reading = xero(&json!({"events": [], "firstEventSequence": 0, "lastEventSequence": 0, "entropy": "X"})).unwrap();
        assert!(reading.waits.is_empty() && reading.ignored.len() == 1);
    }
}
