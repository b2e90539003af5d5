//! The fault matrix: whatever a provider does, nobody gets a second text message, at most a second e-mail that
//! is the same, nothing is lost, and nothing is stuck without somebody hearing of it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use relance_domain::{ids::TenantId, policy::PolicyDocument, sending::fallback_of};
use relance_store::{
    Scope, Store, channels,
    dunning::{reminders, tasks},
    facts::{FactEnvelope, Mode, apply},
    policies, tenants,
    tenants::NewTenant,
    test_clock,
};
use relance_workers::{
    engine::{Engine, EngineConfig, Paces},
    sending::SendContext,
    webhooks::WebhookContext,
};
use serde_json::{Value, json};

use super::{
    client,
    gateway::{FAULTS, Fault, Gateway, Seen},
    ladder::{NoTranslator, customer, invoice, open, settings},
    vendors,
};

/// Behind the account of a case, that of its fallback.
const BEHIND: &str = "-behind";

struct Case {
    channel: &'static str,
    provider: &'static str,
    fault: Fault,
    always: bool,
    name: String,
    tenant: TenantId,
}

async fn tenant(store: &Store, channel: &str, provider: &str, own: Value, behind: Option<Value>) -> TenantId {
    let tx = store.write(Scope::System).await.unwrap();
    let clock = "2026-10-06T06:00:00Z".parse().ok();
    let tenant = tenants::create(&tx, NewTenant { name: "Atelier".into(), live: false, clock }, store.now()).await.unwrap().id;
    tenants::put_settings(&tx, tenant, 1, &settings()).await.unwrap();
    let (template, from) = if channel == "sms" { ("sms_reminder", "DUMAS") } else { ("first_reminder", "compta@dumas.example") };
    let mut config = json!({ "provider": provider, "from": from, "allow_list": ["claire@listed.example", "0612345678"] });
    config[provider] = own;
    channels::put(store, &tx, tenant, channel, provider, config.clone()).await.unwrap();
    if let Some(own) = behind {
        config[provider] = own;
        channels::put(store, &tx, tenant, fallback_of(channel).unwrap(), provider, config).await.unwrap();
    }
    let policy = json!({ "name": "One step", "steps": [{ "key": "only", "offset_days": 1, "channel": channel, "template": template }] });
    let document = PolicyDocument::from_json(&policy).unwrap();
    let made = policies::create(&tx, tenant, &document, store.now()).await.unwrap();
    policies::activate(&tx, tenant, made.id, 1, store.now()).await.unwrap();
    store.commit(tx).await.unwrap();
    let facts = [customer("C1", "claire@listed.example", Some("0612345678")), invoice("1", "C1")];
    let facts: Vec<_> = facts.into_iter().map(|fact| FactEnvelope::new("erp", fact)).collect();
    apply(store, tenant, &facts, Mode::Commit).await.unwrap();
    tenant
}

/// Every fault, at a provider alone or with a second one `behind` it.
async fn cases(store: &Store, gateway: &Gateway, behind: bool) -> Vec<Case> {
    let mut cases = Vec::new();
    for fault in FAULTS {
        for always in [false, true] {
            let kinds = vendors::all("").len();
            for at in 0..kinds {
                let (channel, provider, _) = vendors::all("").swap_remove(at);
                // letters take their time to lay out: theirs is in `post`, on the same ladder
                if matches!(channel, "letter" | "registered_letter") || (always && !lasting(provider, fault)) {
                    continue;
                }
                let name = format!("{channel}-{provider}-{fault:?}-{always}");
                let base = gateway.account(&name, Some(fault), always);
                let (_, _, own) = vendors::all(&base).swap_remove(at);
                let second = behind.then(|| gateway.account(&format!("{name}{BEHIND}"), None, false));
                let second = second.map(|base| vendors::all(&base).swap_remove(at).2);
                let tenant = tenant(store, channel, provider, own, second).await;
                cases.push(Case { channel, provider, fault, always, name, tenant });
            }
        }
    }
    cases
}

/// Faults that never end are tried where they could lead to another copy, and a 429 at one provider: it is
/// asked again for days.
fn lasting(provider: &str, fault: Fault) -> bool {
    matches!(fault, Fault::ServerErrorAfter | Fault::ResetAfter) || (fault == Fault::LimitInSeconds && provider == "brevo")
}

