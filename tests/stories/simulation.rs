//! What a simulation says is what then happens.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{story, support::World};

/// Customers of three kinds, part payments, a dispute, a hold with an end, a promise, a stated zone, an odd currency.
async fn begin(world: &World) {
    let dupont = world.customer("C1").await;
    world.customer_with("C2", json!({"kind": "consumer", "name": "Paule Martin"})).await;
    world.customer_with("C3", json!({"segment": "small", "time_zone": "America/Cayenne", "region": "GF"})).await;
    let silent = world.customer_with("C4", json!({"contacts": []})).await;
    for (n, due) in ["2026-10-05", "2026-10-20", "2026-11-11", "2026-08-30"].iter().enumerate() {
        world.invoice(&format!("FA-{n}"), "C1", due, "450.00").await;
        world.invoice(&format!("FB-{n}"), "C2", due, "80.00").await;
        world.invoice(&format!("FC-{n}"), "C3", due, "900.00").await;
    }
    world.invoice("FD-1", "C4", "2026-10-05", "300.00").await;
    world.invoice_with("FE-1", "C4", "2026-10-12", "300.00", json!({"currency": "CHF"})).await;
    world.pays("P1", "C1", "450.00", "2026-09-20", json!({"reference": "FA-2"})).await;
    world.pays("P2", "C3", "100.00", "2026-09-20", json!({"reference": "FC-1"})).await;
    let dispute = json!({"invoice_id": world.read_invoice("FC-0").await["id"], "amount": "200.00", "reason_code": "goods_damaged"});
    world.post("/v1/disputes", dispute).await.expect(201);
    let hold = json!({"scope": "customer", "target_id": silent["id"], "reason": "manual", "until_on": "2026-10-16"});
    world.post("/v1/holds", hold).await.expect(201);
    let promise = json!({"customer_id": dupont["id"], "amount": "450.00", "currency": "EUR", "promised_on": "2026-10-15"});
    world.post("/v1/promises", promise).await.expect(201);
    world.rest().await;
}

