//! A real mail server of our own: STARTTLS under a certificate authority made for the run, AUTH, and what it took.

use std::{
    net::Ipv4Addr,
    sync::{Arc, Mutex},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufStream},
    net::TcpListener,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

/// A mail that it took.
#[derive(Debug, Clone)]
pub struct Taken {
    /// Envelope sender.
    pub from: String,
    /// Envelope recipients.
    pub to: Vec<String>,
    /// Headers and body.
    pub data: Vec<u8>,
    /// Under TLS.
    pub tls: bool,
    /// How its sender logged in.
    pub mechanism: Option<String>,
}

/// What the server offers and asks for.
#[derive(Debug, Clone)]
pub struct Manners {
    /// Offers STARTTLS.
    pub starttls: bool,
    /// Mechanisms that it offers under TLS.
    pub auth: &'static str,
    /// Answers RCPT with this line.
    pub refuses: Option<&'static str>,
}

impl Default for Manners {
    fn default() -> Self {
        Self { starttls: true, auth: "PLAIN LOGIN", refuses: None }
    }
}

/// A running server; user `dumas`, password `s3cret`.
pub struct MailServer {
    pub port: u16,
    /// The authority that signed its certificate, PEM.
    pub ca_pem: String,
    taken: Arc<Mutex<Vec<Taken>>>,
    /// Everything a client said outside TLS.
    clear: Arc<Mutex<String>>,
}

impl MailServer {
    pub async fn start(manners: Manners) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (ca_pem, acceptor) = certificates();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (taken, clear) = (Arc::<Mutex<Vec<Taken>>>::default(), Arc::<Mutex<String>>::default());
        let (kept, heard) = (taken.clone(), clear.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (manners, acceptor, kept, heard) = (manners.clone(), acceptor.clone(), kept.clone(), heard.clone());
                tokio::spawn(async move {
                    let open = Talk::new(stream, &manners, &kept, Some(&heard)).run().await.ok().flatten();
                    let Some(stream) = open else { return };
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let _ = Talk::new(stream, &manners, &kept, None).run().await;
                });
            }
        });
        Self { port, ca_pem, taken, clear }
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap().clone()
    }

    /// Everything that was said outside TLS.
    pub fn said_in_clear(&self) -> String {
        self.clear.lock().unwrap().clone()
    }

    /// The settings of an e-mail channel over it, to addresses on `listed`.
    pub fn channel(&self, password: &str, listed: &[&str]) -> Value {
        json!({"provider": "smtp", "from": "compta@keller.example", "from_name": "Atelier Keller", "allow_list": listed,
            "smtp": {"host": "127.0.0.1", "port": self.port, "security": "starttls", "username": "dumas", "password": password,
                     "ca_pem": self.ca_pem, "bounce_address": "bounces@keller.example"}})
    }
}

/// An authority and a leaf for the loopback: rustls takes no authority for a server.
fn certificates() -> (String, TlsAcceptor) {
    let (ca_key, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let mut ca = CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_pem = ca.self_signed(&ca_key).unwrap().pem();
    let leaf = CertificateParams::new(vec!["127.0.0.1".to_owned(), "localhost".to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, &Issuer::new(ca, ca_key)).unwrap();
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![leaf.der().clone()], private).unwrap();
    (ca_pem, TlsAcceptor::from(Arc::new(config)))
}

/// One connection, before or after STARTTLS.
struct Talk<'a, S> {
    stream: BufStream<S>,
    manners: &'a Manners,
    taken: &'a Mutex<Vec<Taken>>,
    /// Where clear words are kept; `None` under TLS.
    clear: Option<&'a Mutex<String>>,
    mechanism: Option<String>,
    mail: Taken,
}

impl<'a, S: AsyncRead + AsyncWrite + Unpin> Talk<'a, S> {
    fn new(stream: S, manners: &'a Manners, taken: &'a Mutex<Vec<Taken>>, clear: Option<&'a Mutex<String>>) -> Self {
        let mail = Taken { from: String::new(), to: Vec::new(), data: Vec::new(), tls: clear.is_none(), mechanism: None };
        Self { stream: BufStream::new(stream), manners, taken, clear, mechanism: None, mail }
    }

