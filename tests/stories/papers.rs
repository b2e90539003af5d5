//! Papers as they are served, read back by an outside program.

use std::process::Command;

use serde_json::{Value, json};

use super::claims::{activated, claiming, confirmed};
use crate::{story, support::World};

fn read_back(pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("paper.pdf");
    std::fs::write(&path, pdf).unwrap();
    let output = Command::new("pdftotext").arg("-raw").arg(&path).arg("-").output().expect("pdftotext (poppler-utils)");
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap().replace(['\u{a0}', '\u{202f}'], " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

story! {
    /// The statement on paper says what the statement says: invoices, payments, what was set against what, interest line by
    /// line, and the sum.
    a_statement_of_account_is_printed_with_the_same_figures, world from "2026-10-01T05:00:00Z", {
        let terms = json!({"penalty_terms": "Pénalités de retard : taux de la BCE majoré de 10 points ; indemnité forfaitaire de 40 EUR."});
        world.patch("/v1/settings", terms).await.expect(200);
        let customer = world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "10000.00").await;
        world.invoice("FA-2", "C1", "2026-10-05", "250.00").await;
        world.pays("P1", "C1", "250.00", "2026-10-05", json!({"reference": "FA-2"})).await;
        let path = format!("/v1/customers/{}/statement", customer["id"].as_str().unwrap());
        let said = world.get(&format!("{path}?on=2026-10-20")).await.expect(200);
        let (media_type, pdf) = world.file(&format!("{path}/document?on=2026-10-20")).await;
        assert_eq!(media_type, "application/pdf");
        let text = read_back(&pdf);
        let french = |amount: &str| {
            let (whole, cents) = amount.split_once('.').unwrap();
            let whole = if whole.len() > 3 { format!("{} {}", &whole[..whole.len() - 3], &whole[whole.len() - 3..]) } else { whole.to_owned() };
            format!("{whole},{cents} €")
        };
        for expected in ["RELEVÉ DE COMPTE", "situation au 20 octobre 2026", "FA-1", "FA-2", "Règlement du 05/10/2026 FA-2 250,00 €", "page 2/2"] {
            assert!(text.contains(expected), "{expected:?} missing in {text}");
        }
        let total = &said["totals"][0];
        for sum in ["amount_due", "interest_due", "fixed_compensation_due", "total_due"] {
            let amount = total[sum].as_str().unwrap();
            assert!(amount == "0.00" || text.contains(&french(amount)), "{sum} {amount} missing in {text}");
        }
        for line in said["invoices"][0]["charges"]["lines"].as_array().into_iter().flatten() {
            let days = line["days"].as_i64().unwrap();
            assert!(text.contains(&format!(" {days} 10 000,00 €")), "{line} missing in {text}");
        }
        world.get("/v1/customers/cus_00000000000000000000000000/statement/document").await.problem(404, "not_found");
    }
}

story! {
    /// Whoever posts the day's letters has a list of them: addressee, file, kind and pages; the next day it is empty.
    the_days_letters_are_listed_for_the_post, world from "2026-10-05T05:00:00Z", {
        let envelope = "Boulangerie C1, 3 place du Marché, 69003 Lyon";
        world.put("/v1/channels/letter", json!({"provider": "print", "allow_list": [envelope]})).await.expect(200);
        let policy = json!({"name": "Paper", "applies_to": {"segments": ["paper"]},
            "steps": [{"key": "only", "offset_days": 1, "channel": "letter", "template": "second_reminder"}]});
        let id = world.post("/v1/policies", policy).await.expect(201)["id"].as_str().unwrap().to_owned();
        world.post(&format!("/v1/policies/{id}/versions/1/activate"), json!({"backlog": "first_step", "confirm_count": 0})).await.expect(200);
        for name in ["C1", "C2"] {
            let address = json!({"lines": ["3 place du Marché"], "postcode": "69003", "city": "Lyon", "country": "FR"});
            world.customer_with(name, json!({"policy_id": id, "name": format!("Boulangerie {name}"), "address": address})).await;
            world.invoice(&format!("FA-{name}"), name, "2026-10-05", "900.00").await;
        }
        world.advance("2026-10-06T18:00:00Z").await;
        let sent = world.list("/v1/reminders?status=sent").await;
        assert_eq!(sent.len(), 2);
        let (media_type, pdf) = world.file("/v1/letters/cover_list?on=2026-10-06").await;
        assert_eq!(media_type, "application/pdf");
        let text = read_back(&pdf);
        for expected in ["BORDEREAU D’ENVOI", "courrier du 6 octobre 2026", "Boulangerie C1 rl_", "3 place du Marché", "lettre 1", "Plis 1"] {
            assert!(text.contains(expected), "{expected:?} missing in {text}");
        }
        assert!(!text.contains("Boulangerie C2"), "only what was really printed: {text}");
        let (_, pdf) = world.file("/v1/letters/cover_list?on=2026-10-07").await;
        assert!(read_back(&pdf).contains("Aucun courrier à poster ce jour-là."));
        world.get("/v1/letters/cover_list?part=0").await.problem(422, "validation_failed");
    }
}

/// With plain spaces.
fn plain(text: &Value) -> String {
    text.as_str().unwrap().replace(['\u{a0}', '\u{202f}'], " ")
}

/// The statement that goes along with the message of this step.
async fn carried(world: &World, step: &str) -> (Value, String) {
    let reminder = world.reminders().await.into_iter().find(|reminder| reminder["step_key"] == step).unwrap();
    let path = format!("/v1/reminders/{}", reminder["id"].as_str().unwrap());
    let content = world.get(&format!("{path}/content")).await.expect(200);
    let (media_type, pdf) = world.file(&format!("{path}/attachments/releve-de-compte.pdf")).await;
    assert_eq!(media_type, "application/pdf");
    (content, read_back(&pdf))
}

story! {
    /// A step that attaches the statement sends it, by mail and by letter, at the day of the message and under the policy's
    /// terms; the text says that it is there. Six invoices are more than five copies: the statement stands for them.
    a_step_that_attaches_the_statement_sends_it_along, world from "2026-10-01T05:00:00Z", {
        confirmed(&world).await;
        let mut policy = claiming(&json!({"kind": "fr_b2b_default"}));
        policy["steps"] = json!([
            {"key": "mail", "offset_days": 2, "channel": "email", "template": "second_reminder", "attach": ["statement", "ics"]},
            {"key": "letter", "offset_days": 9, "channel": "letter", "template": "final_reminder", "attach": ["statement"]},
            {"key": "many", "offset_days": 16, "channel": "email", "template": "second_reminder", "attach": ["invoice"]}]);
        let policy = activated(&world, policy).await;
        world.customer_with("C1", json!({"policy_id": policy, "name": "Établissements Lefèvre & Fils – Ébénisterie d’art"})).await;
        for n in 1..=6 {
            world.invoice(&format!("FA-{n}"), "C1", "2026-10-05", "1000.00").await;
        }
        world.advance("2026-10-07T16:00:00Z").await;
        let (mail, statement) = carried(&world, "mail").await;
        let names: Vec<&str> = mail["attachments"].as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["echeances.ics", "releve-de-compte.pdf"]);
        assert!(plain(&mail["text"]).contains("ci-joint : relevé de compte au 7 octobre 2026"), "{}", mail["text"]);
        for said in ["RELEVÉ DE COMPTE", "situation au 7 octobre 2026", "Établissements Lefèvre & Fils – Ébénisterie d’art", "FA-6", "12,4 %", "6 244,08 €"] {
            assert!(statement.replace("12,40 %", "12,4 %").contains(said), "{said:?} missing in {statement}");
        }
        world.advance("2026-10-30T16:00:00Z").await;
        let (letter, statement) = carried(&world, "letter").await;
        assert_eq!(letter["attachments"].as_array().unwrap().len(), 2);
        assert!(plain(&letter["text"]).contains("Pièces jointes : relevé de compte au 14 octobre 2026"), "{}", letter["text"]);
        assert!(statement.contains("situation au 14 octobre 2026"), "{statement}");
        carried(&world, "many").await;
    }
}

