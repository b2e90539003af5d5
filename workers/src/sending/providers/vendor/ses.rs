//! Amazon SES v2: the raw MIME, so that headers stay ours but for the Message-ID, signed with SigV4.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use relance_domain::sending::{Handed, Scope};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{
    Account, Fault, Outgoing, Vendor,
    answer::{Answer, by_status},
    mail,
    request::Request,
};
use crate::sending::providers::smtp;

pub(super) const VENDOR: Vendor = Vendor {
    name: "ses",
    channel: "email",
    request,
    taken: |_, _, answer| answer.taken("/MessageId"),
    refused: |_, _, answer| refused(answer),
    look_up: None,
};

fn request(account: &Account, message: &Outgoing) -> Result<Request, Fault> {
    let content = message.content;
    let raw = smtp::bytes(content, message.now).map_err(|fault| Fault(Scope::Message, fault))?;
    let copies: Vec<&str> = content.cc.iter().map(|copy| mail::person(copy).email).collect();
    let mut body = json!({
        "Destination": { "ToAddresses": [mail::recipient(content)?.email], "CcAddresses": copies },
        "Content": { "Raw": { "Data": STANDARD.encode(raw) } },
        "EmailTags": [{ "Name": "relance_ref", "Value": message.reference }],
    });
    if let Some(set) = account.setting("configuration_set") {
        body["ConfigurationSetName"] = set.into();
    }
    signed(Request::json(&base(account)?, "/v2/email/outbound-emails", &body)?, account, message.now)
}

fn base(account: &Account) -> Result<String, Fault> {
    Ok(account.base(&format!("https://email.{}.amazonaws.com", account.needed("region")?)))
}

/// What may be sent, and whether it may.
pub(super) fn who(account: &Account, now: DateTime<Utc>) -> Result<Request, Fault> {
    signed(Request::get(&base(account)?, "/v2/email/account")?.header("content-type", "application/json")?, account, now)
}

fn signed(request: Request, account: &Account, now: DateTime<Utc>) -> Result<Request, Fault> {
    let (id, secret) = (account.needed("access_key_id")?, account.needed("secret_access_key")?);
    sign(request, &Keys { id, secret, region: account.needed("region")? }, now)
}

struct Keys<'a> {
    id: &'a str,
    secret: &'a str,
    region: &'a str,
}

/// AWS Signature Version 4 over content type, host, date and the digest of the body.
fn sign(request: Request, keys: &Keys, now: DateTime<Utc>) -> Result<Request, Fault> {
    let (stamp, day) = (now.format("%Y%m%dT%H%M%SZ").to_string(), now.format("%Y%m%d").to_string());
    let digest = hex(&Sha256::digest(request.body.as_deref().unwrap_or_default()));
    let host = match (request.url.host_str(), request.url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (host, _) => host.unwrap_or_default().to_owned(),
    };
    let names = "content-type;host;x-amz-content-sha256;x-amz-date";
    let path = request.url.path();
    let canonical = format!(
        "{}\n{path}\n\ncontent-type:application/json\nhost:{host}\nx-amz-content-sha256:{digest}\nx-amz-date:{stamp}\n\n{names}\n{digest}",
        request.method
    );
    let scope = format!("{day}/{}/ses/aws4_request", keys.region);
    let text = format!("AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{}", hex(&Sha256::digest(canonical)));
    let mut key = format!("AWS4{}", keys.secret).into_bytes();
    for part in [day.as_str(), keys.region, "ses", "aws4_request"] {
        key = hmac(&key, part)?;
    }
    let signature = hex(&hmac(&key, &text)?);
    let authorization = format!("AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}", keys.id);
    request.header("x-amz-date", &stamp)?.header("x-amz-content-sha256", &digest)?.header("authorization", &authorization)
}

fn hmac(key: &[u8], text: &str) -> Result<Vec<u8>, Fault> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| Fault(Scope::Account, "the key cannot sign".to_owned()))?;
    mac.update(text.as_bytes());
    Ok(mac.finalize().into_bytes().to_vec())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The exception is named in a header, or in the body.
fn refused(answer: &Answer) -> Handed {
    let named = answer.header("x-amzn-errortype").map(str::to_owned).or_else(|| answer.id("/__type"));
    let name = named.as_deref().unwrap_or_default();
    let name = name.split(':').next().unwrap_or_default();
    match name.rsplit('#').next().unwrap_or_default() {
        "TooManyRequestsException" | "ThrottlingException" | "Throttling" => Handed::Throttled { retry_after: None, detail: answer.said() },
        "AccountSuspendedException"
        | "SendingPausedException"
        | "MailFromDomainNotVerifiedException"
        | "LimitExceededException"
        | "NotFoundException" => answer.refused(Scope::Account),
        "MessageRejected" | "BadRequestException" => answer.refused(Scope::Message),
        _ => by_status(answer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The signing key of the worked example in AWS's documentation of Signature Version 4.
    #[test]
    fn the_key_is_derived_as_aws_shows() {
        let mut key = b"AWS4wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_vec();
        for part in ["20150830", "us-east-1", "iam", "aws4_request"] {
            key = hmac(&key, part).unwrap();
        }
        assert_eq!(hex(&key), "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
    }

    #[test]
    fn what_is_signed_is_what_is_sent() {
        let keys = Keys { id: "AKID", secret: "secret", region: "eu-west-3" };
        let now = "2026-10-09T08:30:00Z".parse().unwrap();
        let sign = |text: &str| {
            let request =
                Request::json("https://email.eu-west-3.amazonaws.com", "/v2/email/outbound-emails", &json!({ "a": text })).unwrap();
            let signed = super::sign(request, &keys, now).unwrap();
            signed.headers["authorization"].to_str().unwrap().to_owned()
        };
        assert!(sign("1").starts_with("AWS4-HMAC-SHA256 Credential=AKID/20261009/eu-west-3/ses/aws4_request, SignedHeaders="));
        assert_ne!(sign("1"), sign("2"));
        assert_eq!(sign("1"), sign("1"));
    }
}
