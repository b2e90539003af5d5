//! CloudEvents.

use relance_domain::facts::Fact;
use relance_openapi::{
    ingest::{
        CloudEvent, DisputeOpenedData, DisputeResolvedData, EinvoiceStatusData, InsolvencyOpenedData, InvoiceDeliveredData,
        InvoiceVoidedData, OptedOutData, PromiseMadeData,
    },
    problem::Code,
};
use relance_store::facts::{EventIdentity, FactEnvelope};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{Reader, check_external_id, check_source, credit_note, customer, invoice, payment, reversal};
use crate::{
    body::{self, Faults},
    problem::{Answer, Refusal},
};

/// An event that was read.
#[derive(Debug)]
pub struct Incoming {
    /// Its id within the source.
    pub id: String,
    /// Its source.
    pub source: String,
    /// What it says.
    pub fact: Fact,
}

impl Incoming {
    /// The fact with the identity of its event.
    pub fn envelope(self) -> FactEnvelope {
        let Self { id, source, fact } = self;
        let mut envelope = FactEnvelope::new(source, fact);
        envelope.event = Some(EventIdentity { id, digest: envelope.digest.clone() });
        envelope
    }
}

/// Where the members of `data` stand.
const DATA: &str = "/data";

/// Reads a CloudEvent.
///
/// # Errors
/// 422 with every fault.
pub fn incoming(event: Value) -> Answer<Incoming> {
    let CloudEvent { specversion, id, source, kind, data } = body::value(event, "")?;
    let mut faults = Faults::default();
    check_external_id(&mut faults, "/id", &id);
    check_source(&mut faults, "/source", &source);
    if specversion.is_some_and(|version| version != "1.0") {
        faults.invalid("/specversion", "Events are read as CloudEvents 1.0.");
    }
    faults.check()?;
    Ok(Incoming { id, source, fact: fact(&kind, data)? })
}

/// The fact that an event of this type states.
///
/// # Errors
/// 422 with every fault.
pub fn fact(kind: &str, mut data: Map<String, Value>) -> Answer<Fact> {
    match kind {
        "customer.upserted" => customer(own_id(&mut data)?, read(data)?, DATA),
        "invoice.issued" | "invoice.updated" => invoice(own_id(&mut data)?, read(data)?, DATA),
        "credit_note.issued" => credit_note(own_id(&mut data)?, read(data)?, DATA),
        "payment.received" => payment(own_id(&mut data)?, read(data)?, DATA),
        "payment.reversed" => reversal(own_id(&mut data)?, read(data)?, DATA),
        "invoice.voided" => {
            let (external_id, InvoiceVoidedData { source_version }) = (own_id(&mut data)?, read(data)?);
            let mut reader = Reader::new(DATA);
            let source_version = reader.version(source_version);
            reader.some(Some(Fact::InvoiceVoided { external_id, source_version }))
        }
        "invoice.delivered" => {
            let (external_id, InvoiceDeliveredData { delivered_on }) = (own_id(&mut data)?, read(data)?);
            let mut reader = Reader::new(DATA);
            let delivered_on = reader.day("delivered_on", &delivered_on);
            reader.some(delivered_on.map(|delivered_on| Fact::InvoiceDelivered { external_id, delivered_on }))
        }
        "contact.opted_out" => opted_out(read(data)?),
        "dispute.opened" => dispute_opened(own_id(&mut data)?, read(data)?),
        "dispute.resolved" => {
            let (external_id, DisputeResolvedData { outcome }) = (own_id(&mut data)?, read(data)?);
            let mut reader = Reader::new(DATA);
            let outcome = reader.text("outcome", outcome, 60);
            reader.some(Some(Fact::DisputeResolved { external_id, outcome }))
        }
        "promise.made" => promise_made(own_id(&mut data)?, read(data)?),
        "insolvency.opened" => insolvency_opened(read(data)?),
        "einvoice.status_changed" => einvoice_status(read(data)?),
        _ => Err(Refusal::field(Code::ValidationFailed, "/type", "There is no such type of event.")),
    }
}

/// Takes `external_id` out of the data; the rest is the body of the corresponding PUT.
fn own_id(data: &mut Map<String, Value>) -> Answer<String> {
    let text = match data.remove("external_id") {
        Some(Value::String(text)) => text,
        Some(_) => return Err(Refusal::field(Code::ValidationFailed, "/data/external_id", "An external id is a string.")),
        None => return Err(Refusal::field(Code::ValidationFailed, "/data/external_id", "This field is required.")),
    };
    let mut faults = Faults::default();
    check_external_id(&mut faults, "/data/external_id", &text);
    faults.check().map(|()| text)
}

fn read<T: DeserializeOwned + ToSchema + 'static>(data: Map<String, Value>) -> Answer<T> {
    body::value(Value::Object(data), DATA)
}

