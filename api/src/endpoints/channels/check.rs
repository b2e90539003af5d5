//! What the settings of a channel must be.

use relance_domain::sending::{PricePerPart, channel_of};
use relance_openapi::{
    channel::{ChannelInput, PartPrice, SmtpInput},
    problem::Code,
};

use super::gateway;
use crate::{
    body::{Faults, no_threat},
    email::is_email,
    problem::Answer,
    state::Egress,
};

/// Which providers serve a channel.
fn providers(channel: &str) -> &'static [&'static str] {
    match channel {
        "email" => &["smtp", "brevo", "mailjet", "postmark", "scaleway", "ses", "sendgrid"],
        "sms" => &["ovh", "twilio", "brevo", "smsmode", "http", "gateway"],
        _ => &["print", "merci_facteur", "maileva", "ar24"],
    }
}

/// Provider, its object and no other, sender and addresses.
///
/// # Errors
/// 422 with every fault.
pub(super) fn shape(channel: &str, input: &ChannelInput) -> Answer<()> {
    let channel = channel_of(channel);
    let mut faults = Faults::default();
    faults.word("/provider", &input.provider, providers(channel));
    objects(input, &mut faults);
    match (channel, &input.from) {
        ("letter", Some(_)) => faults.invalid("/from", "A letter has no sender's address here: it takes the settings'."),
        ("letter", None) => {}
        (_, None) => faults.invalid("/from", "This field is required."),
        ("email", Some(from)) if !is_email(from) => faults.invalid("/from", "This is not an e-mail address."),
        ("email", Some(_)) => {}
        (_, Some(from)) => faults.text("/from", from, 40),
    }
    if input.reply_to.as_ref().is_some_and(|address| !is_email(address)) {
        faults.invalid("/reply_to", "This is not an e-mail address.");
    }
    input.from_name.iter().for_each(|name| one_line("/from_name", name, 200, &mut faults));
    for (pointer, text) in [("/from_name", &input.from_name), ("/from", &input.from)] {
        text.iter().for_each(|text| no_threat(pointer, text, &mut faults));
    }
    for (at, address) in input.allow_list.iter().flatten().enumerate() {
        one_line(&format!("/allow_list/{at}"), address, 254, &mut faults);
    }
    input.smtp.iter().for_each(|smtp| server(smtp, &mut faults));
    own_texts(input, &mut faults);
    by_post(input, &mut faults);
    input.gateway.iter().for_each(|own| gateway::check(own, &mut faults));
    match input.max_per_day {
        Some(_) if channel == "email" => faults.invalid("/max_per_day", "E-mail is not paid by the piece: this is for SMS and letters."),
        Some(0 | 1_000_001..) => faults.invalid("/max_per_day", "This must be from 1 to 1000000."),
        _ => {}
    }
    input.price_per_part.iter().for_each(|price| part_price(channel, price, &mut faults));
    if input.max_per_second == Some(0) {
        faults.invalid("/max_per_second", "This must be from 1 to 10000.");
    }
    if input.max_per_second.is_some_and(|rate| rate > 10_000) {
        faults.invalid("/max_per_second", "This must be from 1 to 10000.");
    }
    faults.check()
}

/// A price is a small decimal number.
fn part_price(channel: &str, price: &PartPrice, faults: &mut Faults) {
    if channel != "sms" {
        faults.invalid("/price_per_part", "Only an SMS has parts.");
    }
    if PricePerPart::read(&price.amount, &price.currency).is_none() {
        faults.invalid("/price_per_part/amount", "This must be a decimal number below 1000 with at most six decimals, e.g. 0.045.");
    }
}

/// The provider's own object is there, the others are not.
fn objects(input: &ChannelInput, faults: &mut Faults) {
    let given = [
        ("smtp", input.smtp.is_some()),
        ("brevo", input.brevo.is_some()),
        ("twilio", input.twilio.is_some()),
        ("ovh", input.ovh.is_some()),
        ("http", input.http.is_some()),
        ("gateway", input.gateway.is_some()),
        ("mailjet", input.mailjet.is_some()),
        ("postmark", input.postmark.is_some()),
        ("scaleway", input.scaleway.is_some()),
        ("ses", input.ses.is_some()),
        ("sendgrid", input.sendgrid.is_some()),
        ("smsmode", input.smsmode.is_some()),
        ("merci_facteur", input.merci_facteur.is_some()),
        ("maileva", input.maileva.is_some()),
        ("ar24", input.ar24.is_some()),
    ];
    for (name, there) in given {
        if there && name != input.provider {
            faults.invalid(format!("/{name}"), format!("This does not belong to the provider {}.", input.provider));
        } else if !there && name == input.provider {
            faults.invalid(format!("/{name}"), "This field is required.");
        }
    }
}

/// Every setting of a provider over HTTP is one line that stands for something; parts of an address hold nothing else.
fn own_texts(input: &ChannelInput, faults: &mut Faults) {
    let whole = serde_json::to_value(input).unwrap_or_default();
    let Some(own) = whole.get(&input.provider).and_then(serde_json::Value::as_object).filter(|_| input.provider != "smtp") else { return };
    for (name, value) in own {
        let Some(text) = value.as_str() else { continue };
        let pointer = format!("/{}/{name}", input.provider);
        one_line(&pointer, text, 4_000, faults);
        let in_address = ["account_sid", "service_name", "region"].contains(&name.as_str());
        if in_address && !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_') {
            faults.invalid(&pointer, "Letters, digits, - and _ only.");
        }
    }
    if let Some(key) = input.sendgrid.as_ref().and_then(|own| own.webhook_key.as_ref())
        && !relance_ingest::receipts::is_sendgrid_key(key)
    {
        faults.invalid("/sendgrid/webhook_key", "This is not the public key that SendGrid shows.");
    }
}

