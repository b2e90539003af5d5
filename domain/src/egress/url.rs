//! The shape of a URL, read strictly: what browsers would repair (spaces, backslashes, `%`-encoded
//! hosts, other scripts) is refused, and every spelling of an IPv4 address is read as one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Blocked;

/// Longest URL, in bytes.
const MAX_LENGTH: usize = 2_048;

/// The host of a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// A literal address, however it was spelt.
    Ip(IpAddr),
    /// A name to resolve: lower case, no dot at the end.
    Name(String),
}

/// A URL that may be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// `https`, not plain http.
    pub https: bool,
    /// The host.
    pub host: Host,
    /// The port, also when the URL leaves it out.
    pub port: u16,
    /// Every address of the name must lie in the operator's ranges.
    pub inside_only: bool,
}

/// Reads a URL.
pub(super) fn read(text: &str) -> Result<Target, Blocked> {
    if text.len() > MAX_LENGTH || !text.bytes().all(|byte| byte.is_ascii_graphic()) || text.contains(['\\', '#']) {
        return Err(Blocked::Malformed);
    }
    let (scheme, rest) = text.split_once("://").ok_or(Blocked::Malformed)?;
    let https = match scheme.to_ascii_lowercase().as_str() {
        "https" => true,
        "http" => false,
        _ => return Err(Blocked::Scheme),
    };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(Blocked::Userinfo);
    }
    let (host, port) = split_port(authority)?;
    let port = match port {
        "" => {
            if https {
                443
            } else {
                80
            }
        }
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().map_err(|_| Blocked::Malformed)?,
        _ => return Err(Blocked::Malformed),
    };
    Ok(Target { https, host: read_host(host)?, port, inside_only: false })
}

/// Splits `host:port`, leaving an IPv6 literal in its brackets.
fn split_port(authority: &str) -> Result<(&str, &str), Blocked> {
    let end = if authority.starts_with('[') {
        authority.find(']').ok_or(Blocked::Malformed)? + 1
    } else {
        authority.find(':').unwrap_or(authority.len())
    };
    let (host, rest) = authority.split_at(end);
    match rest.strip_prefix(':') {
        Some(port) => Ok((host, port)),
        None if rest.is_empty() => Ok((host, "")),
        None => Err(Blocked::Malformed),
    }
}

fn read_host(text: &str) -> Result<Host, Blocked> {
    if let Some(inner) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return inner.parse::<Ipv6Addr>().map(|ip| Host::Ip(ip.into())).map_err(|_| Blocked::Malformed);
    }
    let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
    let letters = |label: &str| label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if name.len() > 253 || name.split('.').any(|label| label.is_empty() || label.len() > 63 || !letters(label)) {
        return Err(Blocked::Malformed);
    }
    if ends_in_a_number(&name) { read_ipv4(&name).map(|ip| Host::Ip(ip.into())).ok_or(Blocked::Malformed) } else { Ok(Host::Name(name)) }
}

/// Whether URL parsers take the host for an IPv4 address (WHATWG URL, "ends in a number").
fn ends_in_a_number(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    last.bytes().all(|byte| byte.is_ascii_digit()) || number(last).is_some()
}

/// An IPv4 address of one to four decimal, octal or hexadecimal parts (WHATWG URL, IPv4 parser).
fn read_ipv4(name: &str) -> Option<Ipv4Addr> {
    let parts: Vec<u64> = name.split('.').map(number).collect::<Option<_>>()?;
    let (last, head) = parts.split_last()?;
    if head.len() > 3 || head.iter().any(|part| *part > 255) {
        return None;
    }
    let mut address = 0_u64;
    for (at, part) in head.iter().enumerate() {
        address |= part << (24 - 8 * at);
    }
    let room = 32 - 8 * head.len();
    if *last >> room != 0 {
        return None;
    }
    u32::try_from(address | last).ok().map(Ipv4Addr::from)
}

fn number(part: &str) -> Option<u64> {
    let (digits, radix) = if let Some(hex) = part.strip_prefix("0x") {
        (hex, 16)
    } else {
        part.strip_prefix('0').filter(|rest| !rest.is_empty()).map_or((part, 10), |octal| (octal, 8))
    };
    if digits.is_empty() && radix != 10 {
        return Some(0); // "0x" reads as zero
    }
    if digits.bytes().all(|byte| char::from(byte).is_digit(radix)) { u64::from_str_radix(digits, radix).ok() } else { None }
}

/// `localhost` is the loopback, whatever a resolver says (RFC 6761).
pub(super) fn is_localhost(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

/// A name that only exists in somebody's own network: one label, or under a private suffix.
pub(super) fn is_private_name(name: &str) -> bool {
    const SUFFIXES: &[&str] = &[".local", ".internal", ".lan", ".home.arpa", ".test", ".localdomain", ".intranet"];
    !name.contains('.') || SUFFIXES.iter().any(|suffix| name.ends_with(suffix))
}
