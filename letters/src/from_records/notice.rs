//! Mails to the tenant itself. They are no letters of his to anybody: no template, no layout, a few plain lines.

use std::collections::BTreeMap;

use relance_domain::{
    records::{DisabledEndpoint, MessageContent},
    settings::Settings,
};

use super::content::{Sender, mailbox};

/// The mail that says a webhook endpoint is disabled. It goes to the creditor's own address, else where answers to
/// his messages go, else to the address they come from; `None`: there is none of these. `reference` becomes the
/// Message-ID.
pub fn disabled_endpoint(told: &DisabledEndpoint, settings: &Settings, sender: &Sender, reference: &str) -> Option<MessageContent> {
    let own = [settings.email.as_deref(), sender.reply_to.as_deref(), Some(sender.from.as_str())];
    let to = own.into_iter().flatten().find(|address| !address.trim().is_empty())?;
    let (subject, text) = if settings.language.starts_with("fr") { french(told) } else { english(told) };
    let domain = sender.from.rsplit_once('@').map_or("relance.invalid", |(_, domain)| domain.trim_end_matches('>'));
    Some(MessageContent {
        from: Some(mailbox(sender.from_name.as_deref().or(settings.legal_name.as_deref()), &sender.from)),
        to: Some(mailbox(None, to)),
        subject: Some(subject),
        text,
        headers: BTreeMap::from([
            ("Message-ID".to_owned(), format!("<{reference}@{domain}>")),
            ("Auto-Submitted".to_owned(), "auto-generated".to_owned()),
        ]),
        ..MessageContent::default()
    })
}

/// Host and path: what follows may be a secret.
fn place(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or(url)
}

fn english(told: &DisabledEndpoint) -> (String, String) {
    let DisabledEndpoint { endpoint_id, url, reason, at } = told;
    let why = match reason.as_str() {
        "gone" => "its server answered that it wants no event any more (410).",
        _ => "for five days nothing but failures came back.",
    };
    let text = format!(
        "Hello,\n\nThe webhook endpoint {endpoint_id} ({place}) was disabled on {on}: {why}\n\n\
         Nothing is lost. What it missed is kept, and GET /v1/events has it too.\n\n\
         Once the server answers again:\n\
         1. POST /v1/webhook_endpoints/{endpoint_id}/enable\n\
         2. POST /v1/webhook_endpoints/{endpoint_id}/recover sends again what failed.\n\n\
         This message is written by a machine, once.\n",
        place = place(url),
        on = at.format("%Y-%m-%d %H:%M UTC"),
    );
    (format!("Webhook endpoint {endpoint_id} is disabled"), text)
}

fn french(told: &DisabledEndpoint) -> (String, String) {
    let DisabledEndpoint { endpoint_id, url, reason, at } = told;
    let why = match reason.as_str() {
        "gone" => "son serveur a répondu qu’il ne veut plus rien recevoir (410).",
        _ => "depuis cinq jours, aucun envoi n’a abouti.",
    };
    let text = format!(
        "Bonjour,\n\nLe webhook {endpoint_id} ({place}) a été désactivé le {on} : {why}\n\n\
         Rien n’est perdu. Ce qu’il a manqué est gardé, et se lit aussi par GET /v1/events.\n\n\
         Dès que le serveur répond à nouveau :\n\
         1. POST /v1/webhook_endpoints/{endpoint_id}/enable\n\
         2. POST /v1/webhook_endpoints/{endpoint_id}/recover renvoie ce qui a échoué.\n\n\
         Ce message est écrit par une machine, une seule fois.\n",
        place = place(url),
        on = at.format("%d/%m/%Y à %H:%M UTC"),
    );
    (format!("Le webhook {endpoint_id} est désactivé"), text)
}

#[cfg(test)]
mod tests {
    use relance_domain::ids::EndpointId;

    use super::*;

    fn told() -> DisabledEndpoint {
        DisabledEndpoint {
            endpoint_id: EndpointId(Default::default()),
            url: "https://erp.example/hooks?token=s3cret".into(),
            reason: "only_failures".into(),
            at: "2026-12-01T08:00:00Z".parse().unwrap(),
        }
    }

    fn to(email: Option<&str>, sender: &Sender) -> Option<String> {
        let settings = Settings { email: email.map(str::to_owned), ..Settings::default() };
        disabled_endpoint(&told(), &settings, sender, "ntc_1")?.to
    }

    #[test]
    fn it_goes_to_whoever_reads_the_creditors_mail() {
        let channel =
            Sender { from: "robot@firm.example".into(), from_name: None, reply_to: Some("desk@firm.example".into()), ..Sender::default() };
        assert_eq!(to(Some("boss@firm.example"), &channel).as_deref(), Some("boss@firm.example"));
        assert_eq!(to(None, &channel).as_deref(), Some("desk@firm.example"));
        assert_eq!(to(None, &Sender { reply_to: None, ..channel }).as_deref(), Some("robot@firm.example"));
        assert_eq!(to(None, &Sender::default()), None);
    }

    #[test]
    fn it_names_the_endpoint_and_what_to_do_and_no_secret_of_its_address() {
        let sender = Sender { from: "robot@firm.example".into(), ..Sender::default() };
        for (language, word) in [("fr", "désactivé"), ("en", "disabled"), ("de", "disabled")] {
            let settings = Settings { language: language.into(), ..Settings::default() };
            let mail = disabled_endpoint(&told(), &settings, &sender, "ntc_1").unwrap();
            assert!(mail.subject.as_deref().is_some_and(|subject| subject.contains(word)), "{mail:?}");
            for part in ["https://erp.example/hooks)", "/enable", "/recover", "/v1/events"] {
                assert!(mail.text.contains(part), "{part} in {}", mail.text);
            }
            assert!(!mail.text.contains("s3cret"), "{}", mail.text);
            assert_eq!(mail.headers["Message-ID"], "<ntc_1@firm.example>");
        }
    }
}