/// Every reminder that left, as `at customer step channel numbers totals dates`.
fn line(reminder: &Value, at: &str) -> String {
    let mut invoices: Vec<String> = reminder["invoices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| format!("{} {} {}", row["number"], row["step_key"], row["amount_due"]))
        .collect();
    invoices.sort();
    format!(
        "{} {} {} {} {:?} {} {} {}",
        reminder[at],
        reminder["customer_id"],
        reminder["step_key"],
        reminder["channel"],
        invoices,
        reminder["totals"],
        reminder["pay_before_on"],
        reminder["deadline_on"]
    )
}

async fn happened(world: &World) -> (Vec<String>, Vec<String>) {
    let reminders = world.reminders().await;
    let mut sent: Vec<String> = reminders.iter().filter(|r| r["status"] == "sent").map(|r| line(r, "sent_at")).collect();
    sent.sort();
    let task = |task: &Value| Some(format!("{} {} {}", task["created_at"], task["customer_id"], task["step_key"].as_str()?));
    let mut tasks: Vec<String> = world.list("/v1/tasks").await.iter().filter_map(task).collect();
    tasks.sort();
    (sent, tasks)
}

/// A simulated message, and each of its copies by another channel.
fn with_copies(reminder: &Value) -> Vec<Value> {
    let by = |channel: &Value| {
        let mut copy = reminder.clone();
        copy["channel"] = channel.clone();
        copy
    };
    std::iter::once(reminder.clone()).chain(reminder["copies"].as_array().unwrap().iter().map(by)).collect()
}

fn foretold(simulation: &Value) -> (Vec<String>, Vec<String>) {
    let list = |name: &str| simulation[name].as_array().unwrap().clone();
    let mut sent: Vec<String> = list("reminders").iter().flat_map(with_copies).map(|r| line(&r, "at")).collect();
    sent.sort();
    let mut tasks: Vec<String> =
        list("tasks").iter().map(|task| format!("{} {} {}", task["at"], task["customer_id"], task["step_key"].as_str().unwrap())).collect();
    tasks.sort();
    (sent, tasks)
}

#[track_caller]
fn equal(foretold: &[String], happened: &[String]) {
    for (n, (a, b)) in foretold.iter().zip(happened).enumerate() {
        assert_eq!(a, b, "line {n}: foretold, then happened");
    }
    assert_eq!(foretold.len(), happened.len(), "{:#?}\n{:#?}", foretold, happened);
}

story! {
    /// Nobody approves and nobody calls: the clock alone goes on, exactly as it was said.
    what_is_simulated_is_what_the_clock_then_does, world from "2026-09-25T08:00:00Z", {
        begin(&world).await;
        let ask = json!({"from": "2026-09-25", "until": "2027-01-22", "approvals": "withheld", "calls": "none"});
        let events = world.events().await.len();
        let simulation = world.post("/v1/simulations", ask).await.expect(200);
        assert_eq!(simulation["totals"]["put_off"], 0);
        assert_eq!(world.events().await.len(), events, "a simulation writes nothing");
        world.advance("2027-01-22T22:59:59.999Z").await;
        let (foretold, happened) = (foretold(&simulation), happened(&world).await);
        assert!(foretold.0.len() > 10 && foretold.1.len() > 3, "{foretold:#?}");
        equal(&foretold.0, &happened.0);
        equal(&foretold.1, &happened.1);
    }
}

story! {
    /// From the middle of the ladder too: what was sent, called and waits is taken into account.
    a_simulation_goes_on_from_where_the_ladder_stands, world from "2026-09-25T08:00:00Z", {
        begin(&world).await;
        world.advance("2026-11-03T10:00:00Z").await;
        let before = happened(&world).await;
        let ask = json!({"from": "2026-11-03", "until": "2027-02-28", "approvals": "withheld", "calls": "none"});
        let simulation = world.post("/v1/simulations", ask).await.expect(200);
        world.advance("2027-02-28T22:59:59.999Z").await;
        let (foretold, happened) = (foretold(&simulation), happened(&world).await);
        let new = |all: &[String], before: &[String]| all.iter().filter(|line| !before.contains(line)).cloned().collect::<Vec<_>>();
        assert!(foretold.0.len() > 3, "{foretold:#?}");
        equal(&foretold.0, &new(&happened.0, &before.0));
        equal(&foretold.1, &new(&happened.1, &before.1));
    }
}

/// Dials what is to be dialled, in vain, and approves what waits.
async fn people_work(world: &World) {
    let by = json!({"name": "Marc", "email": "marc@keller.example"});
    for task in world.list("/v1/tasks?status=open").await {
        if task["kind"] == "phone_call" {
            let done = json!({"outcome": "no_answer", "by": by});
            world.post(&format!("/v1/tasks/{}/complete", task["id"].as_str().unwrap()), done).await.expect(200);
        }
    }
    world.rest().await;
    for reminder in world.list("/v1/reminders?status=awaiting_approval").await {
        world.post(&format!("/v1/reminders/{}/approve", reminder["id"].as_str().unwrap()), json!({"by": by})).await.expect(200);
    }
    world.rest().await;
}

fn days(lines: &[String]) -> Vec<String> {
    lines.iter().map(|line| format!("{} {}", &line[1..11], &line[27..])).collect()
}

story! {
    /// With people who do their part on the day: the same days, steps and amounts down to the handover.
    with_willing_people_it_comes_as_simulated, world from "2026-09-25T08:00:00Z", {
        world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "1200.00").await;
        world.rest().await;
        let simulation = world.post("/v1/simulations", json!({"from": "2026-09-25", "until": "2026-12-12"})).await.expect(200);
        let told: Vec<&str> = simulation["reminders"].as_array().unwrap().iter().map(|r| r["step_key"].as_str().unwrap()).collect();
        assert_eq!(told, ["courtesy", "first", "sms", "second", "notice"]);
        assert_eq!(simulation["charges"][0]["amount"], "40.00");
        for day in 26..=103_i64 {
            let to = chrono::NaiveDate::from_ymd_opt(2026, 9, 1).unwrap() + chrono::Duration::days(day - 1);
            for hour in ["08:45:00", "12:00:00"] {
                world.advance(&format!("{to}T{hour}Z")).await;
                people_work(&world).await;
            }
        }
        let (foretold, happened) = (foretold(&simulation), happened(&world).await);
        equal(&days(&foretold.0), &days(&happened.0));
        equal(&days(&foretold.1), &days(&happened.1));
    }
}

