//! Where outgoing calls may go: never into our own network, unless the operator names the range.
//!
//! Pure: literal addresses, scheme, port and shape of a URL. What a name resolves to is judged by the
//! same [`EgressPolicy`] when the connection is made (`workers/src/http`), so that no answer of a
//! resolver, first or second, leads inside (`api.md` §1.4).

mod address;
mod url;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub use address::{Cidr, InvalidCidr};
pub use url::{Host, Target};

/// Why an address may not be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Blocked {
    /// Not an absolute `https` URL in plain spelling.
    #[error("not an absolute URL such as https://example.com/hooks")]
    Malformed,
    /// Plain http, or another scheme.
    #[error("only https is called")]
    Scheme,
    /// `user:password@`.
    #[error("no user name or password in the URL")]
    Userinfo,
    /// Not 443, 8443 or at least 1024.
    #[error("only ports 443, 8443 and 1024 to 65535 are called")]
    Port,
    /// Private, loopback, link-local or otherwise special-purpose.
    #[error("the address is private or special-purpose")]
    Address,
}

/// What may be called: public addresses over https, and the operator's own ranges in any way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EgressPolicy {
    allow: Vec<Cidr>,
}

impl EgressPolicy {
    /// A policy that also allows `allow` (`RELANCE_EGRESS_ALLOW`).
    pub fn new(allow: Vec<Cidr>) -> Self {
        Self { allow }
    }

    /// Reads a comma-separated list of CIDRs; empty is none.
    ///
    /// # Errors
    /// The first part that is no CIDR.
    pub fn parse(list: &str) -> Result<Self, InvalidCidr> {
        let parts = list.split(',').map(str::trim).filter(|part| !part.is_empty());
        Ok(Self { allow: parts.map(str::parse).collect::<Result<_, _>>()? })
    }

    /// Does the operator's list name this address (or the IPv4 address inside it)?
    pub fn is_inside(&self, ip: IpAddr) -> bool {
        let embedded = address::embedded(ip);
        self.allow.iter().any(|range| range.contains(ip) || embedded.is_some_and(|v4| range.contains(v4)))
    }

    /// May a connection to this address be opened?
    pub fn allows(&self, ip: IpAddr) -> bool {
        self.is_inside(ip) || !address::is_special(ip)
    }

    /// Judges a URL before anything is resolved. A name that passes is judged again by its addresses.
    ///
    /// # Errors
    /// [`Blocked`], with the reason.
    pub fn check_url(&self, text: &str) -> Result<Target, Blocked> {
        let mut target = url::read(text)?;
        match &target.host {
            Host::Ip(ip) if self.is_inside(*ip) => return Ok(target),
            Host::Ip(ip) if address::is_special(*ip) => return Err(Blocked::Address),
            Host::Ip(_) => {}
            Host::Name(name) if url::is_localhost(name) => {
                let loopback = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
                target.inside_only = true;
                return if loopback.iter().any(|ip| self.is_inside(*ip)) { Ok(target) } else { Err(Blocked::Address) };
            }
            Host::Name(name) if !self.allow.is_empty() && url::is_private_name(name) => {
                target.inside_only = !target.https || !port_is_open(target.port);
                return Ok(target); // only into the operator's ranges, or as any public address
            }
            Host::Name(_) => {}
        }
        if !target.https {
            return Err(Blocked::Scheme);
        }
        if port_is_open(target.port) { Ok(target) } else { Err(Blocked::Port) }
    }
}

fn port_is_open(port: u16) -> bool {
    port == 443 || port >= 1024
}

#[cfg(test)]
mod tests;
