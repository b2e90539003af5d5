//! Words a message must have, and words no message may have.

use relance_letters::*;

use crate::fixtures::{full, kind_for};

const NEVER_FR: &[&str] = &[
    "impayé",
    "huissier",
    "commissaire de justice",
    "saisie",
    "fichage",
    "fiché",
    "dernier avis",
    "poursuite",
    "tribunal",
    "avocat",
    "contentieux",
    "relance n",
    "malgré nos",
    "négligence",
    "mauvaise foi",
    "inadmissible",
    "offre spéciale",
    "promotion",
    "!",
];
const NEVER_EN: &[&str] = &[
    "unpaid",
    "bailiff",
    "seizure",
    "blacklist",
    "final notice before",
    "last notice",
    "court",
    "lawyer",
    "legal action",
    "prosecution",
    "reminder no",
    "despite our",
    "negligence",
    "bad faith",
    "unacceptable",
    "special offer",
    "!",
];
/// What a consumer never reads, the mediator's article apart.
const NEVER_CONSUMER: &[&str] =
    &["40", "441-10", "indemnité", "pénalité", "frais de recouvrement", "compensation", "penalt", "recovery costs", "interest runs"];

/// Every form of a message; the letter, slow to lay out, only where `printed`.
fn forms(ctx: &MessageContext, printed: bool) -> Vec<String> {
    let mail = render_email(ctx).unwrap();
    let letter = printed.then(|| render_letter(ctx).unwrap().text);
    [mail.subject, mail.text].into_iter().chain(letter).collect()
}

