//! The page about decisions: every reason, what it rests on, and its sentences. Written from the one list in the domain.

use relance_domain::dunning::{Basis, Change, Language, Why};

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

#[cfg(test)]
mod tests {
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
