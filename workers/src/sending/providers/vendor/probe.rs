//! Does a provider know the account? Asked by a call that sends nothing and costs nothing, where there is one.

use chrono::{DateTime, Utc};
use relance_domain::sending::{Handed, can_be_asked, without_addresses};
use serde_json::Value;

use super::{Account, Fault, answer::Answer, brevo, gateway, http, mailjet, ovh, postmark, request::Request, ses};
use crate::{
    http::{Exchange, GuardedClient, HttpError},
    sending::providers::Post,
};

/// One thing that was asked of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// `credentials`, `vendor_domain`.
    pub code: &'static str,
    /// Nothing is to be mended, as far as could be learnt.
    pub ok: bool,
    /// What was said, and what to do.
    pub detail: String,
}

/// A call, and what its 2xx means: fine with a remark, or not with what to do.
struct Question {
    request: fn(&Account, DateTime<Utc>) -> Result<Request, Fault>,
    read: fn(&Answer, &str) -> Result<String, String>,
}

/// What the provider says of the account and, where it tells, of the sender's domain.
pub async fn credentials(client: &GuardedClient, channel: &str, provider: &str, config: &Value, now: DateTime<Utc>) -> Vec<Checked> {
    let told = |ok: bool, detail: &str| vec![Checked { code: "credentials", ok, detail: detail.to_owned() }];
    if let Some(post) = Post::named(provider) {
        let Some(account) = Account::named(post.name(), config) else { return told(false, UNREADABLE) };
        return vec![by_post(post.enter(client, &account, now).await)];
    }
    let Some(vendor) = super::vendor(channel, provider) else { return Vec::new() };
    let Some(account) = Account::read(vendor, config) else { return told(false, UNREADABLE) };
    let Some(question) = question(provider, &account) else { return told(true, UNASKED) };
    let mut checks = vec![ask(client, "credentials", &question, &account, "", now).await];
    if let (true, Some(domain), Some(question)) =
        (channel == "email" && checks.iter().all(|one| one.ok), domain(config), of_domain(provider))
    {
        checks.push(ask(client, "vendor_domain", &question, &account, &domain, now).await);
    }
    checks
}

const UNREADABLE: &str = "Its settings do not read: put them again.";
const UNASKED: &str = "Not asked: this provider has no call that tells without sending. A test message does.";

fn question(provider: &str, account: &Account) -> Option<Question> {
    Some(match provider {
        "brevo" => Question { request: |account, _| brevo::get(account, "/account"), read: |answer, _| Ok(brevo_credits(&answer.body)) },
        "mailjet" => Question { request: |account, _| mailjet::get(account, "/v3/REST/myprofile"), read: known },
        "postmark" => Question { request: |account, _| postmark::get(account, "/server"), read: known },
        "sendgrid" => Question {
            request: |account, _| Request::get(&account.base("https://api.sendgrid.com"), "/v3/scopes")?.bearer(account.needed("api_key")?),
            read: |answer, _| match answer.body.get("scopes").and_then(Value::as_array) {
                Some(scopes) if scopes.iter().any(|scope| scope == "mail.send") => Ok("The key may send.".to_owned()),
                _ => Err("The key may not send: give it the scope mail.send.".to_owned()),
            },
        },
        "ses" => Question { request: ses::who, read: |answer, _| ses_state(&answer.body) },
        "scaleway" => Question { request: |account, _| super::scaleway::list(account), read: known },
        "twilio" => Question {
            request: |account, _| {
                let sid = account.needed("account_sid")?;
                let path = format!("/2010-04-01/Accounts/{sid}.json");
                Request::get(&account.base("https://api.twilio.com"), &path)?.basic(sid, account.needed("auth_token")?)
            },
            read: |answer, _| match answer.id("/status").as_deref() {
                Some("active") | None => Ok("The account is known and active.".to_owned()),
                Some(other) => Err(format!("The account is {other}: settle that with Twilio.")),
            },
        },
        "ovh" => Question { request: ovh::who, read: |answer, _| credits(answer.body.get("creditsLeft").and_then(Value::as_f64)) },
        "http" if can_be_asked(provider, account.own()) => Question { request: http::probe, read: known },
        "gateway" if can_be_asked(provider, account.own()) => Question { request: gateway::probe, read: known },
        _ => return None,
    })
}

/// Whether the sender's domain is proven there, of those who tell.
fn of_domain(provider: &str) -> Option<Question> {
    Some(match provider {
        "brevo" => Question {
            request: |account, _| brevo::get(account, "/senders/domains"),
            read: |answer, domain| {
                let list = answer.body.get("domains").and_then(Value::as_array);
                let ours = list.into_iter().flatten().find(|one| names(one.get("domain_name"), domain));
                match ours.map(|one| one.get("authenticated") == Some(&Value::Bool(true))) {
                    Some(true) => Ok(format!("Brevo has authenticated {domain}.")),
                    Some(false) => Err(format!("Brevo knows {domain}, but its records are not in the DNS yet: authenticate it there.")),
                    None => Err(format!("Brevo does not know {domain}: add and authenticate it there.")),
                }
            },
        },
        "mailjet" => Question {
            request: |account, _| mailjet::get(account, "/v3/REST/dns?Limit=1000"),
            read: |answer, domain| {
                let list = answer.body.get("Data").and_then(Value::as_array);
                let ours = list.into_iter().flatten().find(|one| names(one.get("Domain"), domain));
                let Some(ours) = ours else { return Err(format!("Mailjet does not know {domain}: add and authenticate it there.")) };
                let status = |name: &str| ours.get(name).and_then(Value::as_str).unwrap_or("unknown");
                let (spf, dkim) = (status("SPFStatus"), status("DKIMStatus"));
                let said = format!("Mailjet sees SPF of {domain} as {spf} and DKIM as {dkim}");
                if (spf, dkim) == ("OK", "OK") { Ok(format!("{said}.")) } else { Err(format!("{said}: put its records into the DNS.")) }
            },
        },
        _ => return None,
    })
}

