//! Name resolution that refuses a name when any of its addresses may not be reached.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use futures::future::BoxFuture;
use relance_domain::egress::{Blocked, EgressPolicy};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::HttpError;

/// Where names are looked up.
pub trait Lookup: Send + Sync + 'static {
    /// Every address of `name`.
    fn addresses(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The machine's own resolver.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn addresses(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect()) })
    }
}

/// Looks up, then judges.
#[derive(Clone)]
pub(super) struct Guard {
    pub policy: Arc<EgressPolicy>,
    pub lookup: Arc<dyn Lookup>,
    /// Every address must lie in the operator's ranges.
    pub inside_only: bool,
}

impl Guard {
    /// Every address of `name`; none when a single one is refused.
    pub async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, HttpError> {
        let found = match name.parse::<IpAddr>() {
            Ok(literal) => vec![literal],
            Err(_) => self.lookup.addresses(name.to_owned()).await.map_err(|_| HttpError::Resolve)?,
        };
        let allowed = |ip: &IpAddr| if self.inside_only { self.policy.is_inside(*ip) } else { self.policy.allows(*ip) };
        if found.is_empty() {
            Err(HttpError::Resolve)
        } else if found.iter().all(allowed) {
            Ok(found)
        } else {
            Err(HttpError::Blocked(Blocked::Address))
        }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let name = name.as_str();
            let found = guard.addresses(name.strip_suffix('.').unwrap_or(name)).await?;
            let sockets: Addrs = Box::new(found.into_iter().map(|ip| SocketAddr::new(ip, 0)));
            Ok(sockets)
        })
    }
}
