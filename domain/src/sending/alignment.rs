//! Does a sender's domain fit who sends for it? What the settings alone can say of SPF, DKIM and DMARC (RFC 7489 §3.1):
//! whether the domains that a receiver compares can be the same. The records themselves are the relay's.

use serde_json::Value;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alignment {
    /// `from_domain`, `return_path`, `reply_to`, `transport`.
    pub code: &'static str,
    /// Nothing stands in the way.
    pub ok: bool,
    /// What was found, and what to do.
    pub detail: String,
}

/// The settings of an e-mail channel, as far as they matter here.
#[derive(Debug, Clone, Copy, Default)]
pub struct MailSettings<'a> {
    /// `smtp`, `brevo`…
    pub provider: &'a str,
    /// Sender.
    pub from: &'a str,
    /// Where answers go.
    pub reply_to: Option<&'a str>,
    /// Of `smtp`: where bounces go.
    pub bounce_address: Option<&'a str>,
    /// Of `smtp`: the server.
    pub host: Option<&'a str>,
    /// Of `smtp`: `starttls`, `tls`, `none`.
    pub security: Option<&'a str>,
}

impl<'a> MailSettings<'a> {
    /// Reads the public settings of a channel.
    pub fn read(public: &'a Value) -> Self {
        let text = |name: &str| public.get(name).and_then(Value::as_str);
        let smtp = |name: &str| public.get("smtp")?.get(name)?.as_str();
        Self {
            provider: text("provider").unwrap_or_default(),
            from: text("from").unwrap_or_default(),
            reply_to: text("reply_to"),
            bounce_address: smtp("bounce_address"),
            host: smtp("host"),
            security: smtp("security"),
        }
    }
}

/// Domains of mailbox providers: their DMARC policies refuse mail that others send under their names.
const MAILBOXES: [&str; 22] = [
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "outlook.fr",
    "hotmail.com",
    "hotmail.fr",
    "live.com",
    "live.fr",
    "msn.com",
    "yahoo.com",
    "yahoo.fr",
    "icloud.com",
    "me.com",
    "aol.com",
    "orange.fr",
    "wanadoo.fr",
    "free.fr",
    "sfr.fr",
    "laposte.net",
    "bbox.fr",
    "gmx.de",
    "web.de",
];

/// Second labels below which names are sold, in countries that do so.
const SOLD_BELOW: [&str; 12] = ["co", "com", "org", "net", "gov", "ac", "edu", "gouv", "asso", "or", "ne", "go"];

/// Looks at a channel's settings.
pub fn alignment(of: MailSettings<'_>) -> Vec<Alignment> {
    let Some(from) = domain(of.from) else {
        return vec![Alignment { code: "from_domain", ok: false, detail: "The sender has no domain.".to_owned() }];
    };
    let mut found = vec![from_domain(&from, &of)];
    found.push(return_path(&from, &of));
    if let Some(reply_to) = of.reply_to.and_then(domain) {
        let ok = organisation(&reply_to) == organisation(&from);
        let detail = if ok {
            format!("Answers go to {reply_to}.")
        } else {
            format!(
                "Answers go to {reply_to}, which is not of {from}: filters and readers take that for fraud. Use an address of the sender's domain."
            )
        };
        found.push(Alignment { code: "reply_to", ok, detail });
    }
    if let Some(security) = of.security {
        let ok = security != "none";
        let detail = if ok {
            format!("The way to the server is encrypted ({security}).")
        } else {
            "The way to the server is not encrypted: fit for a relay on this machine only.".to_owned()
        };
        found.push(Alignment { code: "transport", ok, detail });
    }
    found
}

fn from_domain(from: &str, of: &MailSettings<'_>) -> Alignment {
    let made_up = !from.contains('.')
        || ["invalid", "local", "localhost", "test", "example", "internal"].iter().any(|word| from.ends_with(&format!(".{word}")));
    let own_server = of.host.is_some_and(|host| organisation(host) == organisation(from));
    let (ok, detail) = if made_up {
        (false, format!("{from} is no domain of the public internet: every receiver refuses it."))
    } else if MAILBOXES.contains(&organisation(from).as_str()) && !own_server {
        (
            false,
            format!(
                "{from} belongs to a mailbox provider, which asks receivers to refuse what others send under it (DMARC). Send under a domain of your own."
            ),
        )
    } else if of.provider == "smtp" {
        (true, format!("Publish SPF for the server and DKIM for {from}; then DMARC."))
    } else {
        (true, format!("Verify {from} at the provider, so that it signs with DKIM for this domain."))
    };
    Alignment { code: "from_domain", ok, detail }
}

