//! Sending: what providers answer, and a ladder that really leaves.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by ending")]

mod credentials;
mod described;
mod faults;
mod gateway;
mod gateways;
mod ladder;
mod mail;
mod post;
mod steps;
mod texts;
mod vendors;

use relance_domain::egress::EgressPolicy;
use relance_workers::http::GuardedClient;

/// A client that may call the loopback.
fn client() -> GuardedClient {
    let _ = rustls::crypto::ring::default_provider().install_default();
    GuardedClient::new(EgressPolicy::parse("127.0.0.0/8").unwrap())
}