/// How letters go, and who is told.
fn by_post(input: &ChannelInput, faults: &mut Faults) {
    if let Some(own) = &input.merci_facteur {
        let modes = [
            ("/merci_facteur/registered_mode", &own.registered_mode, ["lrare", "lrar", "ere_otp_mail", "ere_otp_sms"].as_slice()),
            ("/merci_facteur/letter_mode", &own.letter_mode, ["suivi", "normal"].as_slice()),
        ];
        for (pointer, mode, known) in modes {
            mode.iter().for_each(|mode| faults.word(pointer, mode, known));
        }
        if !own.user_id.bytes().all(|byte| byte.is_ascii_digit()) {
            faults.invalid("/merci_facteur/user_id", "This is a number.");
        }
    }
    if input.maileva.as_ref().is_some_and(|own| !is_email(&own.notification_email)) {
        faults.invalid("/maileva/notification_email", "This is not an e-mail address.");
    }
}

pub(super) fn one_line(pointer: &str, text: &str, most: usize, faults: &mut Faults) {
    faults.text(pointer, text, most);
    if text.contains('\n') {
        faults.invalid(pointer, "This must be one line.");
    }
}

fn server(smtp: &SmtpInput, faults: &mut Faults) {
    one_line("/smtp/host", &smtp.host, 253, faults);
    if smtp.port == 0 {
        faults.invalid("/smtp/port", "This must be from 1 to 65535.");
    }
    faults.word("/smtp/security", &smtp.security, &["starttls", "tls", "none"]);
    if smtp.username.is_some() != smtp.password.is_some() {
        faults.invalid("/smtp/password", "User name and password go together.");
    }
    if smtp.bounce_address.as_ref().is_some_and(|address| !is_email(address) || address.contains('+')) {
        faults.invalid("/smtp/bounce_address", "This is not an e-mail address without a +.");
    }
    if smtp.ca_pem.as_ref().is_some_and(|pem| !pem.contains("-----BEGIN CERTIFICATE-----")) {
        faults.invalid("/smtp/ca_pem", "This is not a certificate in PEM.");
    }
}

/// Scheme and host of the template of an address, which have no template in them.
fn look_up_at(url: &str) -> String {
    url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/")
}

/// May what is named here be reached at all, and without encryption?
///
/// # Errors
/// 422 `blocked_address`.
pub(super) async fn addresses(egress: &dyn Egress, input: &ChannelInput) -> Answer<()> {
    let mut faults = Faults::default();
    if let Some(smtp) = &input.smtp {
        if let Err(why) = egress.check_host(&smtp.host, smtp.port).await {
            faults.add("/smtp/host", Code::BlockedAddress, why);
        } else if smtp.security == "none" && !egress.plaintext_allowed(&smtp.host).await {
            let detail = "Without encryption only inside RELANCE_EGRESS_ALLOW.";
            faults.add("/smtp/security", Code::BlockedAddress, detail);
        }
    }
    let asked = input.gateway.as_ref().and_then(|own| own.look_up.as_ref()).map(|look_up| look_up_at(&look_up.url));
    let urls = [
        ("/gateway/look_up/url", asked.as_ref()),
        ("/brevo/base_url", input.brevo.as_ref().and_then(|brevo| brevo.base_url.as_ref())),
        ("/twilio/base_url", input.twilio.as_ref().and_then(|twilio| twilio.base_url.as_ref())),
        ("/ovh/base_url", input.ovh.as_ref().and_then(|ovh| ovh.base_url.as_ref())),
        ("/gateway/url", input.gateway.as_ref().map(|own| &own.url)),
        ("/http/url", input.http.as_ref().map(|http| &http.url)),
        ("/mailjet/base_url", input.mailjet.as_ref().and_then(|own| own.base_url.as_ref())),
        ("/postmark/base_url", input.postmark.as_ref().and_then(|own| own.base_url.as_ref())),
        ("/scaleway/base_url", input.scaleway.as_ref().and_then(|own| own.base_url.as_ref())),
        ("/ses/base_url", input.ses.as_ref().and_then(|own| own.base_url.as_ref())),
        ("/sendgrid/base_url", input.sendgrid.as_ref().and_then(|own| own.base_url.as_ref())),
        ("/smsmode/base_url", input.smsmode.as_ref().and_then(|own| own.base_url.as_ref())),
        ("/merci_facteur/base_url", input.merci_facteur.as_ref().and_then(|own| own.base_url.as_ref())),
        ("/maileva/base_url", input.maileva.as_ref().and_then(|own| own.base_url.as_ref())),
        ("/maileva/auth_url", input.maileva.as_ref().and_then(|own| own.auth_url.as_ref())),
        ("/ar24/base_url", input.ar24.as_ref().and_then(|own| own.base_url.as_ref())),
    ];
    for (pointer, url) in urls {
        if let Some(url) = url
            && let Err(why) = egress.check(url).await
        {
            faults.add(pointer, Code::BlockedAddress, why);
        }
    }
    faults.check()
}