fn return_path(from: &str, of: &MailSettings<'_>) -> Alignment {
    let (ok, detail) = match (of.provider, of.bounce_address.map(domain)) {
        ("smtp", None) => (true, format!("Bounces go to the sender itself: SPF is looked up at {from}.")),
        ("smtp", Some(Some(bounces))) if organisation(&bounces) == organisation(from) => {
            (true, format!("Bounces go to {bounces}: SPF is looked up there and is aligned."))
        }
        ("smtp", Some(bounces)) => {
            let bounces = bounces.unwrap_or_default();
            (
                false,
                format!(
                    "Bounces go to {bounces}, which is not of {from}: SPF cannot be aligned, all rests on DKIM. Use an address of the sender's domain."
                ),
            )
        }
        _ => (true, format!("The return path is the provider's: DMARC rests on DKIM for {from}.")),
    };
    Alignment { code: "return_path", ok, detail }
}

fn domain(address: &str) -> Option<String> {
    let (_, domain) = super::bare_address(address).rsplit_once('@')?;
    let domain = domain.trim().trim_end_matches('.').to_ascii_lowercase();
    (!domain.is_empty()).then_some(domain)
}

/// The name that somebody owns: what relaxed alignment compares. Without a list of all suffixes: the last two labels, three
/// below the usual second labels of countries.
fn organisation(domain: &str) -> String {
    let domain = domain.trim_end_matches('.').to_ascii_lowercase();
    let labels: Vec<&str> = domain.split('.').collect();
    let country = labels.last().is_some_and(|last| last.len() == 2);
    let sold = labels.len().checked_sub(2).and_then(|at| labels.get(at)).is_some_and(|label| SOLD_BELOW.contains(label));
    let keep = if country && sold { 3 } else { 2 };
    labels.get(labels.len().saturating_sub(keep)..).unwrap_or(&labels).join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(of: MailSettings<'_>) -> Vec<&'static str> {
        alignment(of).into_iter().filter(|one| !one.ok).map(|one| one.code).collect()
    }

    #[test]
    fn domains_that_a_receiver_compares_are_of_one_owner() {
        let smtp = MailSettings {
            provider: "smtp",
            from: "Compta <compta@factures.dumas.fr>",
            host: Some("smtp.relay.net"),
            security: Some("starttls"),
            ..Default::default()
        };
        assert!(faults(smtp).is_empty());
        assert!(faults(MailSettings { bounce_address: Some("b@bounces.dumas.fr"), reply_to: Some("anne@dumas.fr"), ..smtp }).is_empty());
        assert_eq!(
            faults(MailSettings { bounce_address: Some("b@relay.net"), reply_to: Some("dumas@gmail.com"), ..smtp }),
            ["return_path", "reply_to"]
        );
        assert_eq!(faults(MailSettings { from: "dumas@gmail.com", ..smtp }), ["from_domain"]);
        assert!(
            faults(MailSettings { from: "dumas@orange.fr", host: Some("smtp.orange.fr"), ..smtp }).is_empty(),
            "by the mailbox's own server"
        );
        assert_eq!(faults(MailSettings { from: "dumas@serveur.local", security: Some("none"), ..smtp }), ["from_domain", "transport"]);
        assert_eq!(faults(MailSettings { from: "nobody", ..smtp }), ["from_domain"]);
        assert!(
            faults(MailSettings { provider: "brevo", from: "a@dumas.co.uk", reply_to: Some("b@mail.dumas.co.uk"), ..Default::default() })
                .is_empty()
        );
        assert_eq!(
            faults(MailSettings { provider: "brevo", from: "a@dumas.co.uk", reply_to: Some("b@other.co.uk"), ..Default::default() }),
            ["reply_to"]
        );
    }
}