async fn advance_all(store: &Store, cases: &[Case], to: &str) {
    for case in cases {
        let tx = store.write(case.tenant).await.unwrap();
        test_clock::advance(&tx, case.tenant, to.parse().unwrap()).await.unwrap();
        store.commit(tx).await.unwrap();
    }
    for case in cases {
        let mut ready = false;
        for _ in 0..1_200 {
            let tx = store.read(case.tenant).await.unwrap();
            ready = test_clock::get(&tx, case.tenant).await.unwrap().is_ready();
            if ready {
                break;
            }
            drop(tx);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert!(ready, "{}: the clock never came to rest", case.name);
    }
}

/// Status of the one message, and the open tasks.
async fn end(store: &Store, tenant: TenantId) -> (String, Vec<String>) {
    let tx = store.read(tenant).await.unwrap();
    let list = reminders::list(&tx, tenant, &reminders::Filter::default(), None, 10).await.unwrap();
    assert_eq!(list.len(), 1, "one message");
    let open = tasks::list(&tx, tenant, &tasks::Filter::default(), None, 50).await.unwrap();
    (list[0].status.clone(), open.into_iter().map(|task| task.kind).collect())
}

fn check(case: &Case, seen: &Seen, status: &str, tasks: &[String]) {
    let told = format!("{}: {status} {tasks:?}, {} calls, {:?}", case.name, seen.posts, seen.copies);
    let copies = seen.copies.values().copied().max().unwrap_or_default();
    let most = if case.channel == "email" { 2 } else { 1 };
    assert!(copies <= most && seen.copies.len() <= 1, "{told}");
    if case.provider == "brevo" {
        assert!(copies <= 1, "the key keeps the second one away: {told}");
    }
    assert!(!tasks.iter().any(|kind| kind == "own_error"), "it came up at one instant again and again: {told}");
    let explained = tasks.iter().any(|kind| matches!(kind.as_str(), "message_unknown" | "message_failed" | "channel_broken"));
    match status {
        "sent" => assert!(copies >= 1, "said to be sent: {told}"),
        _ => assert!(explained, "stuck without a task: {told}"),
    }
    let limited = matches!(case.fault, Fault::LimitInSeconds | Fault::LimitByDate);
    if limited && !case.always {
        assert_eq!((status, copies), ("sent", 1), "waited and then left: {told}");
    }
    if case.channel == "sms" && !limited {
        assert_eq!(seen.posts, 1, "never handed over again: {told}");
    }
    if case.channel == "email" && !limited {
        assert!(seen.posts <= 2, "{told}");
        let ids: Vec<_> = seen.bodies.iter().map(|body| same_mail(case.provider, body)).collect();
        assert!(ids.windows(2).all(|two| two[0] == two[1]), "the same mail: {told}");
    }
    if matches!(case.fault, Fault::Truncated | Fault::Page) {
        assert_eq!((status, seen.posts), ("sent", 1), "a 2xx is never tried again: {told}");
    }
}

/// What makes two mails the same: all of it, but for the date that a raw one bears.
fn same_mail(provider: &str, body: &str) -> String {
    if provider != "ses" {
        return body.to_owned();
    }
    let body: Value = serde_json::from_str(body).unwrap();
    body["EmailTags"].to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_fault_of_any_provider_makes_a_second_text_message_or_loses_one() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir).await;
    let gateway = Gateway::start().await;
    let cases = cases(&store, &gateway, false).await;
    run(&store, &cases).await;
    let mut ends = BTreeMap::<String, usize>::new();
    for case in &cases {
        let (status, tasks) = end(&store, case.tenant).await;
        check(case, &gateway.seen(&case.name), &status, &tasks);
        *ends.entry(status).or_default() += 1;
    }
    assert_eq!(ends.values().sum::<usize>(), FAULTS.len() * 12 + 2 * 12 + 2, "{ends:?}");
    assert!(ends["sent"] > 60, "{ends:?}");
}

/// The same with a second provider behind each: it never gets what the first may have.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_fault_of_the_first_provider_makes_a_second_message_leave_by_the_fallback() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir).await;
    let gateway = Gateway::start().await;
    let cases = cases(&store, &gateway, true).await;
    run(&store, &cases).await;
    let mut diverted = 0;
    for case in &cases {
        let (status, tasks) = end(&store, case.tenant).await;
        let (first, second) = (gateway.seen(&case.name), gateway.seen(&format!("{}{BEHIND}", case.name)));
        let told = format!("{}: {status} {tasks:?}, {:?} then {:?}", case.name, first.copies, second.copies);
        if second.posts == 0 {
            check(case, &first, &status, &tasks);
            continue;
        }
        diverted += 1;
        assert!(
            case.always && matches!(case.fault, Fault::LimitInSeconds | Fault::LimitByDate),
            "only what said that it has nothing: {told}"
        );
        assert!(first.copies.is_empty() && second.posts == 1 && status == "sent", "{told}");
        assert!(tasks.iter().any(|kind| kind == "channel_broken"), "somebody hears of it: {told}");
    }
    assert!(diverted > 0, "a limit without end leaves by the fallback");
}

/// Two days of the engine.
async fn run(store: &Store, cases: &[Case]) {
    let client = client().within(Duration::from_millis(500));
    let sender = Arc::new(SendContext::new(store.clone(), client.clone(), None).with_public_url(Some("https://relance.example")));
    let courier = Arc::new(WebhookContext::new(store.clone(), client));
    let config = EngineConfig {
        herald: sender.clone(),
        sender,
        courier,
        translator: Arc::new(NoTranslator),
        listen_url: None,
        paces: Paces::for_store(store),
    };
    let engine = Engine::start(store.clone(), config);
    advance_all(store, cases, "2026-10-07T20:00:00Z").await;
    engine.stop().await;
}