story! {
    /// A draft is judged before it chases anybody: who is treated otherwise, and what is withheld.
    a_draft_is_compared_with_what_is_in_force, world from "2026-09-25T08:00:00Z", {
        world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        let policy = json!({"name": "Gentle", "applies_to": {"customer_kinds": ["business"]},
            "steps": [{"key": "first", "offset_days": 11, "channel": "email", "template": "first_reminder"}]});
        let draft = world.post("/v1/policies", policy.clone()).await.expect(201);
        world.rest().await;
        let ask = json!({"policy_id": draft["id"], "from": "2026-09-25", "until": "2026-11-04"});
        let by_id = world.post("/v1/simulations", ask).await.expect(200);
        assert_eq!((&by_id["policy"]["name"], &by_id["policy"]["version"]), (&json!("Gentle"), &json!(1)));
        let kinds: Vec<(&str, i64)> = by_id["differences_by_kind"].as_array().unwrap().iter()
            .map(|kind| (kind["kind"].as_str().unwrap(), kind["count"].as_i64().unwrap())).collect();
        assert_eq!(kinds, [("later", 1), ("never", 1)]);
        let later = by_id["differences"].as_array().unwrap().iter().find(|one| one["kind"] == "later").unwrap();
        assert_eq!((&later["on"], &later["other_on"], &later["days"]), (&json!("2026-10-16"), &json!("2026-10-09"), &json!(7)));
        let inline = world.post("/v1/simulations", json!({"policy": policy, "from": "2026-09-25", "until": "2026-11-04"})).await.expect(200);
        assert_eq!(inline["differences"], by_id["differences"]);
        let same = json!({"policy_id": draft["id"], "compare_with": {"policy_id": draft["id"]}, "from": "2026-09-25", "until": "2026-11-04"});
        assert_eq!(world.post("/v1/simulations", same).await.expect(200)["differences"], json!([]));
    }
}

story! {
    /// A past period is told as it was known then: invoices from their issue, money from its day, holds while they lasted.
    a_backtest_knows_only_what_was_known, world from "2026-09-01T08:00:00Z", {
        world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        world.invoice("FA-2", "C1", "2026-10-26", "90.00").await;
        world.advance("2026-10-20T12:00:00Z").await;
        world.pays("P1", "C1", "120.00", "2026-10-20", json!({"reference": "FA-1"})).await;
        world.advance("2026-12-20T12:00:00Z").await;
        let really: Vec<String> = world.reminders().await.iter().filter(|r| r["status"] == "sent")
            .map(|r| format!("{} {} {}", &r["sent_at"].as_str().unwrap()[..10], r["step_key"].as_str().unwrap(), r["totals"][0]["amount"].as_str().unwrap())).collect();
        let ask = json!({"from": "2026-09-02", "until": "2026-12-19", "approvals": "withheld", "calls": "none"});
        let simulation = world.post("/v1/simulations", ask).await.expect(200);
        assert_eq!(simulation["assumptions"]["ledger"], "as_it_was");
        let told: Vec<String> = simulation["reminders"].as_array().unwrap().iter()
            .map(|r| format!("{} {} {}", r["on"].as_str().unwrap(), r["step_key"].as_str().unwrap(), r["totals"][0]["amount"].as_str().unwrap())).collect();
        assert!(really.len() >= 3, "{really:?}");
        assert_eq!(told, really);
    }
}

