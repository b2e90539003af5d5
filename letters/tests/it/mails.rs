//! Mails: complete, strict, and never more than they may say.

use relance_letters::*;

use crate::fixtures::{eur, full, kind_for, minimal, row};

fn spaces(text: &str) -> String {
    text.replace(['\u{A0}', '\u{202F}'], " ")
}

#[test]
fn every_template_renders_in_every_language_full_and_minimal() {
    for name in template_names() {
        for language in ["fr", "en", "de", "es", "it", "nl", "pt"] {
            for kind in ["business", "consumer", "public_body", "unknown", ""] {
                for ctx in [full(name, language, kind), minimal(name, language, kind)] {
                    let mail = render_email(&ctx).unwrap_or_else(|error| panic!("{name} {language} {kind}: {error}"));
                    for text in [&mail.subject, &mail.text, &mail.html] {
                        assert!(text.len() > 10, "{name}");
                        for left in ["none", "undefined", "{{", "{%", "**", " :: ", "\n@", "\n\n\n"] {
                            let found =
                                text.contains(left) && !(left == "none" && text == &mail.html) && !(left == "\n\n\n" && text == &mail.html);
                            assert!(!found, "{left:?} in {name} {language} {kind}: {text}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn a_reminder_says_all_that_every_message_says() {
    for name in [
        "courtesy",
        "first_reminder",
        "second_reminder",
        "final_reminder",
        "formal_notice",
        "formal_notice_consumer",
        "public_status",
        "public_reminder",
        "public_demand",
    ] {
        let mail = render_email(&full(name, "fr", kind_for(name))).unwrap();
        for text in [spaces(&mail.text), spaces(&mail.html.replace("&#x2f;", "/"))] {
            for expected in [
                "Ateliers Dumas, SAS au capital de 50 000 €, SIREN 732 829 320, RCS Lyon, TVA FR44732829320",
                "Hélène Garnier",
                "04 78 00 11 22",
                "FA-2026-0117",
                "05/09/2026",
                "05/10/2026",
                "1 234,56 €",
                "avoirs déduits : 100,00 €",
                "règlements déduits : 165,44 €",
                "2 094,56 €",
                "FA-2026-0140",
                "FA-2026-0099",
                "ne vous sont pas réclamées par ce message",
                "Règlements pris en compte jusqu’au 16 novembre 2026",
                "Si votre règlement a croisé ce message, n’en tenez pas compte",
                "FR76 3000 6000 0112 3456 7890 189",
                "AGRIFRPP",
                "R-20418",
                "contester une facture, obtenir un document ou nous indiquer un autre interlocuteur",
                "https://ateliers-dumas.example/donnees",
            ] {
                assert!(text.contains(expected), "{expected:?} missing in {name}: {text}");
            }
            // A formal demand has one sum only: what is asked; a courtesy has nothing that is due.
            let formal = matches!(name, "courtesy" | "formal_notice" | "formal_notice_consumer" | "public_demand");
            assert_ne!(text.contains("2 394,56 €"), formal, "{name}");
        }
        assert!(
            mail.html.contains("href=\"https:&#x2f;&#x2f;payer.ateliers-dumas.example") || mail.html.contains("href=\"https://payer"),
            "{}",
            mail.html
        );
    }
}

#[test]
fn english_says_the_same() {
    let text = spaces(&render_email(&full("second_reminder", "en", "business")).unwrap().text);
    for expected in [
        "EUR 1,234.56",
        "EUR 2,394.56",
        "27 November 2026",
        "Payments received up to 16 November 2026",
        "crossed with this message",
        "our call of 21 October 2026",
        "EUR 40 for each invoice",
    ] {
        assert!(text.contains(expected), "{expected:?} missing: {text}");
    }
}

#[test]
fn the_subject_keeps_one_stem_and_tells_nothing() {
    for (language, stem) in [("fr", "Votre compte chez Ateliers Dumas"), ("en", "Your account with Ateliers Dumas")] {
        for name in template_names() {
            assert_eq!(render_email(&full(name, language, kind_for(name))).unwrap().subject, stem);
        }
    }
}

#[test]
fn the_privacy_notice_is_in_the_first_message_only() {
    let mut ctx = full("first_reminder", "fr", "business");
    assert!(render_email(&ctx).unwrap().text.contains("/donnees"));
    ctx.first_message = false;
    assert!(!render_email(&ctx).unwrap().text.contains("/donnees"));
}

#[test]
fn an_invoice_is_paid_where_it_says() {
    let mut ctx = full("first_reminder", "fr", "business");
    ctx.step_rows[1].payee_iban = Some("DE89370400440532013000".into());
    ctx.step_rows[1].payee_name = Some("Factor & Cie".into());
    let text = spaces(&render_email(&ctx).unwrap().text);
    assert!(text.contains("Bénéficiaire : Ateliers Dumas (FA-2026-0117, FA-2026-0140 et FA-2026-0152)\nIBAN : FR76"), "{text}");
    assert!(text.contains("Bénéficiaire : Factor & Cie (FA-2026-0121)\nIBAN : DE89 3704 0044 0532 0130 00\nRéférence"), "{text}");
}

#[test]
fn values_are_escaped_in_html_and_stay_on_their_line() {
    let mut ctx = full("first_reminder", "fr", "business");
    ctx.customer.contact_name = Some("<b>Jean</b>\n\n@claim\n**x** {{ 7*7 }}".into());
    ctx.creditor.legal_name = "Dumas\r\nBcc: a@b & Cie".into();
    ctx.payment_url = Some("javascript:alert(1)".into());
    let mail = render_email(&ctx).unwrap();
    assert_eq!(mail.subject, "Votre compte chez Dumas Bcc: a@b & Cie");
    assert!(mail.html.contains("&lt;b&gt;Jean") && !mail.html.contains("<b>Jean"), "{}", mail.html);
    assert!(mail.html.contains("& Cie") || mail.html.contains("&amp; Cie"));
    assert!(!mail.html.contains("href=\"javascript"));
    assert!(mail.text.contains("{{ 7*7 }}"));
}

#[test]
fn wrong_figures_are_refused() {
    let mut ctx = full("first_reminder", "fr", "business");
    ctx.totals = vec![eur(1)];
    assert!(matches!(render_email(&ctx), Err(RenderError::TotalsDiffer { .. })));
    let mut ctx = full("plan_confirmation", "fr", "business");
    ctx.event.plan.as_mut().unwrap().total = eur(1);
    assert!(matches!(render_email(&ctx), Err(RenderError::TotalsDiffer { .. })));
}

#[test]
fn what_is_not_due_yet_is_told_of_and_never_called_due() {
    for (language, title) in [
        ("fr", "Factures à échoir"),
        ("en", "Invoices not yet due"),
        ("de", "Noch nicht fällige Rechnungen"),
        ("es", "Facturas por vencer"),
        ("it", "Fatture in scadenza"),
        ("nl", "Facturen die binnenkort vervallen"),
    ] {
        let mut ctx = full("first_reminder", language, "business");
        ctx.not_claimed.clear();
        let text = spaces(&render_email(&ctx).unwrap().text);
        let (due, after) = text.split_once(title).unwrap();
        assert!(due.contains("394,56") || due.contains("2,394.56") || due.contains("2.394,56"), "{due}");
        assert!(!due.contains("FA-2026-0152") && after.contains("FA-2026-0152"), "{text}");
        assert!(!text.contains("544,56") && !text.contains("2,544.56"), "what is not due is summed with what is: {text}");
        ctx.upcoming_rows.clear();
        ctx.totals.clear();
        assert!(!render_email(&ctx).unwrap().text.contains(title));
    }
}

#[test]
fn two_currencies_have_two_totals() {
    let mut ctx = minimal("first_reminder", "fr", "business");
    ctx.step_rows.push(Row { amount_due: Amount::new("USD", 50_000, 2), ..row("FA-2", 0) });
    let text = spaces(&render_email(&ctx).unwrap().text);
    assert!(text.contains("Total en EUR : 123,00 €\nTotal en USD : 500,00 USD"), "{text}");
}

#[test]
fn thanks_do_not_settle_what_is_still_due() {
    let mut ctx = minimal("thank_you", "fr", "business");
    assert!(!render_email(&ctx).unwrap().text.contains("à jour"));
    ctx.step_rows.clear();
    assert!(render_email(&ctx).unwrap().text.contains("Votre compte est à jour."));
}

#[test]
fn a_stored_context_renders_the_same_bytes() {
    let ctx = full("formal_notice", "fr", "business");
    let stored: MessageContext = serde_json::from_str(&serde_json::to_string(&ctx).unwrap()).unwrap();
    assert_eq!(ctx, stored);
    assert_eq!(render_email(&ctx).unwrap(), render_email(&stored).unwrap());
}

#[test]
fn a_thousand_invoices_stay_within_the_fuel() {
    let mut ctx = full("second_reminder", "fr", "business");
    ctx.totals.clear();
    ctx.step_rows = (0..1_000).map(|index| row(&format!("FA-{index}"), 100)).collect();
    assert!(render_email(&ctx).unwrap().html.contains("FA-999"));
}
