//! Letter steps planned over the store alone: what every customer, creditor and policy makes of them.

use std::{sync::Arc, time::Duration};

use relance_domain::{facts::Fact, ids::TenantId, policy::PolicyDocument, settings::Settings};
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
use serde_json::json;

use super::{
    client,
    ladder::{NoTranslator, customer, invoice, open, settings},
};

async fn tenant(store: &Store, channel: &str, template: &str, settings: &Settings, customer: Fact) -> TenantId {
    let tx = store.write(Scope::System).await.unwrap();
    let clock = "2026-10-06T06:00:00Z".parse().ok();
    let tenant = tenants::create(&tx, NewTenant { name: "Atelier".into(), live: false, clock }, store.now()).await.unwrap().id;
    tenants::put_settings(&tx, tenant, 1, settings).await.unwrap();
    let config = json!({ "provider": "print", "allow_list": ["claire@listed.example"], "print": {} });
    channels::put(store, &tx, tenant, "letter", "print", config).await.unwrap();
    let mut step = json!({ "key": "only", "offset_days": 1, "channel": channel, "template": template });
    if template == "formal_notice" {
        step["deadline_days"] = 8.into();
    }
    if channel == "registered_letter" || template == "formal_notice" {
        step["approval"] = "required".into();
    }
    let policy = json!({ "name": "One step", "steps": [step] });
    let document = PolicyDocument::from_json(&policy).unwrap();
    let made = policies::create(&tx, tenant, &document, store.now()).await.unwrap();
    policies::activate(&tx, tenant, made.id, 1, store.now()).await.unwrap();
    store.commit(tx).await.unwrap();
    let facts: Vec<_> = [customer, invoice("1", "C1")].into_iter().map(|fact| FactEnvelope::new("erp", fact)).collect();
    apply(store, tenant, &facts, Mode::Commit).await.unwrap();
    tenant
}

fn without_address(fact: Fact) -> Fact {
    let Fact::Customer { external_id, source_version, mut details } = fact else { return fact };
    details.address = None;
    Fact::Customer { external_id, source_version, details }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_letter_step_sets_a_customer_aside() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir).await;
    let mut cases = Vec::new();
    let nobody = Settings { address: None, ..settings() };
    for channel in ["letter", "registered_letter"] {
        for template in ["first_reminder", "formal_notice"] {
            for addressed in [true, false] {
                for creditor in [&settings(), &nobody, &Settings::default()] {
                    let whom = customer("C1", "claire@listed.example", Some("0612345678"));
                    let whom = if addressed { whom } else { without_address(whom) };
                    let told = format!("{channel} {template} addressed {addressed} creditor {:?}", creditor.address.is_some());
                    cases.push((told, tenant(&store, channel, template, creditor, whom).await));
                }
            }
        }
    }
    let sender = Arc::new(SendContext::new(store.clone(), client(), None));
    let courier = Arc::new(WebhookContext::new(store.clone(), client()));
    let config = EngineConfig {
        herald: sender.clone(),
        sender,
        courier,
        translator: Arc::new(NoTranslator),
        listen_url: None,
        paces: Paces::for_store(&store),
    };
    let engine = Engine::start(store.clone(), config);
    for (_, tenant) in &cases {
        let tx = store.write(*tenant).await.unwrap();
        test_clock::advance(&tx, *tenant, "2026-10-09T20:00:00Z".parse().unwrap()).await.unwrap();
        store.commit(tx).await.unwrap();
    }
    for (told, tenant) in &cases {
        let mut ready = false;
        for _ in 0..1_200 {
            let tx = store.read(*tenant).await.unwrap();
            ready = test_clock::get(&tx, *tenant).await.unwrap().is_ready();
            drop(tx);
            if ready {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(ready, "{told}: the clock never came to rest");
        let tx = store.read(*tenant).await.unwrap();
        let list = reminders::list(&tx, *tenant, &reminders::Filter::default(), None, 10).await.unwrap();
        let open = tasks::list(&tx, *tenant, &tasks::Filter::default(), None, 50).await.unwrap();
        let states: Vec<_> = list.iter().map(|one| (one.status.as_str(), one.cancel_reason.as_deref())).collect();
        let about: Vec<_> = open.iter().filter_map(|task| task.about.as_deref()).collect();
        assert!(!about.contains(&"evaluation_failed"), "{told}: nobody can be decided about: {about:?}");
        let waits = states.iter().any(|(status, _)| matches!(*status, "sent" | "awaiting_approval"));
        assert!(waits || !open.is_empty(), "{told}: neither a letter nor a task");
    }
    engine.stop().await;
}

/// A policy that cannot be followed would leave every customer under it undecided: it is not taken, whoever hands it in.
#[tokio::test]
async fn a_policy_that_cannot_be_followed_is_not_kept() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir).await;
    let tx = store.write(Scope::System).await.unwrap();
    let tenant = tenants::create(&tx, NewTenant { name: "Atelier".into(), live: false, clock: None }, store.now()).await.unwrap().id;
    let policy = json!({ "name": "One step",
        "steps": [{ "key": "only", "offset_days": 1, "channel": "registered_letter", "template": "formal_notice" }] });
    let document = PolicyDocument::from_json(&policy).unwrap();
    let refused = policies::create(&tx, tenant, &document, store.now()).await.unwrap_err().to_string();
    assert!(refused.contains("/steps/0/approval") && refused.contains("/steps/0/deadline_days"), "{refused}");
}