/// How many amounts end at the rightmost edge at which any does, in points.
fn at_the_right_margin(pdf: &[u8]) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("paper.pdf");
    std::fs::write(&path, pdf).unwrap();
    let output = Command::new("pdftotext").arg("-bbox").arg(&path).arg("-").output().expect("pdftotext (poppler-utils)");
    let html = String::from_utf8(output.stdout).unwrap();
    let euros = html.lines().filter(|line| line.contains(">€</word>"));
    let edges: Vec<i64> =
        euros.map(|line| line.split_once("xMax=\"").unwrap().1.split('"').next().unwrap().parse::<f64>().unwrap().round() as i64).collect();
    let right = edges.iter().max().unwrap();
    edges.iter().filter(|edge| right - *edge <= 1).count()
}

story! {
    /// Forty invoices of a firm with a long name: several pages with a head on each, every invoice once in the list, every
    /// amount at the right margin; the sum is that of the parts, money set against nothing stands beside it, and what
    /// payments are set against is said.
    a_statement_of_forty_invoices_adds_up_over_its_pages, world from "2026-10-01T05:00:00Z", {
        confirmed(&world).await;
        let name = "Société coopérative des ébénistes, menuisiers et agenceurs de Saint-Rémy-lès-Chevreuse & Œuvres associées";
        let customer = world.customer_with("C1", json!({"name": name})).await;
        for n in 1..=40 {
            world.invoice(&format!("FA-{n:04}"), "C1", "2026-09-10", &format!("{}.37", n * n * 731)).await;
        }
        world.pays("P1", "C1", "77.00", "2026-09-20", json!({"reference": "who knows"})).await;
        let path = format!("/v1/customers/{}/statement", customer["id"].as_str().unwrap());
        let said = world.get(&format!("{path}?on=2026-09-30")).await.expect(200);
        let (_, pdf) = world.file(&format!("{path}/document?on=2026-09-30")).await;
        let text = read_back(&pdf);
        for page in 1..=5 {
            assert!(text.contains(&format!("page {page}/5")), "page {page} in {text}");
        }
        // in the list, its line of interest and its compensation
        for n in 1..=40 {
            assert_eq!(text.matches(&format!("FA-{n:04}")).count(), 3, "FA-{n:04} in {text}");
        }
        assert!(text.matches("Facture Date Échéance Montant TTC").count() >= 2, "{text}");
        for expected in ["agenceurs de Saint-Rémy-lès-Chevreuse & Œuvres associées", "3 place du Marché 69003 Lyon"] {
            assert!(text.replace(' ', "").contains(&expected.replace(' ', "")), "{expected:?} missing in {text}");
        }
        assert_eq!((&said["totals"][0]["amount_due"], &said["totals"][0]["fixed_compensation_due"]), (&json!("16184354.80"), &json!("1600.00")));
        let total = said["totals"][0]["total_due"].as_str().unwrap().replace('.', ",");
        let total = format!("{} {} {} €", &total[..2], &total[2..5], &total[5..]);
        let sum = format!("Total dû {total} Règlements non imputés 77,00 €");
        assert!(text.contains(&sum), "{sum:?} missing in {text}");
        assert!(text.contains("Les règlements sont imputés d’abord sur le principal, puis sur les intérêts."), "{text}");
        // forty in the list, eighty among the charges, and the sums
        assert!(at_the_right_margin(&pdf) >= 120, "{}", at_the_right_margin(&pdf));
    }
}
