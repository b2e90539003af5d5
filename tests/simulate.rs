//! `relance simulate`: the command, its table and its report.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use chrono::{Duration, NaiveDate};
use serde_json::{Value, json};

/// A seeded generator: the same ledger in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        i64::try_from(self.0 % most).unwrap()
    }
}

fn customer(id: &str, kind: &str) -> Value {
    json!({"external_id": id, "source_version": 1, "kind": kind, "name": format!("Customer {id}"),
        "address": {"lines": ["1 rue du Port"], "postcode": "69003", "city": "Lyon", "country": "FR"},
        "contacts": [{"external_id": "c1", "role": "accounts_payable", "email": format!("{id}@example.org"), "phone": "+33612345678"}]})
}

/// So many invoices over two years; a fifth of them are paid late, one in twenty never.
fn ledger(invoices: u64, customers: u64) -> Value {
    let mut chance = Chance(0x2026_1122_0bad_cafe);
    let kinds = ["business", "business", "business", "consumer", "public_body"];
    let who = |number: i64| format!("C{number}");
    let people: Vec<Value> =
        (0..i64::try_from(customers).unwrap()).map(|n| customer(&who(n), kinds[usize::try_from(n % 5).unwrap()])).collect();
    let first: NaiveDate = "2024-10-01".parse().unwrap();
    let (mut bills, mut payments) = (Vec::new(), Vec::new());
    for number in 0..invoices {
        let owes = who(chance.below(customers));
        let issued_on = first + Duration::days(chance.below(700));
        let amount = format!("{}.{:02}", 20 + chance.below(5_000), chance.below(100));
        bills.push(json!({"external_id": format!("F{number}"), "source_version": 1, "number": format!("F{number}"), "customer_external_id": owes,
            "issued_on": issued_on.to_string(), "due_on": (issued_on + Duration::days(30)).to_string(), "currency": "EUR", "total": amount}));
        let late = match chance.below(20) {
            0 => continue,
            1..=4 => chance.below(90),
            _ => chance.below(10) - 7,
        };
        payments.push(json!({"external_id": format!("P{number}"), "customer_external_id": owes, "amount": amount, "currency": "EUR",
            "paid_on": (issued_on + Duration::days(30 + late)).to_string(), "reference": format!("F{number}")}));
    }
    json!({"customers": people, "invoices": bills, "payments": payments})
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("relance-simulate-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn written(folder: &Path, name: &str, value: &Value) -> String {
    let file = folder.join(name);
    std::fs::write(&file, value.to_string()).unwrap();
    file.display().to_string()
}

fn simulate(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_relance")).arg("simulate").args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn gentle() -> Value {
    json!({"name": "Gentle", "applies_to": {"customer_kinds": ["business"]}, "currency": "EUR",
        "steps": [{"key": "first", "offset_days": 9, "channel": "email", "template": "first_reminder", "pay_within_days": 7},
                  {"key": "second", "offset_days": 30, "channel": "email", "template": "second_reminder", "late_charges": "mention"}]})
}

/// Ten thousand invoices over two years under two policies: the table, the report, its pictures.
#[test]
fn two_years_of_ten_thousand_invoices_become_a_report() {
    let folder = folder("years");
    let ledger = written(&folder, "ledger.json", &ledger(10_000, 2_000));
    let policy = written(&folder, "policy.json", &gentle());
    let report = folder.join("report.html").display().to_string();
    let arguments = ["--ledger", &ledger, "--policy", &policy, "--html", &report, "--json"];
    let view: Value = serde_json::from_str(&said(&simulate(&arguments))).unwrap();
    assert_eq!((&view["totals"]["customers"], &view["totals"]["put_off"]), (&json!(2_000), &json!(0)));
    let messages = view["totals"]["reminders"].as_i64().unwrap();
    assert!(messages > 1_000, "{}", view["totals"]);
    let told = view["reminders"].as_array().unwrap().iter().map(|reminder| 1 + reminder["copies"].as_array().unwrap().len());
    assert_eq!(told.sum::<usize>(), usize::try_from(messages).unwrap(), "nothing is cut on the command line");
    let sum = |list: &Value, name: &str| list.as_array().unwrap().iter().map(|one| one[name].as_i64().unwrap()).sum::<i64>();
    assert_eq!(sum(&view["per_day"], "reminders"), messages);
    // a copy is told of the same step
    let steps = i64::try_from(view["reminders"].as_array().unwrap().len()).unwrap();
    assert_eq!(sum(&view["per_step"], "count"), steps + view["totals"]["tasks"].as_i64().unwrap());
    assert_eq!(sum(&view["differences_by_kind"], "count"), view["totals"]["differences"].as_i64().unwrap());
    assert!(view["per_day"].as_array().unwrap().len() > 400, "two years of days");
    let html = std::fs::read_to_string(&report).unwrap();
    assert!(html.matches("<rect ").count() > 200 && html.contains("Messages by channel"));
    assert!(html.contains("are left out") && html.contains("Otherwise than under The built-in policies"));
    std::fs::remove_dir_all(&folder).unwrap();
}

/// CloudEvents, one on each line, tell the same ledger.
#[test]
fn a_ledger_may_be_lines_of_events() {
    let folder = folder("lines");
    let whole = ledger(40, 8);
    let mut lines = String::new();
    for (list, kind) in [("customers", "customer.upserted"), ("invoices", "invoice.issued"), ("payments", "payment.received")] {
        for (n, data) in whole[list].as_array().unwrap().iter().enumerate() {
            let event = json!({"specversion": "1.0", "id": format!("{list}-{n}"), "source": "erp", "type": kind, "data": data});
            lines.push_str(&format!("{event}\n"));
        }
    }
    let (as_lines, as_whole) = (folder.join("ledger.ndjson"), written(&folder, "ledger.json", &whole));
    std::fs::write(&as_lines, lines).unwrap();
    let told = |file: &str| said(&simulate(&["--ledger", file, "--from", "2024-10-01", "--until", "2026-12-31"]));
    let table = told(&as_whole);
    assert_eq!(table, told(&as_lines.display().to_string()));
    assert!(table.contains("The built-in policies from 2024-10-01 until 2026-12-31") && table.contains("Withheld (days)"), "{table}");
    std::fs::remove_dir_all(&folder).unwrap();
}

/// What is wrong is named with its place, all at once.
#[test]
fn a_faulty_file_is_told_with_every_fault() {
    let folder = folder("faulty");
    let mut bad = ledger(4, 2);
    bad["invoices"][1]["total"] = json!(12.5);
    bad["invoices"][2]["due_on"] = json!("soon");
    let output = simulate(&["--ledger", &written(&folder, "ledger.json", &bad)]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && told.contains("/invoices/1/total") && told.contains("/invoices/2/due_on"), "{told}");
    let policy = written(&folder, "policy.json", &json!({"name": "x", "steps": []}));
    let output = simulate(&["--ledger", &written(&folder, "good.json", &ledger(4, 2)), "--policy", &policy]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && told.contains("/steps"), "{told}");
    std::fs::remove_dir_all(&folder).unwrap();
}