#[test]
fn no_message_threatens_reproaches_or_shouts() {
    for name in template_names() {
        for (language, never) in [("fr", NEVER_FR), ("en", NEVER_EN)] {
            for kind in ["business", "consumer", "public_body"] {
                for text in forms(&full(name, language, kind), kind == "business") {
                    let text = text.to_lowercase();
                    for word in never {
                        assert!(!text.contains(word), "{word:?} in {name} {language} {kind}: {text}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_consumer_never_reads_of_a_fee() {
    for name in template_names() {
        for language in ["fr", "en"] {
            for kind in ["consumer", "unknown", "association?"] {
                for seed in [0, 1] {
                    // Charges are given on purpose: they must not get through.
                    let mut ctx = full(name, language, kind);
                    ctx.variant_seed = seed;
                    ctx.charges = full("formal_notice", language, "business").charges;
                    // 0140 would hide a 40.
                    ctx.other_rows.clear();
                    ctx.upcoming_rows.clear();
                    ctx.totals.clear();
                    let html = render_email(&ctx).unwrap().html;
                    for text in forms(&ctx, seed == 0 && kind == "consumer")
                        .into_iter()
                        .chain([html.replace("width:640px", "").replace("max-", "")])
                    {
                        let text = text.to_lowercase();
                        for word in NEVER_CONSUMER {
                            assert!(!text.contains(word), "{word:?} in {name} {language}: {text}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn each_template_says_what_it_must() {
    for (name, language, phrases) in [
        ("courtesy", "fr", &["Rien n’est en retard", "lundi 5 octobre 2026", "S’il vous manque quoi que ce soit"][..]),
        (
            "first_reminder",
            "fr",
            &[
                "Sauf erreur de notre part",
                "simple oubli",
                "vendredi 27 novembre 2026",
                "Facture FA-2026-0117",
                "une ligne de votre part suffit",
            ],
        ),
        (
            "second_reminder",
            "fr",
            &[
                "notre message du 9 octobre 2026, notre appel du 21 octobre 2026 et notre message du 30 octobre 2026",
                "vendredi 27 novembre 2026",
                "paiement échelonné",
                "L. 441-10",
                "D. 441-5",
                "40 €",
                "ne sont pas ajoutées",
            ],
        ),
        (
            "final_reminder",
            "fr",
            &[
                "Créancier : Ateliers Dumas",
                "Débiteur : Menuiserie Lefèvre & Fils",
                "9 octobre 2026 : message électronique",
                "vendredi 27 novembre 2026",
                "un responsable de notre entreprise examinera",
                "Portes intérieures",
            ],
        ),
        (
            "formal_notice",
            "fr",
            &[
                "SIREN 552 100 554",
                "3 place Victor-Hugo",
                "mettons en demeure de nous payer la somme de 2 204,54 €",
                "mercredi 2 décembre 2026",
                "1344 et 1231-6 du code civil",
                "L. 441-10 du code de commerce",
                "FA-2026-0117 : du 06/10/2026 au 17/11/2026, 43 jours au taux de 12,15 %",
                "40 € × 2",
                "arrêtées au 17 novembre 2026",
                "0,70 € par jour",
                "Commande BC-2207",
                "Livraison ou prestation du 3 septembre 2026",
            ],
        ),
        (
            "formal_notice_consumer",
            "fr",
            &[
                "mettons en demeure de nous payer la somme de 2 094,56 €",
                "mercredi 2 décembre 2026",
                "1344 et 1231-6",
                "plusieurs fois, sans frais",
                "médiateur de la consommation",
                "L. 616-1",
            ],
        ),
        (
            "public_status",
            "fr",
            &[
                "service fait, mandatement ou mise en paiement",
                "Engagement n° E-5521",
                "Code service TECH01",
                "Chorus Pro n° 2026-884213",
                "Déposée le 5 septembre 2026",
            ],
        ),
        (
            "public_reminder",
            "fr",
            &[
                "Reçue le 5 septembre 2026",
                "Délai de paiement : 30 jours",
                "L. 2192-13, R. 2192-31 et D. 2192-35",
                "majoré de huit points",
                "40 €",
            ],
        ),
        (
            "public_demand",
            "fr",
            &["loi n° 68-1250 du 31 décembre 1968", "motif", "médiateur des entreprises", "L. 1612-15 à L. 1612-18", "2 204,54 €"],
        ),
        ("promise_confirmation", "fr", &["1 234,56 €", "mardi 24 novembre 2026", "virement", "nous ne vous écrirons plus", "R-20418"]),
        (
            "promise_broken",
            "fr",
            &["Vous nous aviez annoncé un règlement de 1 234,56 €", "mardi 24 novembre 2026", "S’est-il passé quelque chose ?"],
        ),
        (
            "plan_confirmation",
            "fr",
            &[
                "reconnaît devoir 2 094,56 €",
                "mardi 1er décembre 2026",
                "1 094,56 €",
                "novation",
                "le solde devient exigible",
                "ne vous seront pas réclamées si",
                "par courriel",
            ],
        ),
        (
            "dispute_acknowledgment",
            "fr",
            &["« une porte livrée rayée »", "512,00 €", "Marc Olivier", "mardi 1er décembre 2026", "nous vous présentons nos excuses"],
        ),
        ("thank_you", "fr", &["2 094,56 €", "lundi 16 novembre 2026"]),
        (
            "call_summary",
            "fr",
            &["Claire Dupont et Hélène Garnier", "d’ici au vendredi 20 novembre 2026", "Dites-nous si ce résumé n’est pas exact"],
        ),
        ("document_sent", "fr", &["Bon de livraison BL-884", "Cela répond-il à votre question ?", "qui valide"]),
        ("formal_notice", "en", &["mise en demeure", "EUR 2,204.54", "2 December 2026", "1344 and 1231-6", "L. 441-10"]),
        ("first_reminder", "en", &["Unless we are mistaken", "27 November 2026", "oversight"]),
        ("formal_notice_consumer", "en", &["2 December 2026", "mediator", "free of charge"]),
    ] {
        let ctx = full(name, language, kind_for(name));
        let text = render_email(&ctx).unwrap().text.replace(['\u{A0}', '\u{202F}'], " ");
        for phrase in phrases {
            assert!(text.contains(phrase), "{phrase:?} missing in {name} {language}: {text}");
        }
    }
}

#[test]
fn the_first_reminder_and_the_courtesy_know_no_law() {
    for name in ["courtesy", "first_reminder", "public_status"] {
        for language in ["fr", "en"] {
            let text = render_email(&full(name, language, kind_for(name))).unwrap().text;
            for word in ["L. 441", "L. 2192", "40\u{A0}€", "EUR\u{A0}40", "pénalit", "indemnit", "penalt"] {
                assert!(!text.contains(word), "{word} in {name}");
            }
        }
    }
}

#[test]
fn an_open_dispute_silences_the_claim_that_there_is_none() {
    let mut ctx = full("second_reminder", "fr", "business");
    assert!(!render_email(&ctx).unwrap().text.contains("aucune contestation"));
    ctx.not_claimed.clear();
    assert!(render_email(&ctx).unwrap().text.contains("aucune contestation"));
}

#[test]
fn without_a_known_rate_no_interest_is_named() {
    let mut ctx = full("formal_notice", "fr", "business");
    ctx.charges.as_mut().unwrap().interest.clear();
    let text = render_email(&ctx).unwrap().text.replace(['\u{A0}', '\u{202F}'], " ");
    assert!(text.contains("ne sont pas chiffrés ici") && text.contains("2 174,56 €") && !text.contains("par jour"), "{text}");
}
