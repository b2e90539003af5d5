//! Words for people: tags, descriptions, whom to ask.

use serde_json::{Value, json};

/// The tags in the order of a working day.
const TAGS: &[(&str, &str)] = &[
    ("customers", "Who owes: customers, their contacts and balances."),
    ("invoices", "What is owed, and how each invoice is chased."),
    ("credit_notes", "What lowers a debt without money."),
    ("payments", "Money in, what it was set against, and money taken back."),
    ("ingest", "Facts in bulk: events and documents, one outcome an item, and what waits for its counterpart."),
    ("sources", "Where facts come from, and how fresh they are."),
    ("policies", "Ladders of steps: versions, presets, activation."),
    ("reminders", "Messages planned and sent: content, approval, withdrawal."),
    ("decisions", "Why something was done, or was not."),
    ("late_charges", "Interest and fixed compensation: reckoned, claimed, waived; the reference rates behind them."),
    ("interruptions", "What begins a new period of limitation, with its proof."),
    ("tasks", "What people have to do: calls, visits, reviews."),
    ("promises", "Promises to pay, kept or broken by us."),
    ("disputes", "What a customer contests."),
    ("holds", "Chasing that rests, and until when."),
    ("events", "What happened, as a stream to read."),
    ("webhooks", "The same stream, signed and delivered to you."),
    ("templates", "What messages say: the built-in texts, and your own in their place."),
    ("channels", "By which providers messages leave."),
    ("settings", "The creditor: identity, zone, ways to pay."),
    ("api_keys", "API keys and who is calling."),
    ("audit", "Who changed what, in a chain that shows tampering."),
    ("test_clock", "The clock of a test tenant."),
    ("tenants", "Tenants, with the operator's key."),
];

/// Completes what is said in words.
pub(super) fn describe(document: &mut Value) {
    let mut used: Vec<String> = Vec::new();
    super::each_operation(document, |_, operation| {
        used.extend(operation["tags"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
        let summary = operation["summary"].as_str().unwrap_or_default().trim_end_matches('.').to_owned();
        let said = operation["description"].as_str().is_some_and(|text| !text.is_empty());
        if !said {
            operation["description"] = json!(format!("{summary}."));
        }
        operation["summary"] = json!(summary);
    });
    used.sort();
    used.dedup();
    let known =
        TAGS.iter().filter(|(name, _)| used.iter().any(|tag| tag == name)).map(|(name, about)| json!({"name": name, "description": about}));
    let unknown = used.iter().filter(|tag| !TAGS.iter().any(|(name, _)| name == tag)).map(|name| json!({ "name": name }));
    document["tags"] = Value::Array(known.chain(unknown).collect());
    document["servers"][0]["x-internal"] = json!(false);
    document["info"]["contact"] = json!({ "name": "Relance", "url": "https://relance.dev" });
}
