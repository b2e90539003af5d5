//! The formal notice as it is posted: every mention of the law's checklist, read back from the printed page by an
//! outside program, in French and in English.

use std::process::Command;

use relance_letters::*;

use crate::{
    fixtures::{full, row},
    languages::{LANGUAGES, spaces},
};

/// What an outside program says about a PDF. CI installs it with poppler; without it these tests mean nothing, so they fail.
fn told(program: &str, arguments: &[&str], pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letter.pdf");
    std::fs::write(&path, pdf).unwrap();
    let mut command = Command::new(program);
    command.args(arguments).arg(&path);
    if program == "pdftotext" {
        command.arg("-");
    }
    let output = command.output().unwrap_or_else(|error| panic!("{program} (poppler-utils): {error}"));
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    spaces(&String::from_utf8(output.stdout).unwrap())
}

/// The text of a page in reading order, line breaks as spaces.
fn flowing(pdf: &[u8]) -> String {
    told("pdftotext", &["-raw"], pdf).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// (mention, French, English).
const MENTIONS: &[(&str, &str, &str)] = &[
    ("place and date", "Lyon, le 17 novembre 2026", "Lyon, 17 November 2026"),
    ("tracking number", "avis de réception n° 2C 123 456 7890 1", "acknowledgment of receipt no. 2C 123 456 7890 1"),
    (
        "creditor",
        "Ateliers Dumas, SAS au capital de 50 000 €, SIREN 732 829 320, RCS Lyon",
        "Ateliers Dumas, SAS with a share capital of EUR 50,000, SIREN 732 829 320, RCS Lyon",
    ),
    (
        "addressee",
        "Menuiserie Lefèvre & Fils À l’attention de Claire Dupont 3 place Victor-Hugo 38000 Grenoble",
        "Menuiserie Lefèvre & Fils For the attention of Claire Dupont 3 place Victor-Hugo 38000 Grenoble",
    ),
    (
        "debtor and seat",
        "Menuiserie Lefèvre & Fils (SIREN 552 100 554), dont le siège est situé 3 place Victor-Hugo",
        "Menuiserie Lefèvre & Fils (SIREN 552 100 554), whose registered office is at 3 place Victor-Hugo",
    ),
    ("the words", "MISE EN DEMEURE DE PAYER", "FORMAL NOTICE TO PAY (MISE EN DEMEURE DE PAYER)"),
    (
        "invoice",
        "FA-2026-0117 05/09/2026 05/10/2026 1 500,00 € 100,00 € 165,44 € 1 234,56 €",
        "FA-2026-0117 5 September 2026 5 October 2026 EUR 1,500.00 EUR 100.00 EUR 165.44 EUR 1,234.56",
    ),
    ("order", "Commande BC-2207", "Purchase order BC-2207"),
    ("delivery", "Livraison ou prestation du 3 septembre 2026", "Delivered or performed on 3 September 2026"),
    ("principal", "Principal restant dû 2 094,56 €", "Principal outstanding EUR 2,094.56"),
    (
        "interest",
        "facture FA-2026-0117 : du 06/10/2026 au 17/11/2026, 43 jours au taux de 12,15 % 17,67 €",
        "invoice FA-2026-0117: from 6 October 2026 to 17 November 2026, 43 days at 12.15%",
    ),
    ("fixed compensation on its own line", "frais de recouvrement : 40 € × 2 80,00 €", "recovery costs: EUR 40 × 2 EUR 80.00"),
    ("total", "Total 2 204,54 €", "Total EUR 2,204.54"),
    (
        "reckoned until, and a day after",
        "arrêtées au 17 novembre 2026 ; au-delà, les intérêts continuent de courir à raison de 0,70 € par jour",
        "up to 17 November 2026; after that date, interest continues to run at EUR 0.70 a day",
    ),
    (
        "demand",
        "nous vous mettons en demeure de nous payer la somme de 2 204,54 €",
        "formal notice (mise en demeure) to pay us the sum of EUR 2,204.54",
    ),
    ("deadline", "au plus tard le mercredi 2 décembre 2026", "no later than 2 December 2026"),
    ("civil code", "articles 1344 et 1231-6 du code civil", "articles 1344 and 1231-6 of the French Civil Code"),
    ("commercial code", "L. 441-10 du code de commerce", "L. 441-10 of the French Commercial Code"),
    (
        "what comes next, no more than is decided",
        "il nous appartiendra de décider de la suite",
        "it will be for us to decide how to proceed",
    ),
    ("the door left open", "Hélène Garnier est à votre disposition au 04 78 00 11 22", "Hélène Garnier can be reached on 04 78 00 11 22"),
    ("where to pay", "IBAN FR76 3000 6000 0112 3456 7890 189", "IBAN FR76 3000 6000 0112 3456 7890 189"),
    ("payments known", "Règlements pris en compte jusqu’au 16 novembre 2026", "Payments received up to 16 November 2026"),
    ("where to contest", "Pour contester une facture", "To dispute an invoice"),
    ("signature", "Hélène Garnier Responsable comptable Ateliers Dumas", "Hélène Garnier Responsable comptable Ateliers Dumas"),
    ("enclosures", "Pièces jointes : Facture FA-2026-0117, Facture FA-2026-0121", "Enclosures: Facture FA-2026-0117, Facture FA-2026-0121"),
    ("page numbers", "page 1/2", "page 1/2"),
];

#[test]
fn every_mention_of_a_formal_notice_is_read_back_from_its_pages() {
    for (language, of) in [("fr", 1), ("en", 2)] {
        let letter = render_letter(&full("formal_notice", language, "business")).unwrap();
        let text = flowing(&letter.pdf);
        let missing: Vec<&str> = MENTIONS
            .iter()
            .filter(|mention| !text.contains(if of == 1 { mention.1 } else { mention.2 }))
            .map(|mention| mention.0)
            .collect();
        assert!(missing.is_empty(), "{language}: {missing:?} missing in {text}");
    }
}

#[test]
fn a_consequence_is_printed_only_when_a_person_recorded_it() {
    let mut ctx = full("formal_notice", "fr", "business");
    ctx.confirmed_consequence = Some("Nous transmettrons alors le dossier à notre conseil.".into());
    let text = render_letter(&ctx).unwrap().text;
    assert!(text.contains("à notre conseil") && !text.contains("il nous appartiendra"), "{text}");
}

#[test]
fn while_a_rate_is_unknown_nothing_is_said_of_a_daily_amount() {
    let mut ctx = full("formal_notice", "fr", "business");
    ctx.charges.as_mut().unwrap().interest.clear();
    let text = flowing(&render_letter(&ctx).unwrap().pdf);
    assert!(text.contains("ne sont pas chiffrés ici") && !text.contains("par jour") && !text.contains("au taux de"), "{text}");
}

/// Where the right edge of each word lies on its page, in points: (word, right edge).
fn edges(pdf: &[u8]) -> Vec<(String, i64)> {
    let html = told("pdftotext", &["-bbox"], pdf);
    let words = html.lines().filter_map(|line| line.trim().strip_prefix("<word "));
    let read = words.filter_map(|line| {
        let (_, after) = line.split_once("xMax=\"")?;
        let (edge, rest) = after.split_once('"')?;
        let word = rest.split_once('>')?.1.split('<').next()?;
        Some((word.to_owned(), edge.parse::<f64>().ok()?.round() as i64))
    });
    read.collect()
}

#[test]
fn forty_invoices_and_long_names_break_over_pages_with_amounts_in_one_column() {
    let mut ctx = full("formal_notice", "fr", "business");
    ctx.customer.name =
        "Société coopérative d’intérêt collectif des ébénistes, menuisiers et agenceurs de Saint-Rémy-lès-Chevreuse & Œuvres associées"
            .into();
    ctx.customer.registered_address_lines =
        vec!["Zone d’activité de la Grande-Île, bâtiment Çà-et-Là, 3e étage".into(), "78470 Saint-Rémy-lès-Chevreuse".into()];
    ctx.totals.clear();
    ctx.other_rows.clear();
    ctx.not_claimed.clear();
    ctx.step_rows = (1..=40).map(|index| row(&format!("FA-{index:04}"), 1_000_000 * index + 99)).collect();
    let letter = render_letter(&ctx).unwrap();
    assert!((3..=6).contains(&letter.pages), "{} pages", letter.pages);
    let text = flowing(&letter.pdf);
    for page in 1..=letter.pages {
        assert!(text.contains(&format!("page {page}/{}", letter.pages)), "page {page}");
    }
    for index in 1..=40 {
        assert_eq!(text.matches(&format!("FA-{index:04} ")).count(), 1, "FA-{index:04} in {text}");
    }
    for expected in ["Saint-Rémy-lès-Chevreuse & Œuvres associées", "bâtiment Çà-et-Là", "8 200 039,60 €"] {
        // a hyphen may end a line
        assert!(text.replace(' ', "").contains(&expected.replace(' ', "")), "{expected} missing in {text}");
    }
    // every euro sign of the invoices' last column ends at the right margin: 190 mm
    let edges = edges(&letter.pdf);
    let right = edges.iter().filter(|(word, _)| word == "€").map(|(_, edge)| *edge).max().unwrap();
    let at_the_margin = edges.iter().filter(|(word, edge)| word == "€" && (right - edge).abs() <= 1).count();
    assert!(at_the_margin >= 41, "{at_the_margin} amounts end at {right}");
}

#[test]
fn fonts_travel_with_the_letter_and_its_text_is_tagged() {
    for language in LANGUAGES {
        let letter = render_letter(&full("final_reminder", language, "business")).unwrap();
        let fonts = told("pdffonts", &[], &letter.pdf);
        let listed: Vec<&str> = fonts.lines().skip(2).collect();
        assert!(!listed.is_empty() && listed.iter().all(|line| line.contains(" yes yes yes ")), "embedded, subset, readable: {fonts}");
        assert!(told("pdfinfo", &[], &letter.pdf).contains("Tagged:          yes"), "{language}");
    }
}

#[test]
fn the_address_stands_where_the_window_is() {
    let letter = render_letter(&full("formal_notice", "fr", "business")).unwrap();
    let html = told("pdftotext", &["-bbox", "-l", "1"], &letter.pdf);
    let word = html.lines().find(|line| line.contains(">Menuiserie<")).unwrap();
    let at = |name: &str| {
        let (_, after) = word.split_once(name).unwrap();
        // points to tenths of a millimetre
        (after.split('"').nth(1).unwrap().parse::<f64>().unwrap() * 254.0 / 72.0).round() as i64
    };
    let (left, top) = (at("xMin="), at("yMin="));
    // a DL envelope shows 100 to 200 mm from the left and 45 to 80 mm from the top (NF Z 11-001), with 5 mm of play
    assert!((1050..=1150).contains(&left) && (450..=600).contains(&top), "{left} {top}");
}
