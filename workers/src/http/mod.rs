//! The only way out: HTTP that cannot be led into our own network.
//!
//! A URL is judged before anything else; a name is judged again by every address it resolves to, and the
//! connection goes to just those addresses. No redirect is followed, no proxy of the environment is used,
//! TLS is always verified, and an answer is read in small measure within one deadline.

mod error;
mod resolver;
#[cfg(test)]
mod tests;

use std::{
    net::IpAddr,
    sync::{Arc, OnceLock},
    time::Duration,
};

use bytes::Bytes;
use relance_domain::egress::{Blocked, EgressPolicy, Host, Target};
use reqwest::header::HeaderMap;
use tokio::time::Instant;
use url::Url;

pub use error::HttpError;
pub use resolver::{Lookup, SystemLookup};

use resolver::Guard;

/// From the first packet to TLS done.
const CONNECT: Duration = Duration::from_secs(5);
/// The whole exchange, body included.
const WHOLE: Duration = Duration::from_secs(15);
/// Bytes of an answer that are read.
const READ: usize = 16 * 1024;
/// Bytes of an answer that are kept in a log.
const KEPT: usize = 2 * 1024;
/// Looking a name up before it is really called.
const LOOK_UP: Duration = Duration::from_secs(3);

/// What came back.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// Status of the answer.
    pub status: u16,
    /// Headers of the answer.
    pub headers: HeaderMap,
    /// Beginning of the body, at most 16 KiB.
    pub body: Bytes,
    /// That is all of it: neither the measure, nor the deadline, nor a broken connection cut it.
    pub whole: bool,
    /// From the call to the last byte read.
    pub duration: Duration,
}

impl Exchange {
    /// A header, if it is readable text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// At most 2 KiB of the body as text, for a log.
    pub fn excerpt(&self) -> String {
        String::from_utf8_lossy(self.body.get(..self.body.len().min(KEPT)).unwrap_or_default()).into_owned()
    }

    /// 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// The guarded client; clones share connections.
#[derive(Clone)]
pub struct GuardedClient {
    policy: Arc<EgressPolicy>,
    lookup: Arc<dyn Lookup>,
    /// To public addresses and the operator's ranges.
    open: Arc<Lazy>,
    /// To the operator's ranges only: plain http and odd ports.
    inside: Arc<Lazy>,
    limits: Limits,
}

/// Made at the first call: reading the machine's root certificates costs a start and an idle process dearly.
type Lazy = OnceLock<Result<reqwest::Client, HttpError>>;

/// Deadlines of a call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// From the first packet to TLS done.
    pub connect: Duration,
    /// The whole exchange.
    pub whole: Duration,
    /// Bytes of an answer that are read.
    pub read: usize,
}

impl GuardedClient {
    /// A client under `policy`. The process has installed its TLS provider.
    pub fn new(policy: EgressPolicy) -> Self {
        Self::with(policy, Arc::new(SystemLookup), Limits { connect: CONNECT, whole: WHOLE, read: READ })
    }

    /// The same; no exchange takes longer than `whole`.
    #[must_use]
    pub fn within(self, whole: Duration) -> Self {
        Self { limits: Limits { whole, ..self.limits }, ..self }
    }

    /// The same; so many bytes of an answer are read.
    #[must_use]
    pub fn reading(self, read: usize) -> Self {
        Self { limits: Limits { read, ..self.limits }, ..self }
    }

    /// The same, with names looked up elsewhere.
    #[cfg(test)]
    pub(crate) fn with_lookup(policy: EgressPolicy, lookup: Arc<dyn Lookup>) -> Self {
        Self::with(policy, lookup, Limits { connect: CONNECT, whole: WHOLE, read: READ })
    }

    /// The same, with other deadlines.
    #[cfg(test)]
    pub(crate) fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    fn with(policy: EgressPolicy, lookup: Arc<dyn Lookup>, limits: Limits) -> Self {
        Self { policy: Arc::new(policy), lookup, open: Arc::default(), inside: Arc::default(), limits }
    }

    fn client(&self, inside_only: bool) -> Result<&reqwest::Client, HttpError> {
        let guard = || Guard { policy: self.policy.clone(), lookup: self.lookup.clone(), inside_only };
        let place = if inside_only { &self.inside } else { &self.open };
        place.get_or_init(|| client(guard(), self.limits)).as_ref().map_err(Clone::clone)
    }

    /// Judges a URL by its looks: scheme, port, literal address.
    ///
    /// # Errors
    /// [`Blocked`], with the reason.
    pub fn check_url(&self, text: &str) -> Result<Url, Blocked> {
        self.judge(text).map(|(url, _)| url)
    }

    /// Judges a URL by its looks and by what its name resolves to now. A name that does not resolve passes:
    /// it is judged again whenever it is called.
    ///
    /// # Errors
    /// [`Blocked`], with the reason.
    pub async fn check(&self, text: &str) -> Result<(), Blocked> {
        let (_, target) = self.judge(text)?;
        match &target.host {
            Host::Ip(_) => Ok(()),
            Host::Name(name) => match self.resolve(name, target.inside_only).await {
                Err(HttpError::Blocked(reason)) => Err(reason),
                _ => Ok(()),
            },
        }
    }

