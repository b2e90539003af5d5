//! Every provider over HTTP: settings that work, and what a request of each looks like.

use serde_json::{Value, json};

/// Providers by channel and name, with settings as a tenant would put them; `base` is the gateway's address.
pub fn all(base: &str) -> Vec<(&'static str, &'static str, Value)> {
    vec![
        ("email", "brevo", json!({ "api_key": "k", "base_url": base })),
        ("email", "mailjet", json!({ "api_key": "k", "secret_key": "s", "base_url": base })),
        ("email", "postmark", json!({ "server_token": "t", "base_url": base })),
        ("email", "scaleway", json!({ "secret_key": "s", "project_id": "p", "base_url": base })),
        ("email", "ses", json!({ "access_key_id": "a", "secret_access_key": "s", "region": "eu-west-3", "base_url": base })),
        ("email", "sendgrid", json!({ "api_key": "k", "base_url": base })),
        (
            "sms",
            "ovh",
            json!({ "service_name": "sms-1", "application_key": "a", "application_secret": "s", "consumer_key": "c", "base_url": base }),
        ),
        ("sms", "twilio", json!({ "account_sid": "AC1", "auth_token": "t", "base_url": base })),
        ("sms", "brevo", json!({ "api_key": "k", "base_url": base })),
        ("sms", "smsmode", json!({ "api_key": "k", "base_url": base })),
        ("sms", "http", json!({ "url": format!("{base}/sms"), "look_up": true })),
        ("sms", "gateway", described(base)),
        ("letter", "merci_facteur", json!({ "service_id": "s", "secret_key": "k", "user_id": "37", "base_url": base })),
        (
            "letter",
            "maileva",
            json!({ "client_id": "c", "client_secret": "s", "username": "u", "password": "p", "notification_email": "post@dumas.example",
                "base_url": base }),
        ),
        ("registered_letter", "ar24", json!({ "token": "t", "private_key": "7X9gx9E3Qx4EiUdB63nc", "user_id": "42", "base_url": base })),
    ]
}

/// A gateway that is described: a form, a secret, a look-up.
fn described(base: &str) -> Value {
    json!({ "url": format!("{base}/described"), "media_type": "form", "secrets": { "key": "k" },
        "fields": [{ "name": "key", "value": "{{ secrets.key }}" }, { "name": "to", "value": "{{ to }}" }, { "name": "text", "value": "{{ text }}" },
            { "name": "ref", "value": "{{ reference }}" }],
        "answer": { "id": "/id" }, "look_up": { "url": format!("{base}/described?ref={{{{ reference }}}}"), "list": "/found", "id": "/id" } })
}
