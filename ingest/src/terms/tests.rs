use chrono::NaiveDate;

use super::{due_from_terms, is_discount_date};
use crate::normalise::date;

fn day(text: &str) -> NaiveDate {
    date(text).unwrap_or_else(|| panic!("not a date: {text}"))
}

fn check(issued_on: &str, cases: &[(&str, Option<&str>)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(text, expected)| {
            let found = due_from_terms(day(issued_on), &[(*text).to_owned()]);
            (found != expected.map(day)).then(|| format!("{text:?}: found {found:?}, expected {expected:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn terms_of_every_day() {
    check(
        "2026-01-20",
        &[
            ("30 jours", Some("2026-02-19")),
            ("30 jours net", Some("2026-02-19")),
            ("PAIEMENT 30 JOURS NET", Some("2026-02-19")),
            ("Paiement à 30 jours date de facture", Some("2026-02-19")),
            ("30j", Some("2026-02-19")),
            ("45 jours fin de mois", Some("2026-03-31")),
            ("45 j FDM", Some("2026-03-31")),
            ("Fin de mois 45 jours", Some("2026-03-17")),
            ("45 jours à compter de la fin du mois", Some("2026-03-17")),
            ("30 jours fin de mois", Some("2026-02-28")),
            ("30 jours fin de mois le 10", Some("2026-03-10")),
            ("Paiement fin de mois", Some("2026-01-31")),
            ("Paiement fin du mois suivant", Some("2026-02-28")),
            ("60 jours nets", Some("2026-03-21")),
            ("à réception", Some("2026-01-20")),
            ("Payable à réception de facture", Some("2026-01-20")),
            ("Paiement comptant", Some("2026-01-20")),
            ("zahlbar sofort", Some("2026-01-20")),
            ("Zahlbar sofort ohne Abzug.", Some("2026-01-20")),
            ("Fällig sofort, ohne Abzug", Some("2026-01-20")),
            ("Zahlbar sofort rein netto", Some("2026-01-20")),
            ("14 Tage", Some("2026-02-03")),
            ("Zahlbar innerhalb 14 Tagen nach Erhalt der Rechnung.", Some("2026-02-03")),
            ("Ihr Zahlungsziel beträgt: 010 Tage nach Rechnungsdatum.", Some("2026-01-30")),
            ("within 30 days", Some("2026-02-19")),
            ("Payment within 30 days", Some("2026-02-19")),
            ("payable within one month", Some("2026-02-20")),
            ("Net 30 EOM", Some("2026-03-02")),
            ("30 jours fin de mois, le 10", Some("2026-03-10")),
            ("30 jours le 10 du mois suivant", Some("2026-03-10")),
            ("Net 30", Some("2026-02-19")),
            ("Due on receipt", Some("2026-01-20")),
            ("on receipt within 30 days", Some("2026-02-19")),
            ("30 days net. Penalty rate 12 %\nLine break should be respected here.", Some("2026-02-19")),
            ("30 dagar netto", Some("2026-02-19")),
            ("30 dagar netto. Dröjsmålsränta 12%", Some("2026-02-19")),
            ("30 dagar. Dröjsmålsränta utgår enligt räntelagen.", Some("2026-02-19")),
            ("Zahlbar bis 04.02.2026", Some("2026-02-04")),
            ("Bitte überweisen Sie bis zum 24.02.2026 auf das unten aufgeführte Konto.", Some("2026-02-24")),
            ("Bis zum zum 13.06.2026 ohne Abzug", Some("2026-06-13")),
            ("Paiement sans escompte avant le 09.12.2026", Some("2026-12-09")),
            ("Paiement au plus tard le 1er mars 2026", Some("2026-03-01")),
            ("Zahlbar bis 4. Februar 2026", Some("2026-02-04")),
            ("Please pay by March 12, 2026", Some("2026-03-12")),
            ("Échéance : 31/03/2026", Some("2026-03-31")),
            ("Rechnung vom 05.01.2026, zahlbar sofort", Some("2026-01-20")),
        ],
    );
}

#[test]
fn a_discount_is_never_a_due_date() {
    check(
        "2026-06-05",
        &[
            ("10 Tage 3% Skonto, 30 Tage netto", Some("2026-07-05")),
            ("10 Tage 3% Skonto 30 Tage netto", Some("2026-07-05")),
            ("Zahlbar innerhalb 30 Tagen netto bis 04.07.2026, 3% Skonto innerhalb 10 Tagen bis 15.06.2026", Some("2026-07-04")),
            ("3% Skonto innerhalb 10 Tagen bis 15.06.2026, 30 Tage netto", Some("2026-07-05")),
            ("Bei Zahlungen binnen 14 Tagen, 2% Skonto", None),
            ("2% Skonto bei Zahlung innerhalb 14 Tagen", None),
            ("2% Skonto, bei Zahlung innerhalb 14 Tagen", None),
            ("Bei Zahlung bis zum 15.06.2026 zahlen Sie mit 2,00 % Skonto € 1749,30 €", None),
            ("#SKONTO#TAGE=14#PROZENT=2.25#\n", None),
            ("2 % discount if paid within 2 days\n            Penalty percentage 10% from due date", None),
            ("2/10 net 30", Some("2026-07-05")),
            ("2% 10, net 30", Some("2026-07-05")),
            ("Escompte 2% sous 8 jours, sinon 30 jours net", Some("2026-07-05")),
            ("Paiement à 30 jours. Escompte 2 % à 10 jours.", Some("2026-07-05")),
            ("Paiement à 30 jours. Escompte : 0 %", Some("2026-07-05")),
            ("Paiement à 30 jours, pas d'escompte pour paiement anticipé", Some("2026-07-05")),
            ("Paiement à 30 jours. Escompte pour paiement anticipé : néant.", Some("2026-07-05")),
            ("If paid within 10 days no discount", None),
            ("14 Tage 2 Prozent, 30 Tage netto", Some("2026-07-05")),
        ],
    );
}

#[test]
fn what_is_not_understood_gives_nothing() {
    check(
        "2026-01-20",
        &[
            ("", None),
            ("Enligt avtal.", None),
            ("Arbetet påbörjas 7 dagar efter mottagen förskottsbetalning.", None),
            ("50% prepaid, 50% within one month", None),
            ("Der Betrag in Höhe von EUR 529,87 wird am 20.03.2026 von Ihrem Konto per SEPA-Lastschrift eingezogen.", None),
            ("Zahlbar 30 Tage nach Lieferung", None),
            ("Pénalités de retard exigibles 30 jours après la date d'échéance", None),
            ("En cas de retard de paiement, indemnité forfaitaire de 40 EUR", None),
            ("As per contract clause X.123", None),
            ("Dröjsmålsränta 24 %", None),
            ("Zahlbar bis 31.02.2026", None),
            ("Zahlbar bis 01.01.2019", None),
            ("9999 jours net", None),
            ("Net 30 EUR", None),
            ("Netto løbende måned 30 dage", None),
            ("50 % à la commande", None),
        ],
    );
}

#[test]
fn several_terms_give_the_latest() {
    let terms = ["14 Tage".to_owned(), "30 Tage netto".to_owned()];
    assert_eq!(due_from_terms(day("2026-01-01"), &terms), Some(day("2026-01-31")));
}

#[test]
fn a_stated_date_is_told_from_a_discounts() {
    let issued = day("2020-11-27");
    let text = "10 Tage 3% Skonto, 30 Tage netto";
    assert!(is_discount_date(day("2020-12-07"), issued, text));
    assert!(!is_discount_date(day("2020-12-27"), issued, text));
    assert!(is_discount_date(
        day("2026-06-06"),
        day("2026-05-30"),
        "Bei Zahlung bis zum 06.06.2026 zahlen Sie mit 2,00 % Skonto € 1749,30 €"
    ));
    assert!(!is_discount_date(day("2018-01-10"), day("2017-12-11"), "Bei Zahlungen binnen 14 Tagen, 2% Skonto"));
}

#[test]
fn any_text_is_survived() {
    for text in
        ["%", "<", "0 %", "30. ", "((((", "fin de mois le 99", "1/2/3/4/5", "99999999999 jours", "é", "30 jours fin de mois le 31 31 31"]
    {
        let _ = due_from_terms(day("2200-12-31"), &[text.to_owned()]);
    }
}
