//! Moving a running case from one version of a policy to another: it goes on where it stands. Nothing that was said
//! is said again, and no step is jumped over to.

use super::Policy;

/// Where an invoice goes on under another version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Steps of the new version that count as done: they lie at or before what was done under the old one.
    pub waived: Vec<String>,
    /// The step it would have had next under the old version; none: its ladder was at its end.
    pub next_before: Option<String>,
    /// The step it has next now.
    pub next_after: Option<String>,
}

/// Where an invoice goes on under `new`, of which the steps `done` are done under `old`. A step is known again by
/// its key; one that `new` does not have counts by its offset.
pub fn moved(old: &Policy, new: &Policy, done: &[&str]) -> Move {
    let behind = new.steps.iter().rposition(|step| done.contains(&step.key.as_str()));
    let gone = done.iter().filter(|key| new.step(key).is_none()).filter_map(|key| old.step(key));
    let reached = gone.map(|step| step.offset_days).max();
    let passed = |at: usize, days: i32| behind.is_some_and(|behind| at < behind) || reached.is_some_and(|reached| days <= reached);
    let steps = new.steps.iter().enumerate();
    let waived: Vec<String> = steps
        .filter(|(at, step)| passed(*at, step.offset_days) && !done.contains(&step.key.as_str()))
        .map(|(_, step)| step.key.clone())
        .collect();
    let all_done: Vec<&str> = done.iter().copied().chain(waived.iter().map(String::as_str)).collect();
    Move { next_before: next(old, done), next_after: next(new, &all_done), waived }
}

/// The step after the last one that is done.
fn next(policy: &Policy, done: &[&str]) -> Option<String> {
    let last = policy.steps.iter().rposition(|step| done.contains(&step.key.as_str()));
    policy.steps.get(last.map_or(0, |at| at + 1)).map(|step| step.key.clone())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::policy::PolicyDocument;

    fn policy(steps: &[(&str, i32)]) -> Policy {
        let steps: Vec<_> = steps
            .iter()
            .map(|(key, offset)| json!({"key": key, "offset_days": offset, "channel": "email", "template": "first_reminder"}))
            .collect();
        PolicyDocument::from_json(&json!({"name": "P", "steps": steps})).unwrap().validate().unwrap()
    }

    #[test]
    fn a_case_goes_on_where_it_stands_whatever_the_steps_are_called_now() {
        let old = policy(&[("first", 4), ("second", 23), ("last", 38)]);
        let renamed = policy(&[("hello", 2), ("again", 20), ("more", 30), ("end", 45)]);
        let inserted = policy(&[("first", 4), ("between", 14), ("second", 23), ("last", 38)]);
        let earlier = policy(&[("first", 4), ("second", 10), ("last", 20)]);
        // new version, done under the old one; waived, next before, next after
        type Case<'a> = (&'a Policy, &'a [&'a str], &'a [&'a str], Option<&'a str>, Option<&'a str>);
        let cases: [Case<'_>; 8] = [
            (&renamed, &[], &[], Some("first"), Some("hello")),
            (&renamed, &["first"], &["hello"], Some("second"), Some("again")),
            (&renamed, &["first", "second"], &["hello", "again"], Some("last"), Some("more")),
            (&renamed, &["first", "second", "last"], &["hello", "again", "more"], None, Some("end")),
            (&inserted, &["first"], &[], Some("second"), Some("between")),
            (&inserted, &["first", "second"], &["between"], Some("last"), Some("last")),
            (&earlier, &["first"], &[], Some("second"), Some("second")),
            (&earlier, &["first", "second"], &[], Some("last"), Some("last")),
        ];
        for (new, done, waived, before, after) in cases {
            let found = moved(&old, new, done);
            assert_eq!(found.waived, waived, "{done:?}");
            assert_eq!((found.next_before.as_deref(), found.next_after.as_deref()), (before, after), "{done:?}");
        }
    }

    #[test]
    fn two_steps_of_one_day_are_told_apart() {
        let old = policy(&[("first", 4), ("letter", 38), ("notice", 38), ("review", 60)]);
        assert_eq!(moved(&old, &old, &["first", "letter"]).next_after.as_deref(), Some("notice"));
        let renamed = policy(&[("first", 4), ("mail", 38), ("notice", 38), ("review", 60)]);
        assert_eq!(moved(&old, &renamed, &["first", "letter"]).next_after.as_deref(), Some("review"), "rather too late than twice");
    }

    #[test]
    fn the_same_version_moves_nothing() {
        let old = policy(&[("first", 4), ("second", 23)]);
        assert_eq!(
            moved(&old, &old, &["first"]),
            Move { waived: vec![], next_before: Some("second".into()), next_after: Some("second".into()) }
        );
    }
}
