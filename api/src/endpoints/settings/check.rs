//! What settings must be.

use relance_domain::{
    calendar::{Region, parse_zone},
    dunning::Occasion,
};
use relance_openapi::settings::SettingsView;

use crate::{
    body::{Faults, no_threat},
    email::is_email,
    problem::Answer,
};

/// Longest payment term that can be a default, in days.
const MOST_DAYS: u16 = 365;

/// Days the feed goes back.
const FEED_DAYS: u16 = 90;

/// Why nobody collects for others with this service.
const THIRD_PARTY: &str = "Whoever collects for others declares it (CPCE R124-2), holds a mandate (R124-3) and writes the mentions of \
                           R124-4, the creditor's and its own identity among them: they cannot all be given here. Messages leave in the \
                           creditor's own name.";

/// Every fault of the settings.
///
/// # Errors
/// 422.
pub(super) fn check(view: &SettingsView) -> Answer<()> {
    let mut faults = Faults::default();
    texts(view, &mut faults);
    let mut shape = |pointer, value: &Option<String>, fits: fn(&str) -> bool, detail| {
        if value.as_ref().is_some_and(|text| !fits(text)) {
            faults.invalid(pointer, detail);
        }
    };
    shape("/siren", &view.siren, is_siren, "A SIREN has nine digits.");
    shape("/email", &view.email, is_email, "This is not an e-mail address.");
    shape("/iban", &view.iban, is_iban, "This is not an IBAN.");
    shape("/bic", &view.bic, is_bic, "A BIC has 8 or 11 letters and digits.");
    shape("/privacy_url", &view.privacy_url, is_web, "This must begin with https:// or http://.");
    if parse_zone(&view.time_zone).is_none() {
        faults.invalid("/time_zone", "This is not an IANA time zone, e.g. Europe/Paris.");
    }
    if Region::parse(&view.region).is_none() {
        faults.invalid("/region", "This must be FR, FR-AM, GP, MQ, GF, RE, YT, BL, MF or a country's two letters.");
    }
    if !is_language(&view.language) {
        faults.invalid("/language", "This must be a language's two letters, e.g. fr.");
    }
    if view.address.as_ref().is_some_and(|address| !is_country(&address.country)) {
        faults.invalid("/address/country", "This must be a country's two letters, e.g. FR.");
    }
    if view.default_payment_days > MOST_DAYS {
        faults.invalid("/default_payment_days", format!("This must be from 0 to {MOST_DAYS}."));
    }
    for (pointer, days) in [("/webhook_attempt_days", view.webhook_attempt_days), ("/webhook_payload_days", view.webhook_payload_days)] {
        if !(1..=FEED_DAYS).contains(&days) {
            faults.invalid(pointer, format!("This must be from 1 to {FEED_DAYS}."));
        }
    }
    event_templates(view, &mut faults);
    if view.third_party_collector {
        faults.invalid("/third_party_collector", THIRD_PARTY);
    }
    faults.check()
}

/// Each occasion has the one message that tells its facts.
fn event_templates(view: &SettingsView, faults: &mut Faults) {
    for (word, template) in &view.event_templates {
        let pointer = format!("/event_templates/{word}");
        match Occasion::parse(word) {
            None => {
                let known = Occasion::ALL.map(Occasion::as_str).join(", ");
                faults.invalid(&pointer, format!("Nothing is answered on this; one of {known} is."));
            }
            Some(occasion) if occasion.template() != template => {
                faults.invalid(&pointer, format!("{word} is answered by {}.", occasion.template()));
            }
            Some(_) => {}
        }
    }
}

fn texts(view: &SettingsView, faults: &mut Faults) {
    let short = [
        ("/legal_name", &view.legal_name),
        ("/legal_form", &view.legal_form),
        ("/capital", &view.capital),
        ("/rcs_city", &view.rcs_city),
        ("/vat_id", &view.vat_id),
        ("/phone", &view.phone),
        ("/contact_name", &view.contact_name),
    ];
    let long = [("/penalty_terms", &view.penalty_terms), ("/consumer_mediator", &view.consumer_mediator), ("/signature", &view.signature)];
    for (pointer, text) in short {
        text.iter().for_each(|text| faults.text(pointer, text, 200));
    }
    for (pointer, text) in long {
        text.iter().for_each(|text| faults.text(pointer, text, 4000));
    }
    for (at, method) in view.payment_methods.iter().enumerate() {
        faults.text(&format!("/payment_methods/{at}"), method, 60);
        no_threat(&format!("/payment_methods/{at}"), method, faults);
    }
    // free text that debtors read
    view.contact_name.iter().for_each(|text| no_threat("/contact_name", text, faults));
    view.signature.iter().for_each(|text| no_threat("/signature", text, faults));
    if let Some(address) = &view.address {
        for (at, line) in address.lines.iter().enumerate() {
            faults.text(&format!("/address/lines/{at}"), line, 200);
        }
    }
}

fn is_siren(text: &str) -> bool {
    let digits: String = text.chars().filter(|letter| *letter != ' ').collect();
    digits.len() == 9 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_iban(text: &str) -> bool {
    let bare: String = text.chars().filter(|letter| *letter != ' ').collect();
    let (country, rest) = bare.split_at_checked(2).unwrap_or_default();
    (15..=34).contains(&bare.len())
        && country.bytes().all(|byte| byte.is_ascii_uppercase())
        && rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && rest.bytes().take(2).all(|byte| byte.is_ascii_digit())
}

fn is_bic(text: &str) -> bool {
    matches!(text.len(), 8 | 11) && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

fn is_web(text: &str) -> bool {
    text.len() <= 2000 && (text.starts_with("https://") || text.starts_with("http://"))
}

fn is_language(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use relance_domain::settings::Settings;

    use super::*;

    #[test]
    fn the_defaults_are_sound() {
        assert!(check(&SettingsView::from(&Settings::default())).is_ok());
    }

    #[test]
    fn every_fault_has_its_place() {
        let mut view = SettingsView::from(&Settings::default());
        view.siren = Some("12".into());
        view.iban = Some("nonsense".into());
        view.time_zone = "Europe/Lyon".into();
        view.email = Some("a@b".into());
        view.event_templates = [("promise.made".into(), "thank_you".into()), ("rain".into(), "thank_you".into())].into();
        view.third_party_collector = true;
        view.signature = Some("Étude Durand, huissier de justice".into());
        let refusal = check(&view).unwrap_err();
        let pointers: Vec<&str> = refusal.errors.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(
            pointers,
            [
                "/signature",
                "/siren",
                "/email",
                "/iban",
                "/time_zone",
                "/event_templates/promise.made",
                "/event_templates/rain",
                "/third_party_collector"
            ]
        );
    }
}
