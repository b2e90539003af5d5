//! One connection to a mail server, driven command by command so that every failure knows its stage.

use std::{
    error::Error as _,
    net::{IpAddr, SocketAddr},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use chrono::{DateTime, Utc};
use lettre::transport::smtp::{
    Error,
    authentication::Mechanism,
    client::{AsyncSmtpConnection, Certificate, TlsParameters},
    commands::{Data, Mail, Rcpt, Rset},
    extension::{ClientId, MailParameter},
};
use relance_domain::records::MessageContent;

use super::{
    Security, SmtpServer,
    mime::{self, build},
    replies::{Stage, refusal},
};
use crate::{
    http::{GuardedClient, HttpError},
    sending::providers::{Handed, RefusalScope},
};

/// Connecting, TLS and AUTH together.
const OPEN: Duration = Duration::from_secs(10);
/// One mail, from MAIL to the answer to its end.
const ONE_MAIL: Duration = Duration::from_secs(30);
/// Mails over one connection.
const MOST_MAILS: u32 = 90;
/// Bytes written between two looks at how far we are.
const PIECE: usize = 16 * 1024;

/// One open connection.
pub struct Session {
    connection: AsyncSmtpConnection,
    mails: u32,
    broken: bool,
    bounce_address: Option<String>,
}

impl Session {
    /// Connects to an address of the server that may be called, protects the connection and logs in.
    ///
    /// # Errors
    /// What that means for a message: nothing of it left.
    pub async fn open(client: &GuardedClient, server: &SmtpServer) -> Result<Self, Handed> {
        let opening = tokio::time::timeout(OPEN, connect(client, server));
        let connection = opening.await.unwrap_or_else(|_| Err(Handed::transient("the mail server did not answer in time")))?;
        Ok(Self { connection, mails: 0, broken: false, bounce_address: server.bounce_address.clone() })
    }

    /// No further mail over this connection.
    pub fn is_spent(&self) -> bool {
        self.broken || self.mails >= MOST_MAILS || self.connection.has_broken()
    }

    /// Says goodbye, as far as the server listens.
    pub async fn quit(mut self) {
        let _ = tokio::time::timeout(Duration::from_secs(2), self.connection.quit()).await;
    }

    /// Hands one mail over; `now` is its date.
    pub async fn send(&mut self, content: &MessageContent, now: DateTime<Utc>) -> Handed {
        let mut mail = match build(content, now) {
            Ok(mail) => mail,
            Err(fault) => return Handed::refused(RefusalScope::Message, &fault),
        };
        let message_id = content.headers.get("Message-ID").map(String::as_str);
        if let Some(address) = self.bounce_address.as_deref().and_then(|address| mime::return_path(address, message_id?)) {
            mail.from = address;
        }
        self.mails = self.mails.saturating_add(1);
        let at_end = AtomicBool::new(false);
        let exchange = tokio::time::timeout(ONE_MAIL, exchange(&mut self.connection, &mail, &at_end));
        let provider_id = || content.headers.get("Message-ID").cloned();
        let handed = match exchange.await {
            Ok(Ok(())) => Handed::Accepted { provider_id: provider_id() },
            Ok(Err((stage, error))) => {
                // after a reply the connection is in order; after anything else it is not
                self.broken = error.status().is_none();
                meaning(stage, &error)
            }
            Err(_) if at_end.load(Ordering::Relaxed) => Handed::unknown("no answer to the end of the mail in time"),
            Err(_) => Handed::transient("the mail server did not answer in time"),
        };
        if !matches!(handed, Handed::Accepted { .. }) {
            self.broken |= matches!(handed, Handed::Unknown { .. } | Handed::Transient { .. });
            if !self.broken {
                let reset = tokio::time::timeout(Duration::from_secs(5), self.connection.command(Rset)).await;
                self.broken = !matches!(reset, Ok(Ok(_)));
            }
        }
        handed
    }
}

async fn connect(client: &GuardedClient, server: &SmtpServer) -> Result<AsyncSmtpConnection, Handed> {
    let addresses = addresses(client, server).await?;
    let hello = ClientId::default();
    let tls = |wanted: bool| wanted.then(|| tls_for(server)).transpose();
    let mut last = Handed::transient("the mail server has no address");
    for ip in addresses {
        let implicit = tls(server.security == Security::Tls)?;
        // the address that was judged, not the name: nobody resolves it again
        match AsyncSmtpConnection::connect_tokio1(SocketAddr::new(ip, server.port), Some(OPEN), &hello, implicit, None).await {
            Ok(mut connection) => {
                if server.security == Security::StartTls {
                    let explicit = tls_for(server)?;
                    connection.starttls(explicit, &hello).await.map_err(|error| meaning(Stage::Connect, &error))?;
                }
                if let Some(credentials) = &server.credentials {
                    let known = [Mechanism::Plain, Mechanism::Login];
                    connection.auth(&known, credentials).await.map_err(|error| meaning(Stage::Auth, &error))?;
                }
                return Ok(connection);
            }
            Err(error) => last = meaning(Stage::Connect, &error),
        }
    }
    Err(last)
}

/// Where the server is, as far as it may be called; without encryption only inside the operator's ranges.
async fn addresses(client: &GuardedClient, server: &SmtpServer) -> Result<Vec<IpAddr>, Handed> {
    if server.security == Security::None && !client.is_inside(&server.host).await {
        return Err(Handed::refused(RefusalScope::Account, "mail leaves unencrypted only to servers inside the operator's ranges"));
    }
    client.addresses(&server.host).await.map_err(|error| match error {
        HttpError::Blocked(_) => Handed::refused(RefusalScope::Account, "the address of the mail server may not be called"),
        _ => Handed::transient("the name of the mail server does not resolve"),
    })
}

fn tls_for(server: &SmtpServer) -> Result<TlsParameters, Handed> {
    let broken = |error: Error| Handed::refused(RefusalScope::Account, &format!("TLS cannot be set up: {error}"));
    let mut builder = TlsParameters::builder(server.host.clone());
    if let Some(pem) = &server.ca_pem {
        builder = builder.add_root_certificate(Certificate::from_pem(pem.as_bytes()).map_err(broken)?);
    }
    builder.build().map_err(broken)
}

/// One mail: a copy that is refused does not stop it.
async fn exchange(connection: &mut AsyncSmtpConnection, mail: &mime::Mail, at_end: &AtomicBool) -> Result<(), (Stage, Error)> {
    let at = |stage: Stage| move |error: Error| (stage, error);
    connection.command(Mail::new(Some(mail.from.clone()), Vec::<MailParameter>::new())).await.map_err(at(Stage::Mail))?;
    connection.command(Rcpt::new(mail.to.clone(), Vec::new())).await.map_err(at(Stage::Recipient))?;
    for copy in &mail.cc {
        match connection.command(Rcpt::new(copy.clone(), Vec::new())).await {
            Err(error) if error.status().is_none() => return Err((Stage::Recipient, error)),
            Err(error) => tracing::warn!(code = ?error.status().map(u16::from), "an internal copy was refused"),
            Ok(_) => {}
        }
    }
    connection.command(Data).await.map_err(at(Stage::Data))?;
    let pieces = Pieces { rest: mail.bytes.chunks(PIECE), at_end };
    let taken = connection.message_iter(pieces).await;
    let stage = if at_end.load(Ordering::Relaxed) { Stage::End } else { Stage::Data };
    taken.map(|_| ()).map_err(at(stage))
}

/// The mail in pieces: asked for one more after the last, it knows that only the end is still to come.
struct Pieces<'a> {
    rest: std::slice::Chunks<'a, u8>,
    at_end: &'a AtomicBool,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<Self::Item> {
        let piece = self.rest.next();
        if piece.is_none() {
            self.at_end.store(true, Ordering::Relaxed);
        }
        piece
    }
}

/// What a failure at this stage means.
fn meaning(stage: Stage, error: &Error) -> Handed {
    if let Some(code) = error.status() {
        let text = error.source().map(ToString::to_string).unwrap_or_default();
        return refusal(stage, u16::from(code), &text);
    }
    if stage == Stage::End {
        return Handed::unknown("the connection broke after the end of the mail");
    }
    if error.is_client() {
        // no STARTTLS, no AUTH that we speak: nothing will pass until somebody changes the settings
        return Handed::refused(RefusalScope::Account, &error.to_string());
    }
    Handed::transient(&format!("no connection to the mail server: {error}"))
}
