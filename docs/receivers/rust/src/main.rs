//! A receiver of Relance's webhooks: `WEBHOOK_SECRET=whsec_… PORT=3000 cargo run`.

use std::collections::{HashMap, HashSet};

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use standardwebhooks::Webhook;
use tiny_http::{Request, Response, Server};

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let webhook = Webhook::new(&std::env::var("WEBHOOK_SECRET")?)?;
    let port = std::env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let mut seen = HashSet::new(); // in a real receiver: a unique column of a table
    let mut last = HashMap::new(); // subject → sequence
    for mut request in Server::http(format!("127.0.0.1:{port}"))?.incoming_requests() {
        let mut body = Vec::new(); // the bytes as they came, before any JSON
        request.as_reader().read_to_end(&mut body)?;
        if webhook.verify(&body, &headers(&request)).is_err() {
            request.respond(Response::empty(400))?;
            continue;
        }
        request.respond(Response::empty(204))?; // answer first, work later: 15 seconds are all there is
        let event: Value = serde_json::from_slice(&body)?;
        if !seen.insert(event["id"].to_string()) {
            continue; // at least once means sometimes twice
        }
        let (subject, sequence) = (event["subject"]["id"].to_string(), event["sequence"].as_u64().unwrap_or(0));
        if last.get(&subject).is_some_and(|known| sequence <= *known) {
            continue; // overtaken: the subject is newer here already
        }
        println!("{} {subject} #{sequence}", event["type"]);
        last.insert(subject, sequence);
    }
    Ok(())
}

fn headers(request: &Request) -> HeaderMap {
    let pair = |header: &tiny_http::Header| {
        let name = HeaderName::from_bytes(header.field.as_str().as_str().as_bytes()).ok()?;
        Some((name, HeaderValue::from_str(header.value.as_str()).ok()?))
    };
    request.headers().iter().filter_map(pair).collect()
}
