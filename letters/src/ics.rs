//! Calendar entries for due days and agreed payments (RFC 5545), to be attached, never to invite.

use chrono::{Days, NaiveDate};
use sha2::{Digest, Sha256};

use crate::{
    context::MessageContext,
    typography::clean,
    words::{Words, fill_named},
};

struct Entry {
    /// What makes the UID: the same fact sent again replaces its entry.
    key: String,
    on: NaiveDate,
    summary: String,
}

/// One whole-day entry per invoice at this step, without any amount: calendars are shared. For
/// `promise_confirmation` the promised day instead, for `plan_confirmation` each instalment.
pub fn ics_for_due_dates(ctx: &MessageContext) -> String {
    let mut out = String::new();
    for text in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Relance//Relance//FR", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"] {
        line(&mut out, text);
    }
    for entry in entries(ctx) {
        event(&mut out, ctx, &entry);
    }
    line(&mut out, "END:VCALENDAR");
    out
}

fn entries(ctx: &MessageContext) -> Vec<Entry> {
    let lang = ctx.lang();
    let creditor = clean(&ctx.creditor.legal_name);
    let words = Words::of(lang).ok();
    let summary = |pattern: fn(&Words) -> &str, number: &str| match words {
        Some(words) => fill_named(pattern(words), &[("number", number), ("creditor", &creditor)]),
        None => creditor.clone(),
    };
    if let Some(plan) = ctx.event.plan.as_ref().filter(|_| ctx.template == "plan_confirmation") {
        let parts = plan.instalments.iter().enumerate();
        return parts
            .map(|(index, part)| Entry {
                key: format!("instalment {index}"),
                on: part.due_on,
                summary: summary(|w| &w.calendar_instalment, ""),
            })
            .collect();
    }
    if let Some(promise) = ctx.promise.as_ref().filter(|_| ctx.template == "promise_confirmation") {
        return vec![Entry { key: "promise".to_owned(), on: promise.promised_on, summary: summary(|w| &w.calendar_promise, "") }];
    }
    let due = |row: &crate::context::Row| {
        let number = clean(&row.number);
        Entry { key: format!("invoice {number}"), on: row.due_on, summary: summary(|w| &w.calendar_due, &number) }
    };
    ctx.step_rows.iter().map(due).collect()
}

fn event(out: &mut String, ctx: &MessageContext, entry: &Entry) {
    let end = entry.on.checked_add_days(Days::new(1)).unwrap_or(entry.on);
    let language = ctx.lang().code();
    line(out, "BEGIN:VEVENT");
    let owner = if ctx.calendar_of.is_empty() { &ctx.reference } else { &ctx.calendar_of };
    line(out, &format!("UID:{}", uid(owner, &entry.key)));
    line(out, &format!("DTSTAMP:{}T000000Z", ctx.today.format("%Y%m%d")));
    line(out, &format!("DTSTART;VALUE=DATE:{}", entry.on.format("%Y%m%d")));
    line(out, &format!("DTEND;VALUE=DATE:{}", end.format("%Y%m%d")));
    line(out, &format!("SUMMARY;LANGUAGE={language}:{}", escape(&entry.summary)));
    line(out, "SEQUENCE:0");
    line(out, "TRANSP:TRANSPARENT");
    line(out, "END:VEVENT");
}

fn uid(reference: &str, key: &str) -> String {
    let hash = Sha256::digest(format!("{reference}\n{key}").as_bytes());
    let hex: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("{hex}@relance")
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,")
}

/// Ends with CRLF, folded at 75 octets and never inside a character.
fn line(out: &mut String, text: &str) {
    let mut room = 75;
    for c in text.chars() {
        if c.len_utf8() > room {
            out.push_str("\r\n ");
            room = 74;
        }
        out.push(c);
        room -= c.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Row;

    fn context() -> MessageContext {
        let row =
            |number: &str, day| Row { number: number.into(), due_on: NaiveDate::from_ymd_opt(2026, 10, day).unwrap(), ..Row::default() };
        let mut ctx = MessageContext {
            language: "fr".into(),
            reference: "rem_1".into(),
            today: NaiveDate::from_ymd_opt(2026, 9, 30).unwrap(),
            ..MessageContext::default()
        };
        ctx.creditor.legal_name = "Ébénisterie Dumas, Lefèvre & Associés – Menuiserie d’art et agencement".into();
        ctx.step_rows = vec![row("F-1", 5), row("F;2", 31)];
        ctx
    }

    #[test]
    fn one_entry_a_due_invoice_with_a_stable_uid() {
        let ics = ics_for_due_dates(&context());
        assert_eq!(ics, ics_for_due_dates(&context()));
        assert_eq!(ics.matches("BEGIN:VEVENT").count(), 2);
        for expected in [
            "METHOD:PUBLISH\r\n",
            "DTSTART;VALUE=DATE:20261005\r\nDTEND;VALUE=DATE:20261006\r\n",
            "DTEND;VALUE=DATE:20261101\r\n",
            "DTSTAMP:20260930T000000Z\r\n",
            "F\\;2",
            "Dumas\\,",
        ] {
            assert!(ics.contains(expected), "{expected} in {ics}");
        }
        let uids: Vec<&str> = ics.lines().filter(|line| line.starts_with("UID:")).collect();
        assert_ne!(uids[0], uids[1]);
    }

    #[test]
    fn a_due_day_told_again_by_another_message_takes_the_place_of_its_entry() {
        let uids = |reference: &str, owner: &str| {
            let ics = ics_for_due_dates(&MessageContext { reference: reference.into(), calendar_of: owner.into(), ..context() });
            ics.lines().filter(|line| line.starts_with("UID:")).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(uids("rl_1", "cus_1"), uids("rl_2", "cus_1"));
        assert_ne!(uids("rl_1", "cus_1"), uids("rl_1", "cus_2"));
    }

    #[test]
    fn lines_are_folded_at_75_octets() {
        let ics = ics_for_due_dates(&context());
        assert!(ics.split("\r\n").all(|line| line.len() <= 75), "{ics}");
        assert!(ics.replace("\r\n ", "").contains("Échéance de la facture F-1 – Ébénisterie Dumas"));
        assert!(!ics.replace("\r\n", "").contains('\n'));
    }
}
