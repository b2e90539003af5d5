//! Which identity providers are believed, and what of their tokens says whose data and what may be done.

use relance_domain::ids::TenantId;
use serde::Deserialize;

/// One identity provider.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerConfig {
    /// Its name: `iss`, to the letter.
    pub issuer: String,
    /// Where its keys are (JWKS).
    pub jwks: String,
    /// Whom its tokens must be for: `aud`.
    pub audience: String,
    /// The claim that names the tenant.
    #[serde(default = "tenant_claim")]
    pub tenant_claim: String,
    /// The one tenant that it speaks for, instead of a claim.
    pub tenant: Option<String>,
    /// The claim that lists scopes: words divided by spaces, or a list.
    #[serde(default = "scope_claim")]
    pub scope_claim: String,
}

fn tenant_claim() -> String {
    "relance_tenant".to_owned()
}

fn scope_claim() -> String {
    "scope".to_owned()
}

/// Reads a JSON list of issuers, or `issuer=…;jwks=…;audience=…;tenant_claim=…;scope_claim=…` with one issuer a word.
///
/// # Errors
/// What is wrong, in a sentence.
pub fn parse(text: &str) -> Result<Vec<IssuerConfig>, String> {
    let text = text.trim();
    let list: Vec<IssuerConfig> = if text.starts_with('[') {
        serde_json::from_str(text).map_err(|error| error.to_string())?
    } else {
        text.split_whitespace().map(one).collect::<Result<_, _>>()?
    };
    list.iter().try_for_each(check)?;
    for (at, config) in list.iter().enumerate() {
        if list.iter().skip(at + 1).any(|other| other.issuer == config.issuer) {
            return Err(format!("{} stands twice", config.issuer));
        }
    }
    Ok(list)
}

fn one(text: &str) -> Result<IssuerConfig, String> {
    let mut members = serde_json::Map::new();
    for pair in text.split(';').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').ok_or_else(|| format!("{pair} is not name=value"))?;
        members.insert(name.to_owned(), value.into());
    }
    serde_json::from_value(members.into()).map_err(|error| error.to_string())
}

fn check(config: &IssuerConfig) -> Result<(), String> {
    let IssuerConfig { issuer, jwks, audience, tenant_claim, tenant, scope_claim } = config;
    if [issuer, jwks, audience, tenant_claim, scope_claim].into_iter().any(String::is_empty) {
        return Err("issuer, jwks, audience and the claims must not be empty".to_owned());
    }
    match tenant.as_deref().map(str::parse::<TenantId>) {
        Some(Err(_)) => Err("tenant must be a tenant's id (ten_…)".to_owned()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_writing_an_issuer_are_the_same() {
        let words = parse("issuer=https://id.example;jwks=https://id.example/keys?a=b;audience=relance").unwrap();
        let json = parse(r#"[{"issuer":"https://id.example","jwks":"https://id.example/keys?a=b","audience":"relance"}]"#).unwrap();
        assert_eq!(words, json);
        assert_eq!((words[0].tenant_claim.as_str(), words[0].scope_claim.as_str()), ("relance_tenant", "scope"));
        assert_eq!(parse("").unwrap(), []);
    }

    #[test]
    fn an_issuer_that_is_not_whole_is_refused() {
        for text in [
            "issuer=https://id.example;jwks=https://id.example/keys",
            "issuer=https://id.example;jwks=https://id.example/keys;audience=",
            "issuer=a;jwks=b;audience=c;colour=red",
            "issuer=a;jwks=b;audience=c;tenant=Keller",
            "issuer=a;jwks=b;audience=c issuer=a;jwks=d;audience=e",
            "issuer",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