    /// Addresses of a host that may be connected to over another protocol (SMTP); literal or name.
    ///
    /// # Errors
    /// [`HttpError::Blocked`] when any of them is refused, [`HttpError::Resolve`] when there is none.
    pub async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, HttpError> {
        self.resolve(host.trim_start_matches('[').trim_end_matches(']'), false).await
    }

    /// Does every address of `host` lie in the operator's ranges, where plain text is fine?
    pub async fn is_inside(&self, host: &str) -> bool {
        self.resolve(host.trim_start_matches('[').trim_end_matches(']'), true).await.is_ok()
    }

    async fn resolve(&self, host: &str, inside_only: bool) -> Result<Vec<IpAddr>, HttpError> {
        let guard = Guard { policy: self.policy.clone(), lookup: self.lookup.clone(), inside_only };
        tokio::time::timeout(LOOK_UP, guard.addresses(host)).await.unwrap_or(Err(HttpError::Resolve))
    }

    fn judge(&self, text: &str) -> Result<(Url, Target), Blocked> {
        let target = self.policy.check_url(text)?;
        let url = Url::parse(text).map_err(|_| Blocked::Malformed)?;
        // two readers must agree on the host, else one of them is being fooled
        let same = match (url.host(), &target.host) {
            (Some(url::Host::Ipv4(ip)), Host::Ip(ours)) => IpAddr::V4(ip) == *ours,
            (Some(url::Host::Ipv6(ip)), Host::Ip(ours)) => IpAddr::V6(ip) == *ours,
            (Some(url::Host::Domain(name)), Host::Name(ours)) => name.strip_suffix('.').unwrap_or(name) == ours,
            _ => false,
        };
        if same && url.port_or_known_default() == Some(target.port) { Ok((url, target)) } else { Err(Blocked::Malformed) }
    }

    /// Posts `body` to `url`.
    ///
    /// # Errors
    /// [`HttpError`], which says whether anything can have reached the other side.
    pub async fn post(&self, url: &str, headers: HeaderMap, body: impl Into<Bytes>) -> Result<Exchange, HttpError> {
        self.call(reqwest::Method::POST, url, headers, Some(body.into())).await
    }

    /// Gets `url`.
    ///
    /// # Errors
    /// [`HttpError`].
    pub async fn get(&self, url: &str, headers: HeaderMap) -> Result<Exchange, HttpError> {
        self.call(reqwest::Method::GET, url, headers, None).await
    }

    /// Deletes `url`.
    ///
    /// # Errors
    /// [`HttpError`].
    pub async fn delete(&self, url: &str, headers: HeaderMap) -> Result<Exchange, HttpError> {
        self.call(reqwest::Method::DELETE, url, headers, None).await
    }

    /// Calls `url` by any method.
    ///
    /// # Errors
    /// [`HttpError`], which says whether anything can have reached the other side.
    pub(crate) async fn call(
        &self,
        method: reqwest::Method,
        url: &str,
        headers: HeaderMap,
        body: Option<Bytes>,
    ) -> Result<Exchange, HttpError> {
        let (url, target) = self.judge(url).map_err(HttpError::Blocked)?;
        let mut request = self.client(target.inside_only)?.request(method, url).headers(headers);
        if let Some(body) = body {
            request = request.body(body);
        }
        let began = Instant::now();
        let deadline = began + self.limits.whole;
        // connecting has a shorter limit of its own: past this deadline the request is on its way
        let answer = tokio::time::timeout_at(deadline, request.send()).await.map_err(|_| HttpError::Timeout { sent: true })?;
        let mut answer = answer.map_err(HttpError::of)?;
        let (mut read, mut whole) = (Vec::new(), false);
        // the status is what counts: an answer that drips, never ends or breaks off is cut there
        let most = self.limits.read;
        while read.len() < most {
            match tokio::time::timeout_at(deadline, answer.chunk()).await {
                Ok(Ok(Some(chunk))) => read.extend_from_slice(chunk.get(..chunk.len().min(most - read.len())).unwrap_or_default()),
                Ok(Ok(None)) => {
                    whole = true;
                    break;
                }
                Ok(Err(_)) | Err(_) => break,
            }
        }
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Ok(Exchange { status, headers, body: read.into(), whole, duration: began.elapsed() })
    }
}

/// Builds the one kind of client there is.
#[allow(clippy::disallowed_methods)] // this is the guarded client
fn client(guard: Guard, limits: Limits) -> Result<reqwest::Client, HttpError> {
    let guard = Arc::new(guard);
    let builder = || {
        reqwest::Client::builder()
            .dns_resolver(guard.clone())
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .referer(false)
            .user_agent(concat!("Relance/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(limits.connect)
            .pool_idle_timeout(Duration::from_secs(30))
            // as many as are called at a time: a connection is not made anew for each message
            .pool_max_idle_per_host(256)
    };
    builder().build().or_else(|error| {
        // a machine without root certificates: https to the outside fails by itself, the rest works
        tracing::warn!(%error, "no trusted certificates found: outgoing https will fail");
        builder().tls_certs_only([]).build().map_err(|error| HttpError::Tls(error::chain(&error)))
    })
}
