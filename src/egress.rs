//! The API asks the workers' guarded client what may be reached: they meet only here.

use futures::future::BoxFuture;
use relance_api::state::Egress;
use relance_workers::http::GuardedClient;

/// The guarded client, as the API knows it.
pub struct GuardedEgress(pub GuardedClient);

impl Egress for GuardedEgress {
    fn check<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move { self.0.check(url).await.map_err(|blocked| blocked.to_string()) })
    }

    fn check_host<'a>(&'a self, host: &'a str, _port: u16) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move { self.0.addresses(host).await.map(|_| ()).map_err(|error| error.to_string()) })
    }

    fn plaintext_allowed<'a>(&'a self, host: &'a str) -> BoxFuture<'a, bool> {
        Box::pin(self.0.is_inside(host))
    }
}
