//! Address ranges: CIDRs and the special-purpose registries of IANA (IPv4 and IPv6, RFC 6890 and after).

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// A range of addresses, e.g. `127.0.0.0/8`; a bare address is a range of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cidr {
    net: IpAddr,
    bits: u8,
}

/// The text is no CIDR.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an address range such as 10.0.0.0/8")]
pub struct InvalidCidr(pub String);

impl Cidr {
    /// Is `ip` in the range? An IPv4-mapped IPv6 address counts as its IPv4 address.
    pub fn contains(&self, ip: IpAddr) -> bool {
        match (self.net, ip.to_canonical()) {
            (IpAddr::V4(net), IpAddr::V4(ip)) => same_prefix(u32::from(net).into(), u32::from(ip).into(), 32, self.bits),
            (IpAddr::V6(net), IpAddr::V6(ip)) => same_prefix(net.into(), ip.into(), 128, self.bits),
            _ => false,
        }
    }
}

fn same_prefix(net: u128, ip: u128, width: u32, bits: u8) -> bool {
    let dropped = width.saturating_sub(u32::from(bits));
    net.checked_shr(dropped).unwrap_or(0) == ip.checked_shr(dropped).unwrap_or(0)
}

impl FromStr for Cidr {
    type Err = InvalidCidr;

    fn from_str(text: &str) -> Result<Self, InvalidCidr> {
        let invalid = || InvalidCidr(text.to_owned());
        let (net, bits) = match text.split_once('/') {
            Some((net, bits)) => (net, Some(bits)),
            None => (text, None),
        };
        let net: IpAddr = net.parse().map_err(|_| invalid())?;
        let widest = if net.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(widest), str::parse::<u8>).map_err(|_| invalid())?;
        if bits > widest { Err(invalid()) } else { Ok(Self { net, bits }) }
    }
}

const fn v4(a: u8, b: u8, c: u8, bits: u8) -> Cidr {
    Cidr { net: IpAddr::V4(Ipv4Addr::new(a, b, c, 0)), bits }
}

const fn v6(a: u16, b: u16, c: u16, bits: u8) -> Cidr {
    Cidr { net: IpAddr::V6(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)), bits }
}

/// IPv4 that is nobody's public address.
const SPECIAL_V4: &[Cidr] = &[
    v4(0, 0, 0, 8),       // this network
    v4(10, 0, 0, 8),      // private
    v4(100, 64, 0, 10),   // carrier-grade NAT
    v4(127, 0, 0, 8),     // loopback
    v4(169, 254, 0, 16),  // link-local, cloud metadata
    v4(172, 16, 0, 12),   // private
    v4(192, 0, 0, 24),    // protocol assignments
    v4(192, 0, 2, 24),    // documentation
    v4(192, 88, 99, 24),  // 6to4 relays
    v4(192, 168, 0, 16),  // private
    v4(198, 18, 0, 15),   // benchmarks
    v4(198, 51, 100, 24), // documentation
    v4(203, 0, 113, 24),  // documentation
    v4(224, 0, 0, 4),     // multicast
    v4(240, 0, 0, 4),     // reserved, broadcast
];

/// The one block of public IPv6 unicast: everything outside it (`::1`, `fc00::/7`, `fe80::/10`,
/// `64:ff9b::/96`, `100::/64`, `5f00::/16`, multicast …) is special.
const PUBLIC_V6: Cidr = v6(0x2000, 0, 0, 3);

/// Exceptions inside it.
const SPECIAL_V6: &[Cidr] = &[
    v6(0x2001, 0, 0, 23),     // protocol assignments, Teredo
    v6(0x2001, 0xdb8, 0, 32), // documentation
    v6(0x2002, 0, 0, 16),     // 6to4: an IPv4 address in disguise
    v6(0x3fff, 0, 0, 20),     // documentation
];

/// Is the address private, loopback, link-local, reserved, or a disguise of an IPv4 address?
pub(super) fn is_special(ip: IpAddr) -> bool {
    let ip = ip.to_canonical();
    match ip {
        IpAddr::V4(_) => SPECIAL_V4.iter().any(|range| range.contains(ip)),
        IpAddr::V6(_) => !PUBLIC_V6.contains(ip) || SPECIAL_V6.iter().any(|range| range.contains(ip)),
    }
}

/// The IPv4 address inside an IPv4-mapped, NAT64 (`64:ff9b::/96`) or 6to4 (`2002::/16`) address.
pub(super) fn embedded(ip: IpAddr) -> Option<IpAddr> {
    let IpAddr::V6(v6) = ip else { return None };
    if let Some(v4) = v6.to_ipv4_mapped() {
        return Some(v4.into());
    }
    let [a, b, c, d, e, f, high, low] = v6.segments();
    let join = |high: u16, low: u16| IpAddr::V4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    match (a, b) {
        (0x64, 0xff9b) if (c, d, e, f) == (0, 0, 0, 0) => Some(join(high, low)),
        (0x2002, _) => Some(join(b, c)),
        _ => None,
    }
}
