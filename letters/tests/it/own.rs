//! Texts that a tenant writes itself.

use relance_letters::*;

use crate::{
    fixtures::{full, kind_for},
    languages::spaces,
};

fn own(template: &str, change: impl Fn(String) -> String) -> OwnText {
    let (body, sms) = built_in_text(template, "fr").unwrap();
    OwnText { body: change(body), sms }
}

fn details(template: &str, text: &OwnText) -> String {
    faults(template, "fr", text).into_iter().map(|fault| format!("{} {}\n", fault.pointer, fault.detail)).collect()
}

#[test]
fn every_built_in_text_is_a_starting_point_that_may_be_used_as_it_is() {
    for language in languages() {
        for name in template_names() {
            let (body, sms) = built_in_text(name, language).unwrap();
            let found = faults(name, language, &OwnText { body, sms });
            assert!(found.is_empty(), "{name} {language}: {found:?}");
        }
    }
    assert_eq!((built_in_text("first_reminder", "pt"), built_in_text("final_notice", "fr")), (None, None));
}

#[test]
fn an_own_text_is_what_the_reader_gets() {
    let text =
        own("first_reminder", |body| body.replace("Il s’agit sans doute d’un simple oubli.", "Cela arrive aux meilleurs d’entre nous."));
    assert_eq!(details("first_reminder", &text), "");
    let ctx = MessageContext { own: Some(text), ..full("first_reminder", "fr", "business") };
    let mail = render_email(&ctx).unwrap();
    assert!(mail.text.contains("Cela arrive aux meilleurs d’entre nous.") && mail.html.contains("Cela arrive aux meilleurs"));
    assert!(spaces(&mail.text).contains("FR76 3000 6000"));
}

#[test]
fn a_text_that_lacks_what_the_step_needs_is_refused_and_says_what() {
    for (template, without, lacks) in [
        ("first_reminder", "@invoices", "the number of each invoice"),
        ("first_reminder", "{% include \"pay\" %}", "where to pay"),
        ("first_reminder", "{% include \"questions\" %}", "whom to call to contest"),
        ("first_reminder", "{% include \"other\" %}", "the other invoices due"),
        ("first_reminder", "**{{ pay_before }}**", "the date to pay before"),
        ("second_reminder", "{% include \"charges\" %}", "the fixed compensation of the law"),
        ("formal_notice", "{% include \"charges\" %}", "each line of interest"),
        ("formal_notice", "{% include \"charges\" %}", "the daily amount of interest"),
        ("formal_notice", "{% include \"deadline\" %}", "the deadline as a date"),
        ("formal_notice", "1344", "C. civ. 1344"),
        ("formal_notice", "mettons en demeure", "the words mise en demeure"),
        ("formal_notice_consumer", "{{ step_total }}", "the sum demanded"),
        ("formal_notice", "@invoices", "the amount left of each invoice"),
        ("formal_notice_consumer", "{{ creditor.mediator }}", "the consumer mediator"),
        ("public_demand", "68-1250", "the written claim"),
        ("public_reminder", "@invoices", "the Chorus Pro number"),
        ("promise_confirmation", "{{ promise.on }}", "the day promised"),
        ("plan_confirmation", "@instalments", "the date of each instalment"),
        ("dispute_acknowledgment", "{{ event.dispute.reason }}", "the reason in the customer's words"),
        ("call_summary", "{{ task.what }}", "what each will do"),
        ("document_sent", "{{ event.documents|join(\", \") }}", "which documents are sent"),
    ] {
        let built_in = own(template, |body| body);
        assert!(built_in.body.contains(without), "{without} in {template}: {}", built_in.body);
        // the title alone is not the demand, and the table says the sum too
        let table = if lacks == "the sum demanded" { "@invoices" } else { without };
        let text = own(template, |body| {
            body.replace(without, "")
                .replace(table, "")
                .replace("Title: MISE EN DEMEURE DE PAYER", "Title: LETTRE")
                .replace("Cette mise en demeure", "Cette lettre")
        });
        assert!(details(template, &text).contains(lacks), "{template} without {without}: {}", details(template, &text));
    }
}

#[test]
fn a_text_that_says_what_none_may_is_refused() {
    for (template, add, why) in [
        ("first_reminder", "Dernier avis avant saisie.", "dernier avis"),
        ("second_reminder", "Une indemnité forfaitaire de 40 € vous sera comptée.", "owes no charge"),
        ("first_reminder", "{{ creditor.mobile }}", "a name that no message has"),
        ("first_reminder", "{{ customer.contact_name }}", "ask for it with"),
        ("first_reminder", "{% set x = 1 %}", "not a statement"),
    ] {
        let text = own(template, |body| format!("{body}\n\n{add}\n"));
        assert!(details(template, &text).contains(why), "{add}: {}", details(template, &text));
    }
    for (head, why) in [("Subject: Facture impayée", "impayé"), ("Subject: Vos 1 200 euros", "shows a figure"), ("Sujet: x", "head")] {
        let text = own("first_reminder", |body| body.replace("Subject: [[Votre|Ton]] compte chez {{ creditor.legal_name }}", head));
        assert!(details("first_reminder", &text).contains(why), "{head}: {}", details("first_reminder", &text));
    }
}

#[test]
fn a_text_message_of_ones_own_says_who_writes_and_no_amount() {
    for (sms, why) in [
        ("{{ creditor.legal_name }} : merci de nous appeler au {{ creditor.phone or \"\" }}.", ""),
        ("Merci de nous appeler au {{ creditor.phone or \"\" }}.", "/sms it lacks who writes"),
        ("{{ creditor.legal_name }} : un message vous attend.", "/sms it lacks the number to call"),
        ("{{ creditor.legal_name }} {{ creditor.phone or \"\" }} : {{ step_total }}.", "/sms a text message shows no amount"),
    ] {
        let text = OwnText { sms: Some(sms.to_owned()), ..own("sms_reminder", |body| body) };
        let found = details("sms_reminder", &text);
        assert!(if why.is_empty() { found.is_empty() } else { found.contains(why) }, "{sms}: {found}");
    }
}

#[test]
fn what_was_right_when_tried_is_looked_at_again_with_the_real_facts() {
    // right for the trial's number, wrong for any other
    let text = own("thank_you", |_| {
        "Subject: Votre compte\nPreview: Merci\nObject: merci\n\nMerci pour vos 2 094,56 €, reçus le 16 novembre 2026.\n".into()
    });
    let mut ctx = MessageContext { own: Some(text), ..full("thank_you", "fr", kind_for("thank_you")) };
    assert!(render_email(&ctx).is_ok());
    ctx.event.payment.as_mut().unwrap().amount.minor = 1;
    assert!(matches!(render_email(&ctx), Err(RenderError::OwnText(what)) if what.contains("the amount received")));
}