story! {
    /// A ledger of the request, and everything that is wrong with another.
    a_ledger_may_come_along, world from "2026-09-25T08:00:00Z", {
        let customer = |id: &str| json!({"external_id": id, "source_version": 1, "kind": "business", "name": "Garage Martin",
            "address": {"lines": ["1 rue du Port"], "postcode": "69003", "city": "Lyon", "country": "FR"},
            "contacts": [{"external_id": "c1", "role": "accounts_payable", "email": "compta@martin.example"}]});
        let invoice = json!({"external_id": "F1", "source_version": 1, "number": "F1", "customer_external_id": "X1",
            "issued_on": "2025-01-06", "due_on": "2025-02-05", "currency": "EUR", "total": "120.00"});
        let promise = json!({"specversion": "1.0", "id": "e1", "source": "erp", "type": "promise.made", "time": "2025-02-11T09:00:00Z",
            "data": {"external_id": "PR1", "customer_external_id": "X1", "amount": "120.00", "currency": "EUR", "promised_on": "2025-02-20"}});
        let ledger = json!({"customers": [customer("X1")], "invoices": [invoice], "events": [promise]});
        let asked = json!({"ledger": ledger, "from": "2025-01-01", "until": "2025-03-01"});
        let told = world.post("/v1/simulations", asked.clone()).await.expect(200);
        let first = &told["reminders"][0];
        assert_eq!((&first["customer_id"], &first["customer_external_id"], &first["on"]), (&json!(null), &json!("X1"), &json!("2025-02-10")));
        assert!(told["withheld"].as_array().unwrap().iter().any(|one| one["code"] == "promise_open"), "{told}");
        let mut wrong = asked;
        wrong["ledger"]["invoices"][0]["customer_external_id"] = json!("X9");
        let problem = world.post("/v1/simulations", wrong.clone()).await.problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["pointer"], "/ledger/invoices/0/customer_external_id");
        wrong["ledger"]["invoices"][0]["total"] = json!(120);
        let problem = world.post("/v1/simulations", wrong.clone()).await.problem(422, "money_precision");
        assert_eq!(problem["errors"][0]["pointer"], "/ledger/invoices/0/total");
        wrong["ledger"] = json!({"events": [{"id": "e1", "source": "erp", "type": "invoice.exploded", "data": {}}]});
        let problem = world.post("/v1/simulations", wrong).await.problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["pointer"], "/ledger/events/0/type");
        let long = world.post("/v1/simulations", json!({"from": "2025-01-01", "until": "2026-03-01"})).await.problem(422, "validation_failed");
        assert_eq!(long["errors"][0]["pointer"], "/until");
        let policy = json!({"policy": {"name": "x", "steps": []}, "from": "2026-09-25", "until": "2026-10-01"});
        let problem = world.post("/v1/simulations", policy).await.problem(422, "policy_invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/policy/steps");
    }
}

story! {
    /// Three customers owe since spring; the policy is to begin at the reminder that fits their age, over three days. What
    /// was simulated is what its activation then does.
    the_plan_for_a_backlog_is_simulated_as_it_then_happens, world from "2026-11-16T05:00:00Z", {
        let draft = world.post("/v1/policies", json!({"name": "Old debts", "applies_to": {"customer_kinds": ["business"], "segments": ["old"]},
            "steps": [{"key": "first", "offset_days": 4, "channel": "email", "template": "first_reminder", "pay_within_days": 7},
                      {"key": "second", "offset_days": 23, "channel": "email", "template": "second_reminder", "pay_within_days": 8}]}))
            .await.expect(201);
        let id = draft["id"].as_str().unwrap().to_owned();
        for (n, due) in ["2026-05-20", "2026-04-20", "2026-06-20", "2026-11-10"].iter().enumerate() {
            world.customer_with(&format!("C{n}"), json!({"segment": "old", "policy_id": id})).await;
            world.invoice_with(&format!("F{n}"), &format!("C{n}"), due, "300.00", json!({"issued_on": "2026-03-01"})).await;
        }
        world.rest().await;
        let mut told = Vec::new();
        for (plan, spread) in [("by_age", 3), ("skip", 0)] {
            let ask = json!({"policy_id": id, "from": "2026-11-16", "until": "2026-12-31", "backlog": plan, "spread_days": spread});
            let simulation = world.post("/v1/simulations", ask).await.expect(200);
            assert_eq!((&simulation["assumptions"]["backlog"], &simulation["assumptions"]["spread_days"]), (&json!(plan), &json!(spread)));
            told.push(foretold(&simulation).0);
        }
        assert_eq!(told[1], Vec::<String>::new(), "skipped, nobody is written to");
        let go = json!({"backlog": "by_age", "spread_days": 3, "confirm_count": 4});
        world.post(&format!("/v1/policies/{id}/versions/1/activate"), go).await.expect(200);
        world.rest().await;
        world.advance("2026-12-31T22:59:59.999Z").await;
        equal(&told[0], &happened(&world).await.0);
        let first_days: std::collections::BTreeSet<&str> = told[0].iter().map(|line| &line[1..11]).collect();
        assert!(first_days.len() >= 3, "spread over days: {told:#?}");

        for (body, pointer) in [
            (json!({"from": "2026-12-31", "until": "2027-01-31", "backlog": "skip"}), "/backlog"),
            (json!({"from": "2026-12-31", "until": "2027-01-31", "running_cases": "move"}), "/running_cases"),
            (json!({"policy_id": id, "from": "2026-11-01", "until": "2026-11-30", "spread_days": 2}), "/spread_days"),
            (json!({"policy_id": id, "from": "2026-12-31", "until": "2027-01-31", "backlog": "all"}), "/backlog"),
            (json!({"from": "2026-12-31", "until": "2027-01-31", "approvals": "perhaps"}), "/approvals"),
        ] {
            let problem = world.post("/v1/simulations", body).await.problem(422, "validation_failed");
            assert_eq!(problem["errors"][0]["pointer"], pointer);
        }
    }
}

