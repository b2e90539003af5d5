//! Letters: real PDF, text that can be read back, pages that break where they may.

use std::process::Command;

use relance_letters::*;

use crate::fixtures::{full, kind_for, minimal, row};

/// The text of a PDF, if this machine can read one.
fn read_back(pdf: &[u8]) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letter.pdf");
    std::fs::write(&path, pdf).unwrap();
    let output = Command::new("pdftotext").arg("-layout").arg(&path).arg("-").output().ok()?;
    Some(String::from_utf8(output.stdout).unwrap().replace(['\u{A0}', '\u{202F}'], " "))
}

#[test]
fn every_template_can_be_printed() {
    for name in template_names() {
        for language in ["fr", "en"] {
            for ctx in [full(name, language, kind_for(name)), minimal(name, language, kind_for(name))] {
                let letter = render_letter(&ctx).unwrap_or_else(|error| panic!("{name} {language}: {error}"));
                assert!(letter.pdf.starts_with(b"%PDF"));
                assert!((1..=3).contains(&letter.pages), "{name}: {} pages", letter.pages);
            }
        }
    }
}

#[test]
fn a_formal_notice_reads_back_from_its_pdf() {
    let letter = render_letter(&full("formal_notice", "fr", "business")).unwrap();
    let Some(text) = read_back(&letter.pdf) else { return };
    for expected in [
        "MISE EN DEMEURE DE PAYER",
        "Lyon, le 17 novembre 2026",
        "Lettre recommandée avec avis de réception n° 2C 123 456 7890 1",
        "Menuiserie Lefèvre & Fils",
        "3 place Victor-Hugo",
        "38000 Grenoble",
        "FA-2026-0117",
        "1 234,56 €",
        "2 204,54 €",
        "mercredi 2 décembre 2026",
        "552 100 554",
        "FR76 3000 6000",
        "Responsable comptable",
        "Pièces jointes",
        "RCS Lyon",
        "page 1/2",
        "cette lettre, n’en tenez pas",
    ] {
        assert!(text.contains(expected), "{expected:?} missing in {text}");
    }
    assert!(letter.text.contains("MISE EN DEMEURE DE PAYER") && letter.text.contains("FA-2026-0117"));
}

#[test]
fn forty_invoices_break_over_pages_under_a_repeated_head() {
    let mut ctx = full("final_reminder", "fr", "business");
    ctx.totals.clear();
    ctx.step_rows = (1..=40)
        .map(|index| Row { purchase_order: Some(format!("BC-{index}")), ..row(&format!("FA-{index:04}"), 10_000 + index) })
        .collect();
    let letter = render_letter(&ctx).unwrap();
    assert!(letter.pages >= 3);
    let Some(text) = read_back(&letter.pdf) else { return };
    let heads = text.lines().filter(|line| line.contains("Facture") && line.contains("Échéance") && line.contains("Reste dû")).count();
    assert!(heads >= 3, "{heads} heads in {text}");
    assert!(text.contains("FA-0001") && text.contains("FA-0040") && text.contains("4 008,20 €"));
}

#[test]
fn the_same_letter_is_the_same_bytes() {
    let ctx = full("final_reminder", "fr", "consumer");
    assert_eq!(render_letter(&ctx).unwrap().pdf, render_letter(&ctx).unwrap().pdf);
}

#[test]
fn a_letter_to_nowhere_or_in_boxes_is_refused() {
    let mut ctx = full("final_reminder", "fr", "business");
    ctx.customer.name = "株式会社".into();
    assert!(matches!(render_letter(&ctx), Err(RenderError::Unprintable(chars)) if chars.contains('株')));
    ctx.customer.name = "Łódź Ψαρός Бюро".into();
    assert!(render_letter(&ctx).is_ok());
    ctx.customer.address_lines.clear();
    assert!(matches!(render_letter(&ctx), Err(RenderError::Missing { .. })));
}

#[test]
fn values_are_data_never_typst_source() {
    let mut ctx = full("final_reminder", "fr", "business");
    ctx.customer.name = "#panic(\"x\") $a$ *b* _c_ @d <e> \\ `f` [g]".into();
    let letter = render_letter(&ctx).unwrap();
    let Some(text) = read_back(&letter.pdf) else { return };
    assert!(text.contains("#panic(\"x\") $a$ *b* _c_ @d <e> \\ `f` [g]"), "{text}");
}

#[test]
fn a_firm_is_written_to_its_legal_representative() {
    let mut ctx = full("formal_notice", "fr", "business");
    ctx.customer.contact_name = None;
    assert!(
        render_letter(&ctx).unwrap().text.contains("Menuiserie Lefèvre & Fils\nÀ l’attention du représentant légal\n3 place Victor-Hugo")
    );
    let consumer = render_letter(&full("formal_notice", "fr", "consumer")).unwrap();
    assert!(consumer.text.contains("Mme Odile Perrin\n8 chemin des Ormes") && !consumer.text.contains("représentant"));
}