fn opted_out(data: OptedOutData) -> Answer<Fact> {
    let mut read = Reader::new(DATA);
    let customer_external_id = read.external_id("customer_external_id", data.customer_external_id);
    let channel = read.text("channel", data.channel, 40);
    let address = read.text("address", data.address, 254);
    read.some(Some(Fact::ContactOptedOut { customer_external_id, channel, address }))
}

fn dispute_opened(external_id: String, data: DisputeOpenedData) -> Answer<Fact> {
    let mut read = Reader::new(DATA);
    let invoice_external_id = read.external_id("invoice_external_id", data.invoice_external_id);
    let reason_code = read.text("reason_code", data.reason_code, 60);
    let comment = read.maybe("comment", data.comment, 5000);
    let amount = data.amount;
    if amount.as_deref().is_some_and(|text| !is_decimal(text)) {
        read.faults.add(read.at("amount"), Code::MoneyPrecision, "An amount is a decimal string in plain notation, e.g. \"1200.00\".");
    }
    read.some(Some(Fact::DisputeOpened { external_id, invoice_external_id, amount, reason_code, comment }))
}

/// A plain decimal; how many decimals it may have only its invoice's currency says.
fn is_decimal(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    [whole, fraction].iter().all(|part| !part.is_empty() && part.len() <= 15 && part.bytes().all(|byte| byte.is_ascii_digit()))
}

fn promise_made(external_id: String, data: PromiseMadeData) -> Answer<Fact> {
    let mut read = Reader::new(DATA);
    let customer_external_id = read.external_id("customer_external_id", data.customer_external_id);
    let listed = data.invoice_external_ids.map(|list| {
        let each = list.into_iter().enumerate();
        each.map(|(at, text)| read.external_id(&format!("invoice_external_ids/{at}"), text)).collect()
    });
    let amount_at = read.at("amount");
    let amount = read.currency(&data.currency).and_then(|currency| read.faults.positive(&amount_at, &data.amount, currency));
    let promised_on = read.day("promised_on", &data.promised_on);
    let method = read.maybe("method", data.method, 60);
    let (amount, promised_on) = read.some(amount.zip(promised_on))?;
    Ok(Fact::PromiseMade { external_id, customer_external_id, invoice_external_ids: listed, amount, promised_on, method })
}

fn insolvency_opened(data: InsolvencyOpenedData) -> Answer<Fact> {
    let mut read = Reader::new(DATA);
    let customer_external_id = read.external_id("customer_external_id", data.customer_external_id);
    let procedure = read.text("procedure", data.procedure, 60);
    let judgment_on = read.day("judgment_on", &data.judgment_on);
    let published_on = read.maybe_day("published_on", data.published_on.as_deref());
    let judgment_on = read.some(judgment_on)?;
    Ok(Fact::InsolvencyOpened { customer_external_id, procedure, judgment_on, published_on })
}

fn einvoice_status(data: EinvoiceStatusData) -> Answer<Fact> {
    let mut read = Reader::new(DATA);
    let invoice_external_id = read.external_id("invoice_external_id", data.invoice_external_id);
    let status_code = read.text("status_code", data.status_code, 20);
    let at_pointer = read.at("at");
    let at = read.faults.at(&at_pointer, &data.at);
    let reason_code = read.maybe("reason_code", data.reason_code, 60);
    let amount = data.amount;
    if amount.as_deref().is_some_and(|text| !is_decimal(text)) {
        read.faults.add(read.at("amount"), Code::MoneyPrecision, "An amount is a decimal string in plain notation, e.g. \"1200.00\".");
    }
    let at = read.some(at)?;
    Ok(Fact::EinvoiceStatusChanged { invoice_external_id, status_code, at, reason_code, amount })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(kind: &str, data: Value) -> Value {
        json!({"specversion":"1.0","id":"e1","source":"erp","type":kind,"time":"2026-01-01T00:00:00Z","traceparent":"x","data":data})
    }

    #[test]
    fn extension_attributes_are_ignored_and_data_is_strict() {
        let good = event(
            "payment.received",
            json!({"external_id":"P1","customer_external_id":"C","amount":"1","currency":"EUR","paid_on":"2026-01-02"}),
        );
        assert!(matches!(incoming(good).unwrap().fact, Fact::Payment { .. }));
        let bad = event("invoice.voided", json!({"external_id":"I1","source_version":1,"reason":"x"}));
        let refusal = incoming(bad).unwrap_err();
        assert_eq!((refusal.code, refusal.errors[0].pointer.as_str()), (Code::UnknownField, "/data/reason"));
    }

    #[test]
    fn an_unknown_type_or_source_is_refused() {
        assert_eq!(incoming(event("invoice.exploded", json!({}))).unwrap_err().errors[0].pointer, "/type");
        let mut odd = event("invoice.voided", json!({"external_id":"I1","source_version":1}));
        odd["source"] = json!("/my/erp");
        assert_eq!(incoming(odd).unwrap_err().errors[0].pointer, "/source");
    }
}
