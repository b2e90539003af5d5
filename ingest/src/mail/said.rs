//! What somebody wrote, without what he answers to.

use mail_parser::{Message, MimeHeaders};

/// Longest text that is kept, in characters.
const LONGEST: usize = 4_000;

/// The words that are new in a mail, and the names of the files with it.
pub(super) fn text(message: &Message<'_>) -> String {
    let whole = message.body_text(0).unwrap_or_default();
    let mut new = unquoted(&whole);
    if new.is_empty() {
        new = whole.trim().to_owned(); // nothing but what looks like a quotation: somebody wrote inside it
    }
    let mut new: String = new.chars().take(LONGEST).collect();
    let files: Vec<String> =
        message.attachments().filter_map(|part| part.attachment_name()).map(|name| name.chars().take(100).collect()).take(10).collect();
    if !files.is_empty() {
        new.push_str(&format!("\n[{}]", files.join(", ")));
    }
    new.trim().to_owned()
}

/// The lines before the mail that is answered.
fn unquoted(text: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        let next = lines.get(at + 1).copied().unwrap_or_default();
        if begins_quotation(line, next) {
            break;
        }
        if !line.starts_with('>') {
            kept.push(line);
        }
    }
    kept.join("\n").trim().to_owned()
}

/// Does the mail that is answered begin here? Programs write one line, sometimes folded into two.
fn begins_quotation(line: &str, next: &str) -> bool {
    const ENDS: [&str; 6] = ["a écrit :", "a écrit:", "wrote:", "schrieb:", "escribió:", "ha scritto:"];
    const HEADS: [(&str, &str); 5] = [("De :", "Envoyé"), ("De:", "Env"), ("From:", "Sent"), ("Von:", "Gesendet"), ("De:", "Enviado")];
    let line = line.trim().replace('\u{a0}', " ");
    let next = next.trim().replace('\u{a0}', " ");
    let introduces = |text: &str| ENDS.iter().any(|end| text.ends_with(end));
    let folded = !next.is_empty() && introduces(&next) && ["Le ", "On ", "Am ", "El ", "Il "].iter().any(|begin| line.starts_with(begin));
    introduces(&line)
        || folded
        || line.starts_with("-----") && line.to_lowercase().contains("message")
        || line.starts_with("________________________________")
        || HEADS.iter().any(|(from, sent)| line.starts_with(from) && next.starts_with(sent))
}

#[cfg(test)]
mod tests {
    use super::unquoted;

    #[test]
    fn what_is_answered_is_left_out() {
        for (text, new) in [
            (
                "Bonjour, c'est payé.\n\nLe lun. 9 nov. 2026 à 08:30, Keller <x@y.example> a écrit :\n> Bonjour\n> Merci",
                "Bonjour, c'est payé.",
            ),
            ("Paid on Friday.\n\nOn Mon, Nov 9, 2026 at 8:30 AM Keller\n<x@y.example> wrote:\n> Hello", "Paid on Friday."),
            ("Voir pièce.\r\n\r\nDe : Keller\r\nEnvoyé : lundi\r\nÀ : nous", "Voir pièce."),
            ("Ja.\n-----Ursprüngliche Message-----\nVon: x", "Ja."),
            ("> Bonjour\nOui, vendredi.\n> Merci", "Oui, vendredi."),
            ("From: the bottom of my heart\nsorry", "From: the bottom of my heart\nsorry"),
        ] {
            assert_eq!(unquoted(text), new, "{text}");
        }
    }
}
