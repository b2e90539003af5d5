//! The golden file of the law, line by line.

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::{
    charges::{
        BelowFloor, Clause, CreditMode, DayCount, Debt, Imputation, Movement, MovementKind, RateBook, Reckoning, Regime, Series, Terms,
        read_rates, reckon,
    },
    law::tests::table,
    money::Currency,
};

fn day(value: &Value) -> Option<NaiveDate> {
    value.as_str().map(|text| text.parse().unwrap())
}

fn money(value: &Value) -> i64 {
    value.as_str().map_or(0, |text| Currency::EUR.parse(text).unwrap().minor)
}

fn movements(invoice: &Value) -> Vec<Movement> {
    let all = |field: &str| invoice[field].as_array().cloned().unwrap_or_default();
    let one = |value: &Value, kind| Movement { on: day(&value["on"]).unwrap(), amount: money(&value["amount"]), kind };
    let payments = all("payments").into_iter().map(|payment| one(&payment, MovementKind::Payment)).collect::<Vec<_>>();
    let credits = all("credit_notes").into_iter().map(|credit| {
        let mode = if credit["mode"] == "ab_initio" { CreditMode::AbInitio } else { CreditMode::FromDate };
        one(&credit, MovementKind::CreditNote(mode))
    });
    credits.chain(payments).collect()
}

fn terms(request: &Value) -> Terms {
    let regime = &request["regime"];
    let clause = regime["contract_rate"].as_str().map(|text| Clause {
        figure: text.parse().unwrap(),
        below_floor: if regime["below_floor"] == "default_rate" { BelowFloor::DefaultRate } else { BelowFloor::Floor },
        treat_as_statutory: false,
    });
    let column = if regime["column"] == "particuliers" { Series::LegalParticuliers } else { Series::LegalAutres };
    let regime = Regime::of(regime["kind"].as_str().unwrap(), clause, column).unwrap();
    let mut terms = Terms::of_regime(regime);
    terms.day_count = if request["day_count"] == "act_act" { DayCount::ActAct } else { DayCount::Act365Fixed };
    terms.imputation = match request["allocation"].as_str().unwrap() {
        "principal_first" => Imputation::PrincipalFirst,
        "interest_fee_principal" => Imputation::InterestFeePrincipal,
        _ => Imputation::InterestFirst,
    };
    terms
}

fn plain(minor: i64) -> String {
    Currency::EUR.minor(minor).plain()
}

fn told(number: &Value, done: &Reckoning) -> Value {
    let lines: Vec<Value> = done
        .lines
        .iter()
        .map(|line| {
            json!({
                "from": line.from.to_string(), "to": line.to.to_string(), "days": line.days, "principal": plain(line.principal),
                "half_year": line.half_year.to_string(), "rate": line.rate.to_string(), "denominator": line.denominator,
                "interest": plain(line.interest),
            })
        })
        .collect();
    let allocations: Vec<Value> = done
        .imputed
        .iter()
        .map(|one| {
            let kind = if one.movement.kind == MovementKind::Payment { "payment" } else { "credit_note" };
            json!({
                "date": one.movement.on.to_string(), "kind": kind, "amount": plain(one.movement.amount),
                "to_interest": plain(one.to_interest), "to_principal": plain(one.to_principal),
                "to_fixed_compensation": plain(one.to_fixed_compensation), "unallocated": plain(one.unallocated),
            })
        })
        .collect();
    let millionths = done.exact.millionths(2);
    json!({
        "number": number, "lines": lines, "allocations": allocations, "days_of_interest": done.days(),
        "interest": plain(done.interest), "interest_paid": plain(done.interest_paid), "interest_due": plain(done.interest_due()),
        "interest_exact_6dp": format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000),
        "principal_due": plain(done.principal_due), "fixed_compensation": plain(done.fixed_compensation()),
        "fixed_compensation_due": plain(done.fixed_compensation_due()), "complementary_costs": plain(done.complementary),
        "credit_balance": plain(done.credit_balance), "total_due": plain(done.total_due()),
    })
}

#[test]
fn every_example_of_the_law_comes_out_line_by_line() {
    let Some(file) = table("late_charges.json") else { return };
    let book = RateBook::built_in();
    let examples = file["examples"].as_array().unwrap();
    assert!(examples.len() > 30);
    for example in examples {
        let (id, request, expected) = (&example["id"], &example["request"], &example["expected"]);
        let as_of = day(&request["as_of"]).unwrap();
        let all: Result<Vec<Value>, _> = request["invoices"]
            .as_array()
            .unwrap()
            .iter()
            .map(|invoice| {
                let debt = Debt {
                    total: money(&invoice["total"]),
                    retention: money(&invoice["retention"]),
                    due_on: day(&invoice["due_on"]).unwrap(),
                    formal_notice_on: day(&invoice["formal_notice_on"]),
                    insolvency_on: day(&invoice["insolvency_judgment_on"]),
                    justified_costs: money(&invoice["justified_costs"]),
                    movements: movements(invoice),
                };
                reckon(&debt, &terms(request), as_of, &book).map(|done| told(&invoice["number"], &done))
            })
            .collect();
        match all {
            Err(unknown) => assert_eq!(expected, &json!({"error": "rate_unknown", "missing": unknown.missing()}), "{id}"),
            Ok(invoices) => assert_eq!(&Value::from(invoices), &expected["invoices"], "{id}"),
        }
    }
}

#[test]
fn the_table_of_the_law_is_what_the_program_has_built_in() {
    let Some(file) = table("rates.json") else { return };
    let book = RateBook::built_in();
    let rates = read_rates(&file, "the law", day(&json!("2027-01-02")).unwrap()).unwrap();
    assert_eq!(rates.len(), 66);
    for rate in rates {
        assert_eq!(book.rate(rate.series, rate.half_year), Ok(rate.rate), "{rate:?}");
    }
    // the half-years are what the decisions of the ECB come to on their first days
    let moves = file["ecb_mro_by_effective_date"].as_array().unwrap();
    for half in book.all().iter().filter(|rate| rate.series == Series::EcbMro) {
        let first = half.half_year.first_day().to_string();
        let there = moves.iter().rfind(|one| one["from"].as_str().unwrap() <= first.as_str()).unwrap();
        assert_eq!(there["rate"], half.rate.to_string(), "{}", half.half_year);
    }
}
