//! Text messages.

use relance_letters::*;

use crate::fixtures::{full, minimal};

#[test]
fn a_text_message_is_short_seven_bit_and_tells_no_debt() {
    for language in ["fr", "en"] {
        for kind in ["business", "consumer", "public_body"] {
            for mut ctx in [full("sms_reminder", language, kind), minimal("sms_reminder", language, kind)] {
                ctx.step_rows.truncate(1);
                ctx.creditor.legal_name = "L’Œuvre à façon «\u{202F}Bâti\u{202F}»".into();
                let sms = render_sms(&ctx).unwrap();
                assert_eq!(sms.encoding, SmsEncoding::Gsm7, "{}", sms.text);
                assert!(sms.parts <= 2);
                assert!(sms.text.starts_with("L'OEuvre à facon"), "{}", sms.text);
                for never in ["€", "EUR", "fact", "invoice", "impay", "dette", "debt", "relance", "STOP", "40", "1 234", "réglement"] {
                    assert!(!sms.text.contains(never), "{never} in {}", sms.text);
                }
            }
        }
    }
}

#[test]
fn it_says_who_when_and_where_to_call() {
    let mut ctx = full("sms_reminder", "fr", "business");
    ctx.step_rows.truncate(1);
    let sms = render_sms(&ctx).unwrap();
    assert_eq!(
        sms.text,
        "Ateliers Dumas : un message vous a été adressé le 30/10/2026 (réf. FA-2026-0117). Merci de nous rappeler au 04 78 00 11 22."
    );
    assert_eq!((sms.encoding.as_str(), sms.parts), ("gsm7", 1));
    ctx.customer.kind = "consumer".into();
    assert!(!render_sms(&ctx).unwrap().text.contains("FA-2026"));
}

#[test]
fn a_novel_is_refused() {
    let mut ctx = full("sms_reminder", "fr", "business");
    ctx.creditor.legal_name = "A".repeat(500);
    assert!(matches!(render_sms(&ctx), Err(RenderError::SmsTooLong { .. })));
}
