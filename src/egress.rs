//! The API asks the workers' guarded client what may be reached: they meet only here.

use futures::future::BoxFuture;
use relance_api::{
    state::{Egress, Tried},
    tokens::Fetch,
};
use relance_domain::ids::TenantId;
use relance_openapi::channel::ChannelCheck;
use relance_workers::{http::GuardedClient, sending::SendContext};
use reqwest::header::HeaderMap;

/// The keys of an identity provider are fetched as webhooks are posted: guarded, and 16 KiB at most.
impl Fetch for GuardedEgress {
    fn get<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<Vec<u8>, String>> {
        Box::pin(async move {
            let answer = self.client.get(url, HeaderMap::new()).await.map_err(|error| error.to_string())?;
            if answer.is_success() { Ok(answer.body.to_vec()) } else { Err(format!("it answers {}", answer.status)) }
        })
    }
}

/// The guarded client, as the API knows it.
pub struct GuardedEgress {
    pub client: GuardedClient,
    /// What channels are tried with; none where only keys are fetched.
    pub sender: Option<SendContext>,
}

impl Egress for GuardedEgress {
    fn check<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move { self.client.check(url).await.map_err(|blocked| blocked.to_string()) })
    }

    fn check_host<'a>(&'a self, host: &'a str, _port: u16) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move { self.client.addresses(host).await.map(|_| ()).map_err(|error| error.to_string()) })
    }

    fn try_channel<'a>(&'a self, tenant: TenantId, channel: &'a str, to: &'a str) -> BoxFuture<'a, Result<Tried, String>> {
        Box::pin(async move {
            let Some(sender) = &self.sender else { return Err("nothing is sent from here".to_owned()) };
            let trial = sender.try_channel(tenant, channel, to).await.map_err(|error| error.to_string())?;
            let trial = trial.ok_or("the channel is not set up")?;
            let checks = trial.checks.iter().map(|one| ChannelCheck { code: one.code.to_owned(), ok: one.ok, detail: one.detail.clone() });
            Ok(Tried { outcome: trial.outcome().to_owned(), detail: trial.detail(), checks: checks.collect() })
        })
    }

    fn fetch<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<Vec<u8>, String>> {
        Fetch::get(self, url)
    }

    fn plaintext_allowed<'a>(&'a self, host: &'a str) -> BoxFuture<'a, bool> {
        Box::pin(self.client.is_inside(host))
    }
}
