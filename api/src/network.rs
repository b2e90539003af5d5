//! Where a request comes from, behind proxies or not.

use std::net::IpAddr;

use actix_web::http::header::HeaderMap;
use ipnet::IpNet;

/// Proxies whose word about the client is taken.
#[derive(Debug, Clone, Default)]
pub struct Proxies(Vec<IpNet>);

/// The other end of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// Its address; none when the connection has none.
    pub address: Option<IpAddr>,
    /// A trusted proxy says that the client spoke plain HTTP.
    pub plain_http: bool,
}

/// What proxies say of a request, the client first.
#[derive(Debug, Default)]
struct Said {
    addresses: Vec<String>,
    plain_http: bool,
}

impl Proxies {
    /// Networks divided by commas, e.g. `10.0.0.0/8,192.0.2.7`.
    ///
    /// # Errors
    /// The word that is no network.
    pub fn parse(text: &str) -> Result<Self, String> {
        text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(network).collect::<Result<_, _>>().map(Self)
    }

    /// Who the client is. `X-Forwarded-For` (or `Forwarded`, when there is none) counts from a trusted proxy only, and
    /// from the right: the first address that is no trusted proxy itself.
    pub fn client(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Client {
        let peer = peer.map(|address| address.to_canonical());
        if !peer.is_some_and(|address| self.trusts(address)) {
            return Client { address: peer, plain_http: false };
        }
        let said = said(headers);
        let mut address = peer;
        for text in said.addresses.iter().rev() {
            let Some(next) = self::address(text) else { break };
            address = Some(next);
            if !self.trusts(next) {
                break;
            }
        }
        Client { address, plain_http: said.plain_http }
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// A network in CIDR notation, or one address.
///
/// # Errors
/// The text, when it is neither.
pub fn network(text: &str) -> Result<IpNet, String> {
    let one = || text.parse::<IpAddr>().map(IpNet::from);
    text.parse::<IpNet>().map(|network| network.trunc()).or_else(|_| one()).map_err(|_| text.to_owned())
}

fn said(headers: &HeaderMap) -> Said {
    let list = |name: &str| -> Vec<String> {
        let texts = headers.get_all(name).filter_map(|value| value.to_str().ok());
        texts.flat_map(|text| text.split(',')).map(|part| part.trim().to_owned()).collect()
    };
    let forwarded = list("forwarded");
    let pairs = |wanted: &'static str| {
        forwarded.iter().flat_map(|hop| hop.split(';')).filter_map(move |pair| {
            let (name, value) = pair.split_once('=')?;
            name.trim().eq_ignore_ascii_case(wanted).then(|| value.trim().trim_matches('"').to_owned())
        })
    };
    let mut addresses = list("x-forwarded-for");
    if addresses.is_empty() {
        addresses = pairs("for").collect();
    }
    let plain = |word: &str| word.eq_ignore_ascii_case("http");
    let plain_http = list("x-forwarded-proto").iter().any(|word| plain(word)) || pairs("proto").any(|word| plain(&word));
    Said { addresses, plain_http }
}

/// `192.0.2.7`, `192.0.2.7:1234`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:1234`.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let bare = match text.strip_prefix('[') {
        Some(rest) => rest.split(']').next()?,
        None if text.matches(':').count() == 1 => text.split(':').next()?,
        None => text,
    };
    bare.parse().ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn client(trusted: &str, peer: &str, headers: &[(&'static str, &'static str)]) -> (String, bool) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let seen = Proxies::parse(trusted).unwrap().client(peer.parse().ok(), &map);
        (seen.address.map(|address| address.to_string()).unwrap_or_default(), seen.plain_http)
    }

    #[test]
    fn a_strangers_word_about_himself_counts_for_nothing() {
        let lies = [("x-forwarded-for", "10.0.0.1"), ("x-forwarded-proto", "http"), ("forwarded", "for=10.0.0.1")];
        assert_eq!(client("", "203.0.113.9", &lies), ("203.0.113.9".to_owned(), false));
        assert_eq!(client("10.0.0.0/8", "203.0.113.9", &lies), ("203.0.113.9".to_owned(), false));
    }

    #[test]
    fn behind_proxies_the_client_is_the_last_address_that_is_no_proxy() {
        let through = |for_: &'static str| client("10.0.0.0/8, 192.0.2.7", "10.1.2.3", &[("x-forwarded-for", for_)]).0;
        assert_eq!(through("198.51.100.4"), "198.51.100.4");
        assert_eq!(through("6.6.6.6, 198.51.100.4, 192.0.2.7"), "198.51.100.4");
        assert_eq!(through("6.6.6.6, 198.51.100.4:5678, 10.9.9.9"), "198.51.100.4");
        assert_eq!(through("6.6.6.6, nonsense"), "10.1.2.3");
        assert_eq!(through("[2001:db8::1]:443"), "2001:db8::1");
        assert_eq!(client("10.0.0.0/8", "::ffff:10.1.2.3", &[("x-forwarded-for", "::ffff:198.51.100.4")]).0, "198.51.100.4");
        let forwarded = [("forwarded", "for=6.6.6.6;proto=https, for=\"[2001:db8::1]:47\";proto=http")];
        assert_eq!(client("10.0.0.0/8", "10.1.2.3", &forwarded), ("2001:db8::1".to_owned(), true));
    }

    #[test]
    fn a_network_is_a_network_or_one_address() {
        assert_eq!(network("10.1.2.3/8").unwrap().to_string(), "10.0.0.0/8");
        assert_eq!(network("2001:db8::1").unwrap().to_string(), "2001:db8::1/128");
        assert!(network("10.0.0.0/33").is_err() && network("office").is_err());
        assert!(Proxies::parse("10.0.0.0/8,,").is_ok() && Proxies::parse("10.0.0.0/8,office").is_err());
    }
}