fn domain(config: &Value) -> Option<String> {
    config.get("from")?.as_str()?.rsplit_once('@').map(|(_, domain)| domain.to_lowercase())
}

/// This domain, or one that it lies in.
fn names(named: Option<&Value>, domain: &str) -> bool {
    let named = named.and_then(Value::as_str).unwrap_or_default().to_lowercase();
    !named.is_empty() && (domain == named || domain.ends_with(&format!(".{named}")))
}

fn known(_: &Answer, _: &str) -> Result<String, String> {
    Ok("The account is known.".to_owned())
}

fn credits(left: Option<f64>) -> Result<String, String> {
    match left {
        Some(left) if left < 1.0 => Err("The account is known, but has no credits left: buy some.".to_owned()),
        Some(left) => Ok(format!("The account is known; credits left: {}.", left.floor())),
        None => Ok("The account is known.".to_owned()),
    }
}

/// Of each plan of the account.
fn brevo_credits(body: &Value) -> String {
    let plans = body.get("plan").and_then(Value::as_array);
    let told = plans.into_iter().flatten().filter_map(|plan| {
        let (kind, left) = (plan.get("type")?.as_str()?, plan.get("credits")?.as_f64()?);
        Some(format!("{kind} {}", left.floor()))
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() { "The account is known.".to_owned() } else { format!("The account is known; credits left: {}.", told.join(", ")) }
}

fn ses_state(body: &Value) -> Result<String, String> {
    if body.get("SendingEnabled") == Some(&Value::Bool(false)) {
        return Err("Sending is paused for this account: settle that with AWS.".to_owned());
    }
    if body.get("ProductionAccessEnabled") == Some(&Value::Bool(false)) {
        return Err("The account is in the sandbox, which sends to verified addresses only: ask AWS for production access.".to_owned());
    }
    let quota = |name: &str| body.pointer(&format!("/SendQuota/{name}")).and_then(Value::as_f64);
    match (quota("Max24HourSend"), quota("SentLast24Hours")) {
        (Some(most), Some(sent)) if most >= 0.0 => {
            Ok(format!("The account is known; {} of {} messages of the last 24 hours sent.", sent.floor(), most.floor()))
        }
        _ => Ok("The account is known.".to_owned()),
    }
}

/// Bytes of an answer that are read: an account may have many domains.
const READ: usize = 1024 * 1024;

async fn ask(
    client: &GuardedClient,
    code: &'static str,
    question: &Question,
    account: &Account,
    domain: &str,
    now: DateTime<Utc>,
) -> Checked {
    let called = match (question.request)(account, now) {
        Ok(request) => request.call(&client.clone().reading(READ)).await,
        Err(Fault(_, detail)) => return Checked { code, ok: false, detail: format!("It cannot be asked: {detail}.") },
    };
    let (ok, detail) = match meaning(called, question, domain) {
        Ok(detail) => (true, detail),
        Err(detail) => (false, detail),
    };
    Checked { code, ok, detail: without_addresses(&gateway::quiet(account, &detail)) }
}

fn meaning(called: Result<Exchange, HttpError>, question: &Question, domain: &str) -> Result<String, String> {
    let answer = match called {
        Ok(exchange) => Answer::of(&exchange),
        Err(HttpError::Blocked(_)) => return Err("The address of the provider may not be called.".to_owned()),
        Err(error) => return Err(format!("The provider could not be asked ({}): nothing is known of the credentials.", error.code())),
    };
    match answer.status {
        200..=299 if answer.body.is_null() => Err("What answers there is not the provider: look at base_url.".to_owned()),
        200..=299 => (question.read)(&answer, domain),
        401 | 403 => {
            Err(format!("The provider does not let these credentials in ({}): put others, or give them the right.", answer.said()))
        }
        404 => Err(format!("The provider does not know this account ({}).", answer.said())),
        429 => Err("The provider was asked too often: try again later.".to_owned()),
        _ => Err(format!("The provider could not say ({}): nothing is known of the credentials.", answer.said())),
    }
}

fn by_post(entered: Result<(), Handed>) -> Checked {
    let code = "credentials";
    match entered {
        Ok(()) | Err(Handed::Accepted { .. }) => Checked { code, ok: true, detail: "The account is known.".to_owned() },
        Err(Handed::Refused { detail, .. }) => {
            Checked { code, ok: false, detail: format!("The provider does not let these credentials in ({detail}): put others.") }
        }
        Err(Handed::Throttled { detail, .. } | Handed::Transient { detail } | Handed::Unknown { detail }) => {
            Checked { code, ok: false, detail: format!("The provider could not be asked ({detail}): nothing is known of the credentials.") }
        }
    }
}
