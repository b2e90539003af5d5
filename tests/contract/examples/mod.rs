//! The examples of the description are answers of the real binary to a story told here.
//!
//! `RELANCE_WRITE=1 cargo test --test it examples` writes `openapi/examples/*.json`; without it, what is
//! committed must cover every operation, fit its schemas and have the shape that is served today.

mod book;
mod plain;
mod story;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use serde_json::{Value, json};

use crate::support::{
    Database, World,
    schema::{self, DOCUMENT},
};

/// Answers that are files, not JSON, or nothing at all.
const WITHOUT_JSON: [&str; 10] = [
    "get_customer_statement_document",
    "get_cover_list",
    "delete_channel",
    "delete_logo",
    "delete_template",
    "get_reminder_attachment",
    "delete_api_key",
    "delete_webhook_endpoint",
    "delete_source",
    "export_audit_events",
];

/// Written beside the story, in real time: there or not yet when it is read.
const BESIDE: &str = "/last_used_at: ";

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/examples"))
}

fn committed() -> BTreeMap<String, Value> {
    let files = std::fs::read_dir(folder()).unwrap().flatten().map(|entry| entry.path());
    let read = |path: PathBuf| (path.file_stem().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap());
    files.map(read).map(|(name, bytes)| (name, serde_json::from_slice(&bytes).unwrap())).collect()
}

fn operations() -> impl Iterator<Item = (String, &'static Value)> {
    let items = DOCUMENT["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    items.filter_map(|operation| Some((operation["operationId"].as_str()?.to_owned(), operation)))
}

/// Tells the story on a manual clock and keeps what was said.
#[tokio::test]
async fn the_committed_examples_are_what_is_served() {
    let world = World::begin(Database::Sqlite, "2026-10-01T05:00:00Z").await.unwrap();
    let told: BTreeMap<String, Value> = story::tell(world).await.into_iter().map(|(name, said)| (name, plain::plain(said))).collect();
    if std::env::var_os("RELANCE_WRITE").is_some() {
        write(&told);
        return;
    }
    let committed = committed();
    let names = |map: &BTreeMap<String, Value>| map.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(&committed), names(&told), "RELANCE_WRITE=1 cargo test --test it examples");
    for (name, said) in &told {
        let (then, now) = (plain::shape(&committed[name]), plain::shape(said));
        let gone: Vec<_> = then.symmetric_difference(&now).filter(|place| !place.contains(BESIDE)).collect();
        assert!(
            gone.is_empty(),
            "{name} is served in another shape than its example: {gone:?}; RELANCE_WRITE=1 cargo test --test it examples"
        );
    }
}

fn write(told: &BTreeMap<String, Value>) {
    std::fs::remove_dir_all(folder()).unwrap();
    std::fs::create_dir_all(folder()).unwrap();
    let mut index = String::from(
        "//! What operations were asked and answered in the tests (`tests/contract/examples` writes this file).\n\n/// Operation and its recording, as JSON.\n#[rustfmt::skip]\npub const EXAMPLES: &[(&str, &str)] = &[\n",
    );
    for (name, said) in told {
        std::fs::write(folder().join(format!("{name}.json")), format!("{}\n", serde_json::to_string_pretty(said).unwrap())).unwrap();
        index.push_str(&format!("    (\"{name}\", include_str!(\"../examples/{name}.json\")),\n"));
    }
    index.push_str("];\n");
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/src/examples.rs"), index).unwrap();
}

/// A new operation has to be told in the story.
#[test]
fn every_operation_has_an_example_of_its_request_and_of_an_answer() {
    let committed = committed();
    for (name, operation) in operations() {
        let example = committed.get(&name).unwrap_or_else(|| panic!("{name} has no example: tell it in tests/contract/examples/story.rs"));
        let optional = operation["requestBody"].is_null() || operation["requestBody"]["required"] != json!(true);
        assert!(optional || !example["request"].is_null(), "{name}: no example of a request");
        let answers = example["responses"].as_object().unwrap();
        assert!(answers.values().any(|answer| !answer["body"].is_null()) || WITHOUT_JSON.contains(&name.as_str()), "{name}: no answer");
    }
}

/// What the document shows fits what it promises; so do its examples of events.
#[test]
fn every_example_fits_its_schema() {
    let mut seen = 0;
    let mut check = |place: &str, media: &Value| {
        if media["example"].is_null() || media["schema"]["contentMediaType"].is_string() || media["schema"]["format"] == "binary" {
            return;
        }
        let faults = schema::faults(&media["schema"], &media["example"]);
        assert!(faults.is_empty(), "{place}: {faults:?}");
        seen += 1;
    };
    for (name, operation) in operations() {
        for (kind, media) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
            if kind.contains("json") && !kind.contains("ndjson") {
                check(&format!("{name} {kind}"), media);
            }
        }
        for (status, response) in operation["responses"].as_object().unwrap() {
            for (kind, media) in response["content"].as_object().into_iter().flatten().filter(|(kind, _)| kind.contains("json")) {
                check(&format!("{name} {status} {kind}"), media);
            }
        }
    }
    for (kind, item) in DOCUMENT["webhooks"].as_object().unwrap() {
        let media = &item["post"]["requestBody"]["content"]["application/json"];
        assert_eq!(media["example"]["type"], kind.as_str(), "{kind} has no example");
        check(kind, media);
    }
    assert!(seen > 200, "{seen} examples");
}
