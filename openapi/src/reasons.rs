//! The page about decisions: every reason, what it rests on, and its sentences. Written from the one list in the domain.

use relance_domain::{
    calendar::Region,
    dunning::{Basis, Change, Language, Why},
    nonpayment::NonPayment,
};

const HEAD: &str = "# Decisions\n\nWhat was done about a customer, or withheld, is kept as a decision (`GET /v1/decisions`, also `?invoice_id=`; a reminder\nnames its own in `decision_id`). Decide by `reasons[].code`: it comes from the closed list below, and a name is never used for\nsomething else. `message` and `would_change` are for people: they are told in English or French, by `?language=` or\n`Accept-Language`. What is kept is the code and what it speaks of, not the sentence. Where the law decides, `citation` is the article.\n\nThis page is written from the code.\n\n";

/// The page for readers.
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    page.push_str("## Reasons\n\n| code | when | rests on | English | French |\n|---|---|---|---|---|\n");
    for why in Why::ALL {
        let basis = match why.basis() {
            Basis::Law(article) => format!("the law: {article}"),
            Basis::Policy => "the policy".to_owned(),
            Basis::Facts => "the facts".to_owned(),
            Basis::Person => "a person".to_owned(),
        };
        let [english, french] = Language::ALL.map(|language| why.sentence(language));
        page.push_str(&format!("| `{why}` | {} | {basis} | {english} | {french} |\n", why.meaning().trim()));
    }
    page.push_str("\n## What would change it\n\n| English | French |\n|---|---|\n");
    for change in Change::ALL {
        let [english, french] = Language::ALL.map(|language| change.sentence(language));
        page.push_str(&format!("| {english} | {french} |\n"));
    }
    page
}

const NONPAYMENT: &str = "# Reasons for non-payment\n\nWhat a customer says about why it has not paid is recorded with the contact (`POST /v1/customers/{id}/interactions`) or when a\ncall is completed (`POST /v1/tasks/{id}/complete`), in `reason_code`. What follows a reason of this list is done at once: a hold on\n`invoice_ids` (else on the customer, or on the invoices of the task), tasks with a day, disputes. Another word is only kept.\nDays are business days. `expected_on` is the day on which the customer says that it will pay or approve.\n\nThis page is written from the code.\n\n";

/// The page about reasons for non-payment: what follows each.
pub fn nonpayment_page() -> String {
    let mut page = NONPAYMENT.to_owned();
    page.push_str("| reason_code | when | hold | until | tasks |\n|---|---|---|---|---|\n");
    let monday = chrono::NaiveDate::from_ymd_opt(2026, 3, 2).unwrap_or_default();
    for reason in NonPayment::ALL {
        let follow = reason.follow_up(monday, None, Region::Fr);
        let days =
            |end: chrono::NaiveDate| (1..=30).find(|days| relance_domain::calendar::add_business_days(monday, *days, Region::Fr) == end);
        let (hold, until) = match follow.hold {
            Some((hold, end)) => {
                let end = end.and_then(days).map_or_else(|| "somebody lifts it".to_owned(), |days| format!("{days} days"));
                let said = match reason {
                    NonPayment::AwaitingApproval => format!("`expected_on`, {end} at most"),
                    NonPayment::InPaymentRun => format!("`expected_on` and 2 days; without it {end}"),
                    _ => end,
                };
                (format!("`{}`", hold.as_str()), said)
            }
            None if follow.disputes => ("a dispute".to_owned(), "it is resolved".to_owned()),
            None => ("–".to_owned(), "–".to_owned()),
        };
        let task = |(errand, due): &(relance_domain::nonpayment::Errand, chrono::NaiveDate)| {
            let by = days(*due).map_or_else(|| "the same day".to_owned(), |days| format!("within {days}"));
            format!("{} ({}, {by})", errand.sentence(Language::English), errand.role())
        };
        let mut tasks: Vec<String> = follow.errands.iter().map(task).collect();
        if follow.uncounts {
            tasks.push("The step of the last message does not count, and the date it gave binds nobody.".to_owned());
        }
        let tasks = if tasks.is_empty() { "–".to_owned() } else { tasks.join(" ") };
        page.push_str(&format!("| `{}` | {} | {hold} | {until} | {tasks} |\n", reason.as_str(), reason.meaning().trim()));
    }
    page
}

#[cfg(test)]
mod tests {
    /// `RELANCE_WRITE=1 cargo test -p relance-openapi reasons` writes it.
    #[test]
    fn the_page_about_non_payment_is_written_from_the_table() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reasons.md");
        if std::env::var_os("RELANCE_WRITE").is_some() {
            std::fs::write(path, super::nonpayment_page()).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), super::nonpayment_page(), "docs/reasons.md is old");
    }

    /// `RELANCE_WRITE=1 cargo test -p relance-openapi reasons` writes it.
    #[test]
    fn the_page_about_decisions_is_written_from_the_list() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/decisions.md");
        if std::env::var_os("RELANCE_WRITE").is_some() {
            std::fs::write(path, super::page()).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), super::page(), "docs/decisions.md is old");
    }
}