story! {
    /// A new version of a policy is simulated: whoever is being chased keeps the old one, unless the cases are to move.
    running_cases_keep_their_version_in_a_simulation_too, world from "2026-09-25T08:00:00Z", {
        let steps = |days: i32| json!([{"key": "first", "offset_days": 4, "channel": "email", "template": "first_reminder"},
            {"key": "again", "offset_days": days, "channel": "email", "template": "second_reminder"}]);
        let policy = |days: i32| json!({"name": "Own", "applies_to": {"customer_kinds": ["business"]}, "steps": steps(days)});
        let id = world.post("/v1/policies", policy(20)).await.expect(201)["id"].as_str().unwrap().to_owned();
        let go = json!({"backlog": "skip", "confirm_count": 0});
        world.post(&format!("/v1/policies/{id}/versions/1/activate"), go).await.expect(200);
        for (customer, due) in [("C1", "2026-10-05"), ("C2", "2026-10-30")] {
            world.customer(customer).await;
            world.invoice(&format!("F-{customer}"), customer, due, "300.00").await;
        }
        world.advance("2026-10-12T08:00:00Z").await;
        world.send(Method::PUT, &format!("/v1/policies/{id}"), Some(policy(40)), &[("if-match", "\"1\"")]).await.expect(200);
        let again = |simulation: &Value| simulation["reminders"].as_array().unwrap().iter().filter(|one| one["step_key"] == "again")
            .map(|one| one["on"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        let ask = |cases: &str| json!({"policy_id": id, "version": 2, "from": "2026-10-12", "until": "2026-12-31", "running_cases": cases});
        let keep = world.post("/v1/simulations", ask("keep")).await.expect(200);
        assert_eq!(again(&keep), ["2026-10-26", "2026-12-09"], "C1 is being chased since October and keeps the 20 days");
        let moved = world.post("/v1/simulations", ask("move")).await.expect(200);
        assert_eq!(again(&moved), ["2026-11-16", "2026-12-09"]);
        assert_eq!((&keep["assumptions"]["running_cases"], &moved["assumptions"]["running_cases"]), (&json!("keep"), &json!("move")));
    }
}

story! {
    /// An invoice that was withdrawn in November was owed in October: the past is told with it.
    what_was_withdrawn_since_was_owed_before, world from "2026-09-01T08:00:00Z", {
        world.customer("C1").await;
        world.invoice("FA-1", "C1", "2026-10-05", "200.00").await;
        world.advance("2026-11-20T12:00:00Z").await;
        let really: Vec<String> = world.reminders().await.iter().filter(|r| r["status"] == "sent")
            .map(|r| format!("{} {}", &r["sent_at"].as_str().unwrap()[..10], r["step_key"].as_str().unwrap())).collect();
        assert!(really.len() >= 2, "{really:?}");
        let withdrawn = json!([{"specversion": "1.0", "id": "v1", "source": "erp", "type": "invoice.voided", "data": {"external_id": "FA-1", "source_version": 9}}]);
        world.raw("/v1/ingest/events", "application/cloudevents-batch+json", withdrawn.to_string().into_bytes()).await.expect(207);
        let voided = world.read_invoice("FA-1").await;
        assert!(voided["provenance"]["voided"].as_str().unwrap().starts_with("2026-11-20T12:00:00"), "{voided}");
        world.advance("2026-12-20T12:00:00Z").await;
        let ask = json!({"from": "2026-09-02", "until": "2026-12-19", "approvals": "withheld", "calls": "none"});
        let simulation = world.post("/v1/simulations", ask).await.expect(200);
        let told: Vec<String> = simulation["reminders"].as_array().unwrap().iter()
            .map(|r| format!("{} {}", r["on"].as_str().unwrap(), r["step_key"].as_str().unwrap())).collect();
        assert_eq!(told, really, "and after it nothing more is asked");
    }
}
