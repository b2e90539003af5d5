//! What a person, or a program behind a pipe, sees of the feed.

use std::io::{ErrorKind, Write};

use reqwest::StatusCode;
use serde_json::Value;

/// Says what begins; on the error stream, so that a pipe carries events only.
pub fn begin(url: &str, forward: Option<(&str, &str)>) {
    eprintln!("listening to {url}; Ctrl-C ends it");
    if let Some((to, secret)) = forward {
        eprintln!("copies go to {to}, signed with {secret}");
    }
}

/// Says where to go on another time.
pub fn end(last: Option<&str>) {
    if let Some(last) = last {
        eprintln!("\ngo on with --after {last}");
    }
}

/// Shows an event; false when nobody reads any more.
///
/// # Errors
/// When it cannot be written.
pub fn event(event: &Value, json: bool) -> anyhow::Result<bool> {
    let line = if json { event.to_string() } else { human(event) };
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Says what became of a copy.
pub fn forwarded(event: &Value, answer: anyhow::Result<StatusCode>) {
    let id = event["id"].as_str().unwrap_or_default();
    match answer {
        Ok(status) => eprintln!("  -> {status} {id}"),
        Err(error) => eprintln!("  -> {error:#} {id}"),
    }
}

fn human(event: &Value) -> String {
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).unwrap_or("-").to_owned();
    let object = |name: &str| event.pointer(&format!("/data/object/{name}")).and_then(Value::as_str);
    let what = ["number", "name", "step_key", "status"].iter().find_map(|name| object(name)).unwrap_or_default();
    let (at, kind, subject, id) = (text("/timestamp"), text("/type"), text("/subject/id"), text("/id"));
    format!("{at}  {kind:<30} {what:<24} {subject} #{}  {id}", event["sequence"])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn a_line_says_when_what_about_whom() {
        let event = json!({"id": "evt_1", "type": "invoice.overdue", "timestamp": "2026-10-06T22:00:00.000Z", "sequence": 2,
            "subject": {"type": "invoice", "id": "inv_1"}, "data": {"object": {"number": "FA-1"}}});
        let line = super::human(&event);
        for part in ["2026-10-06T22:00:00.000Z", "invoice.overdue", "FA-1", "inv_1 #2", "evt_1"] {
            assert!(line.contains(part), "{line}");
        }
        assert!(super::human(&json!({"id": "evt_1"})).contains("evt_1"), "a thin one is a line too");
    }
}
