//! Late charges through HTTP: reckoned to the cent, refused by name, never on a consumer.

use std::process::Command;

use serde_json::{Value, json};

use crate::{
    on_both, story,
    support::{Database, World, server, shared},
};

/// The golden file of the law; `None` where it is not at hand.
fn golden() -> Option<Vec<Value>> {
    let text = std::fs::read_to_string(shared::folder("law")?.join("late_charges.json")).unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    Some(file["examples"].as_array().unwrap().clone())
}

story! {
    /// The whole file of the law, request by request and line by line.
    every_example_of_the_law_is_quoted_line_by_line, world from "2026-11-22T08:00:00Z", {
        let Some(examples) = golden() else { return };
        assert!(examples.len() > 30);
        for example in examples {
            let (id, expected) = (&example["id"], &example["expected"]);
            let answer = world.post("/v1/late_charges/quote", example["request"].clone()).await;
            if expected["error"].is_string() {
                let problem = answer.problem(422, "rate_unknown");
                assert_eq!(problem["missing"], expected["missing"], "{id}");
                continue;
            }
            let quoted = answer.expect(200);
            for (n, invoice) in expected["invoices"].as_array().unwrap().iter().enumerate() {
                assert_eq!(&quoted["invoices"][n], invoice, "{id}");
            }
            assert_eq!(&quoted, expected, "{id}");
        }
    }
}

fn ask(regime: Value) -> Value {
    json!({"regime": regime, "as_of": "2026-09-30", "invoices": [{"number": "F1", "total": "1000.00", "due_on": "2026-05-31"}]})
}

