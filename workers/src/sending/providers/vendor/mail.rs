//! What e-mail providers share: addresses, both texts, files.

use base64::{Engine, engine::general_purpose::STANDARD};
use relance_domain::{
    records::{Attachment, MessageContent, Picture},
    sending::{Scope, bare_address},
};
use relance_letters::LOGO_CID;

use super::Fault;

/// A sender or recipient.
pub(super) struct Person<'a> {
    pub email: &'a str,
    pub name: Option<&'a str>,
}

pub(super) fn person(text: &str) -> Person<'_> {
    let name = text.rsplit_once('<').map(|(name, _)| name.trim().trim_matches('"').trim());
    Person { email: bare_address(text), name: name.filter(|name| !name.is_empty()) }
}

pub(super) fn sender(content: &MessageContent) -> Result<Person<'_>, Fault> {
    content.from.as_deref().map(person).ok_or_else(|| Fault(Scope::Account, "there is no sender".to_owned()))
}

pub(super) fn recipient(content: &MessageContent) -> Result<Person<'_>, Fault> {
    content.to.as_deref().map(person).ok_or_else(|| Fault(Scope::Recipient, "there is no recipient".to_owned()))
}

pub(super) fn subject(content: &MessageContent) -> String {
    content.subject.as_deref().unwrap_or_default().replace(['\r', '\n'], " ")
}

/// The html of a message whose provider takes no picture with it: without its logo.
pub(super) fn html(content: &MessageContent) -> String {
    without_logo(html_with_logo(content))
}

/// The picture that the html shows.
pub(super) fn logo(content: &MessageContent) -> Option<&Picture> {
    content.logo.as_ref().filter(|picture| !picture.data.is_empty())
}

/// The name of its file.
pub(super) fn logo_name(picture: &Picture) -> String {
    format!("logo.{}", picture.logo.extension())
}

fn without_logo(html: String) -> String {
    let Some((before, rest)) = html.split_once(&format!("<img src=\"cid:{LOGO_CID}\"")) else { return html };
    rest.split_once('>').map(|(_, after)| format!("{before}{after}")).unwrap_or(html)
}

/// The html; of a message without one, its text.
pub(super) fn html_with_logo(content: &MessageContent) -> String {
    content.html.clone().unwrap_or_else(|| {
        let text = content.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        format!("<pre style=\"white-space:pre-wrap;font-family:inherit\">{text}</pre>")
    })
}

/// Headers of the thread and of RFC 3834; never what the provider writes itself.
pub(super) fn headers(content: &MessageContent) -> impl Iterator<Item = (&str, String)> {
    const OURS: [&str; 3] = ["In-Reply-To", "References", "Auto-Submitted"];
    let ours = content.headers.iter().filter(|(name, value)| OURS.contains(&name.as_str()) && value.is_ascii());
    ours.map(|(name, value)| (name.as_str(), value.replace(['\r', '\n'], " ")))
}

pub(super) fn header<'a>(content: &'a MessageContent, name: &str) -> Option<&'a str> {
    content.headers.get(name).map(String::as_str)
}

pub(super) fn logo_base64(picture: &Picture) -> String {
    STANDARD.encode(&picture.data)
}

/// The bytes of a file as providers take them.
pub(super) fn base64(file: &Attachment) -> String {
    STANDARD.encode(&file.data)
}

/// The media type without its parameters, which not every provider takes.
pub(super) fn bare_type(file: &Attachment) -> &str {
    file.media_type.split(';').next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logo_that_cannot_go_along_leaves_no_hole() {
        let shown = "<p>a</p><p><img src=\"cid:logo\" width=\"1\" alt=\"Dumas &gt; Cie\" style=\"border:0;\"></p><p>b</p>";
        let content = MessageContent { html: Some(shown.to_owned()), ..MessageContent::default() };
        assert_eq!(html(&content), "<p>a</p><p></p><p>b</p>");
        assert_eq!(html_with_logo(&content), shown);
    }
}
