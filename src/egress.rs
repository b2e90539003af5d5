//! The API asks the workers' guarded client what may be reached: they meet only here.

use futures::future::BoxFuture;
use relance_api::{state::Egress, tokens::Fetch};
use relance_workers::http::GuardedClient;
use reqwest::header::HeaderMap;

/// The keys of an identity provider are fetched as webhooks are posted: guarded, and 16 KiB at most.
impl Fetch for GuardedEgress {
    fn get<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<Vec<u8>, String>> {
        Box::pin(async move {
            let answer = self.0.get(url, HeaderMap::new()).await.map_err(|error| error.to_string())?;
            if answer.is_success() { Ok(answer.body.to_vec()) } else { Err(format!("it answers {}", answer.status)) }
        })
    }
}

/// The guarded client, as the API knows it.
pub struct GuardedEgress(pub GuardedClient);

impl Egress for GuardedEgress {
    fn check<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move { self.0.check(url).await.map_err(|blocked| blocked.to_string()) })
    }

    fn check_host<'a>(&'a self, host: &'a str, _port: u16) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move { self.0.addresses(host).await.map(|_| ()).map_err(|error| error.to_string()) })
    }

    fn fetch<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<Vec<u8>, String>> {
        Fetch::get(self, url)
    }

    fn plaintext_allowed<'a>(&'a self, host: &'a str) -> BoxFuture<'a, bool> {
        Box::pin(self.0.is_inside(host))
    }
}
