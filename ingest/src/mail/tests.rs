//! Reports of four mail servers as they write them, answers of people and of machines.

use relance_domain::sending::ReceiptKind;

use super::{Mail, MailKind, read, report};

const OURS: &str = "rl_exnvbrvhhcmc5st8";

fn sample(name: &str) -> Mail {
    let bytes: &[u8] = match name {
        "postfix" => include_bytes!("samples/postfix.eml"),
        "exim" => include_bytes!("samples/exim.eml"),
        "exchange" => include_bytes!("samples/exchange.eml"),
        "gmail" => include_bytes!("samples/gmail.eml"),
        "reply" => include_bytes!("samples/reply.eml"),
        _ => include_bytes!("samples/away.eml"),
    };
    read(bytes, None).unwrap()
}

#[test]
fn four_servers_say_that_nobody_is_there() {
    for (name, says) in [("postfix", "5.1.1"), ("exim", "No such user"), ("exchange", "RecipientNotFound"), ("gmail", "does not exist")] {
        let mail = sample(name);
        let MailKind::Report { kind, detail, recipients } = &mail.kind else { panic!("{name}: {mail:?}") };
        assert_eq!(*kind, ReceiptKind::HardBounce, "{name}");
        assert_eq!(recipients, &["compta@c1.example"], "{name}");
        assert_eq!(mail.about.references, [OURS], "{name}");
        let detail = detail.as_deref().unwrap();
        assert!(detail.contains(says) && !detail.contains('@'), "{name}: {detail}");
        assert!(mail.at.is_some(), "{name}");
    }
}

#[test]
fn the_return_address_tells_whose_it_is_also_when_nothing_is_sent_back() {
    let bare = "From: <>\r\nDate: Mon, 9 Nov 2026 09:30:02 +0100\r\nAuto-Submitted: auto-replied\r\nTo: Bounces+RL_EXNVBRVHHCMC5ST8@keller.example\r\n\
                X-Failed-Recipients: compta@c1.example\r\nSubject: Failure\r\n\r\n  compta@c1.example: 550 5.7.1 spam\r\n";
    let mail = read(bare.as_bytes(), None).unwrap();
    assert_eq!(mail.about.references, [OURS]);
    assert!(matches!(mail.kind, MailKind::Report { kind: ReceiptKind::Failed, .. }), "not the address but the message: {mail:?}");
    let elsewhere = bare.replace("Bounces+RL_EXNVBRVHHCMC5ST8@", "bounces@");
    assert!(read(elsewhere.as_bytes(), None).unwrap().about.references.is_empty());
    let by_envelope = read(elsewhere.as_bytes(), Some("bounces+rl_exnvbrvhhcmc5st8@keller.example")).unwrap();
    assert_eq!(by_envelope.about.references, [OURS]);
}

#[test]
fn a_person_answers_and_a_machine_answers() {
    let reply = sample("reply");
    assert_eq!(reply.kind, MailKind::Reply("Bonjour,\n\nIl manque deux étagères, voyez avec M. Keller.\n\nClaire Dupont".to_owned()));
    assert_eq!(reply.from, Some((Some("Claire Dupont".to_owned()), "compta@c1.example".to_owned())));
    assert_eq!(reply.about.references, [OURS]);
    assert_eq!(reply.about.cases, ["cas_01m81g3trsextapmb3h1my8whq"]);
    assert_eq!(reply.about.message_ids.first().map(String::as_str), Some("<rl_exnvbrvhhcmc5st8@keller.example>"));
    let away = sample("away");
    assert!(matches!(&away.kind, MailKind::Automatic(text) if text.contains("16 novembre")), "{away:?}");
    for line in ["Precedence: bulk", "X-Autoreply: yes", "Auto-Submitted: auto-generated", "Subject: Out of office: x"] {
        let text = format!("From: a@b.example\r\nDate: Mon, 9 Nov 2026 09:30:02 +0100\r\n{line}\r\n\r\nAway\r\n");
        assert!(matches!(read(text.as_bytes(), None).unwrap().kind, MailKind::Automatic(_)), "{line}");
    }
    let plain = "From: a@b.example\r\nDate: Mon, 9 Nov 2026 09:30:02 +0100\r\nAuto-Submitted: no\r\nSubject: Re: x\r\n\r\nHello\r\n";
    assert!(matches!(read(plain.as_bytes(), None).unwrap().kind, MailKind::Reply(_)));
}

#[test]
fn each_code_is_what_it_is() {
    let status = |action: &str, status: &str, diagnostic: &str| {
        let text = format!(
            "From: <>\r\nDate: Mon, 9 Nov 2026 09:30:02 +0100\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
             --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nAction: {action}\r\nStatus: {status}\r\n\
             Diagnostic-Code: smtp; {diagnostic}\r\n\r\n--b--\r\n"
        );
        match read(text.as_bytes(), None).unwrap().kind {
            MailKind::Report { kind, .. } => kind,
            other => panic!("{other:?}"),
        }
    };
    for (action, code, diagnostic, kind) in [
        ("failed", "5.1.1", "550 5.1.1 unknown", ReceiptKind::HardBounce),
        ("failed", "5.1.2", "", ReceiptKind::HardBounce),
        ("failed", "5.4.4", "Host or domain name not found", ReceiptKind::HardBounce),
        ("failed", "5.2.1", "550 5.2.1 mailbox disabled", ReceiptKind::HardBounce),
        ("failed", "5.2.2", "552 5.2.2 mailbox full", ReceiptKind::SoftBounce),
        ("failed", "4.4.7", "", ReceiptKind::SoftBounce),
        ("failed", "5.7.1", "550 5.7.1 blocked", ReceiptKind::Failed),
        ("failed", "5.0.0", "554 5.7.26 unauthenticated", ReceiptKind::Failed),
        ("failed", "5.0.0", "550 message looks like spam", ReceiptKind::Failed),
        ("failed", "5.0.0", "550 <a@b.example>: no such user", ReceiptKind::HardBounce),
        ("failed", "5.0.0", "Unrouteable address", ReceiptKind::HardBounce),
        ("failed", "5.3.4", "552 5.3.4 too big", ReceiptKind::Failed),
        ("delayed", "4.4.1", "connection timed out", ReceiptKind::Deferred),
        ("delivered", "2.0.0", "250 ok", ReceiptKind::Delivered),
        ("relayed", "2.0.0", "250 ok", ReceiptKind::Accepted),
    ] {
        assert_eq!(status(action, code, diagnostic), kind, "{action} {code} {diagnostic}");
    }
    assert_eq!(report::fields("A: b\r\n c\r\nD:e").collect::<Vec<_>>().len(), 2);
}

#[test]
fn whatever_comes_is_read_or_is_no_mail() {
    for bytes in [&b""[..], b"\0\xff\xfe", b"<html>", b"hello", b"{\"a\":1}"] {
        assert_eq!(read(bytes, None), None, "{bytes:?}");
    }
    for name in ["postfix", "exim", "exchange", "gmail", "reply"] {
        let whole = std::fs::read(format!("{}/src/mail/samples/{name}.eml", env!("CARGO_MANIFEST_DIR"))).unwrap();
        for end in (0..whole.len()).step_by(7) {
            let _ = read(whole.get(..end).unwrap(), None); // cut anywhere: no panic
        }
    }
    assert_eq!(sample("reply").key, sample("reply").key);
    assert_ne!(sample("reply").key, sample("away").key);
}