fn pointers(problem: &Value) -> Vec<&str> {
    problem["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect()
}

story! {
    /// Nothing is guessed and nothing is ignored: each fault has its pointer, all at once.
    what_cannot_be_reckoned_is_refused_by_name, world from "2026-11-22T08:00:00Z", {
        let quote = async |body: Value| world.post("/v1/late_charges/quote", body).await;
        let mut body = ask(json!({"kind": "fr_b2b_default"}));
        body["invoices"][0]["discount"] = json!("1.00");
        assert_eq!(pointers(&quote(body).await.problem(422, "unknown_field")), ["/invoices/0/discount"]);
        let wrong = ask(json!({"kind": "fr_b2g", "contract_rate": "12", "column": "autres"}));
        assert_eq!(pointers(&quote(wrong).await.problem(422, "validation_failed")), ["/regime/column", "/regime/contract_rate"]);
        let bare = ask(json!({"kind": "fr_b2b_fixed"}));
        assert_eq!(pointers(&quote(bare).await.problem(422, "validation_failed")), ["/regime/contract_rate"]);
        assert_eq!(pointers(&quote(ask(json!({"kind": "es_b2b"}))).await.problem(422, "validation_failed")), ["/regime/kind"]);
        let mut body = ask(json!({"kind": "fr_b2b_default"}));
        body["as_of"] = json!("2026-02-30");
        body["invoices"][0] = json!({"number": "", "total": "10.005", "due_on": "soon", "retention": "20.00",
            "payments": [{"on": "2026-06-01", "amount": "0.00"}], "credit_notes": [{"on": "2026-06-01", "amount": "1.00", "mode": "later"}]});
        let problem = quote(body).await.problem(422, "validation_failed");
        assert!(pointers(&problem).contains(&"/invoices/0/credit_notes/0/mode"), "{problem}");
        let mut body = ask(json!({"kind": "fr_b2b_default"}));
        body["invoices"] = json!([]);
        assert_eq!(pointers(&quote(body).await.problem(422, "validation_failed")), ["/invoices"]);
        let mut late = ask(json!({"kind": "fr_legal", "column": "particuliers"}));
        late["invoices"][0]["formal_notice_on"] = json!("2026-12-01");
        late["as_of"] = json!("2027-02-01");
        assert_eq!(quote(late).await.problem(422, "rate_unknown")["missing"], "legal_particuliers 2027S1");
    }
}

story! {
    /// Whatever is promised, proven or overdue: the consumers' regime knows no fee, and the others are for professionals.
    the_consumers_regime_knows_no_fee, world from "2026-11-22T08:00:00Z", {
        for column in ["autres", "particuliers"] {
            for allocation in ["interest_first", "principal_first", "interest_fee_principal"] {
                let mut body = ask(json!({"kind": "fr_legal", "column": column}));
                body["allocation"] = json!(allocation);
                body["invoices"][0]["formal_notice_on"] = json!("2026-06-15");
                body["invoices"][0]["justified_costs"] = json!("500.00");
                body["invoices"][0]["payments"] = json!([{"on": "2026-07-01", "amount": "2000.00"}]);
                let quoted = world.post("/v1/late_charges/quote", body).await.expect(200);
                let (totals, invoice) = (&quoted["totals"], &quoted["invoices"][0]);
                assert_eq!((&totals["fixed_compensation"], &totals["complementary_costs"]), (&json!("0.00"), &json!("0.00")));
                assert_eq!(invoice["allocations"][0]["to_fixed_compensation"], "0.00");
                assert_ne!(invoice["interest"], "0.00");
            }
        }
    }
}

fn run(url: &str, args: &[&str]) -> (bool, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_relance"))
        .args(args)
        .args(["--database-url", url, "--secret-key", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="])
        .env_remove("RELANCE_LOG")
        .output()
        .unwrap();
    (out.status.success(), format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr)))
}

on_both! {
    a_rate_that_is_published_is_entered_once_and_then_counts;
}

/// By file and by the operator's API; with a source, and never in part.
async fn a_rate_that_is_published_is_entered_once_and_then_counts(database: Database) {
    let Some(url) = server::fresh_url(database) else { return };
    let mut server = server::start(&url, &[]);
    let world = World::test(&server, database, "2027-01-15T08:00:00Z").await;
    let mut body = ask(json!({"kind": "fr_b2b_default"}));
    body["as_of"] = json!("2027-01-15");
    body["invoices"][0]["due_on"] = json!("2026-11-30");
    let quote = async || world.post("/v1/late_charges/quote", body.clone()).await;
    assert_eq!(quote().await.problem(422, "rate_unknown")["missing"], "ecb_mro 2027S1");
    let (fine, said) = run(&url, &["doctor"]);
    assert!(fine && said.contains("warn the next half-year has no rates yet: ecb_mro 2027S1, legal_autres 2027S1"), "{said}");

    let file = server.folder.join("rates.json");
    std::fs::write(&file, json!({"half_years": [{"half_year": "2027S1", "ecb_mro_at_start": "2.65", "b2b_default": "12.60"}]}).to_string())
        .unwrap();
    let path = file.to_str().unwrap().to_owned();
    let (fine, said) = run(&url, &["rates", "import", &path]);
    assert!(!fine && said.contains("/half_years/0/b2b_default"), "{said}");
    quote().await.problem(422, "rate_unknown");
    let rate = json!({"series": "ecb_mro", "half_year": "2027S1", "rate": "2.65", "source": "ECB, 17 December 2026"});
    std::fs::write(&file, json!({"rates": [rate]}).to_string()).unwrap();
    let (fine, said) = run(&url, &["rates", "import", &path]);
    assert!(fine && said.contains("1 added, 0 changed, 0 known already"), "{said}");
    let (_, said) = run(&url, &["rates", "import", &path]);
    assert!(said.contains("0 added, 0 changed, 1 known already"), "{said}");
    assert!(run(&url, &["rates", "list"]).1.contains("ECB, 17 December 2026"));
    assert_eq!(quote().await.expect(200)["invoices"][0]["lines"][1]["rate"], "12.65");

    // the operator's key enters rates too; a tenant's does not
    let more =
        json!({"rates": [{"series": "legal_autres", "half_year": "2027S1", "rate": "2.90", "source": "arrêté du 20 décembre 2026"}]});
    world.post("/v1/rates", more.clone()).await.problem(401, "unauthorized");
    let operator = world.with_key(&server.operator_key);
    let wrong = json!({"rates": [{"series": "euribor", "half_year": "2027", "rate": "two", "source": ""}]});
    assert!(operator.post("/v1/rates", wrong).await.status == 422);
    let known = operator.post("/v1/rates", more).await.expect(200);
    let listed = world.get("/v1/rates").await.expect(200);
    assert_eq!(known, listed);
    let found = listed["rates"].as_array().unwrap().iter().filter(|rate| rate["half_year"] == "2027S1").count();
    assert_eq!(found, 2);
    server.kill();
}