    /// Gives the stream back when TLS is to begin.
    async fn run(mut self) -> std::io::Result<Option<S>> {
        if self.clear.is_some() {
            self.say("220 mail.test ESMTP").await?;
        }
        loop {
            let line = self.line().await?;
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            match verb.as_str() {
                "" => return Ok(None),
                "EHLO" if self.clear.is_none() => self.say(&format!("250-mail.test\r\n250 AUTH {}", self.manners.auth)).await?,
                "EHLO" if self.manners.starttls => self.say("250-mail.test\r\n250 STARTTLS").await?,
                "EHLO" => self.say("250 mail.test").await?,
                "STARTTLS" => {
                    self.say("220 go ahead").await?;
                    return Ok(Some(self.stream.into_inner()));
                }
                "AUTH" => self.auth(&line).await?,
                "MAIL" if self.mechanism.is_none() => self.say("530 5.7.0 authentication required").await?,
                "MAIL" => {
                    self.mail.from = path(&line);
                    self.mail.to.clear();
                    self.say("250 2.1.0 ok").await?;
                }
                "RCPT" => match self.manners.refuses {
                    Some(reply) => self.say(reply).await?,
                    None => {
                        self.mail.to.push(path(&line));
                        self.say("250 2.1.5 ok").await?;
                    }
                },
                "DATA" => self.data().await?,
                "QUIT" => {
                    self.say("221 bye").await?;
                    return Ok(None);
                }
                _ => self.say("250 ok").await?,
            }
        }
    }

    async fn data(&mut self) -> std::io::Result<()> {
        self.say("354 go on").await?;
        self.mail.data.clear();
        loop {
            let mut line = Vec::new();
            if self.stream.read_until(b'\n', &mut line).await? == 0 {
                return Ok(());
            }
            if line == b".\r\n" {
                break;
            }
            self.mail.data.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
        self.taken.lock().unwrap().push(Taken { mechanism: self.mechanism.clone(), ..self.mail.clone() });
        self.say("250 2.0.0 taken").await
    }

    async fn auth(&mut self, line: &str) -> std::io::Result<()> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let (mechanism, initial) = (words.get(1).cloned().unwrap_or_default(), words.get(2).cloned());
        if self.clear.is_some() || !self.manners.auth.contains(&mechanism) {
            return self.say("538 5.7.11 not like this").await;
        }
        let given = if mechanism == "PLAIN" {
            let text = self.answer(initial, "334 ").await?;
            text.split('\0').skip(1).map(str::to_owned).collect::<Vec<_>>()
        } else {
            vec![self.answer(initial, "334 VXNlcm5hbWU6").await?, self.answer(None, "334 UGFzc3dvcmQ6").await?]
        };
        if given == ["dumas", "s3cret"] {
            self.mechanism = Some(mechanism);
            return self.say("235 2.7.0 welcome").await;
        }
        self.say("535 5.7.8 credentials invalid").await
    }

    async fn answer(&mut self, initial: Option<String>, prompt: &str) -> std::io::Result<String> {
        let encoded = match initial {
            Some(text) => text,
            None => {
                self.say(prompt).await?;
                self.line().await?
            }
        };
        Ok(String::from_utf8_lossy(&STANDARD.decode(encoded.trim()).unwrap_or_default()).into_owned())
    }

    async fn line(&mut self) -> std::io::Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line).await?;
        if let Some(clear) = self.clear {
            clear.lock().unwrap().push_str(&line);
        }
        Ok(line.trim_end().to_owned())
    }

    async fn say(&mut self, reply: &str) -> std::io::Result<()> {
        self.stream.write_all(format!("{reply}\r\n").as_bytes()).await?;
        self.stream.flush().await
    }
}

/// The address in `MAIL FROM:<a@b>`.
fn path(line: &str) -> String {
    line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(address, _)| address.to_owned()).unwrap_or_default()
}
