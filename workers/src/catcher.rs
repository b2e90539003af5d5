//! A mail server that keeps what it is given: for the demonstration and for tests, on loopback only.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    task::JoinHandle,
};

/// Longest line that is read (RFC 5321 §4.5.3.1.6 allows 1,000 in a body, and nobody keeps to it).
const LONGEST_LINE: usize = 64 * 1024;

/// A mail that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaughtMail {
    /// Envelope sender.
    pub from: String,
    /// Envelope recipients.
    pub to: Vec<String>,
    /// Headers and body as they came, without the dots that were stuffed.
    pub data: Vec<u8>,
}

impl CaughtMail {
    /// The mail as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.data).into_owned()
    }

    /// A header, unfolded.
    pub fn header(&self, name: &str) -> Option<String> {
        let text = self.text().replace("\r\n ", " ").replace("\r\n\t", " ");
        let prefix = format!("{}:", name.to_ascii_lowercase());
        let head = text.split("\r\n\r\n").next().unwrap_or_default();
        head.lines()
            .find(|line| line.to_ascii_lowercase().starts_with(&prefix))
            .map(|line| line.get(prefix.len()..).unwrap_or_default().trim().to_owned())
    }
}

/// What the server does instead of taking mails.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Mischief {
    /// Nothing: it takes everything.
    #[default]
    None,
    /// Answers RCPT with this line.
    Recipient(String),
    /// Answers the end of the mail with this line.
    End(String),
    /// Hangs up in the middle of the mail.
    CutInside,
    /// Keeps the mail and hangs up without a word.
    CutAfter,
}

/// A running catcher; dropped, it stops.
pub struct Catcher {
    address: SocketAddr,
    state: Arc<State>,
    task: JoinHandle<()>,
}

struct State {
    mails: Mutex<Vec<CaughtMail>>,
    mischief: Mutex<Mischief>,
    /// User name and password that are asked for.
    login: Option<(String, String)>,
}

impl Catcher {
    /// Listens on a free port of the loopback.
    ///
    /// # Errors
    /// When there is none.
    pub async fn start() -> std::io::Result<Self> {
        Self::with_login(None).await
    }

    /// The same, for those only who log in.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn with_login(login: Option<(String, String)>) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State { mails: Mutex::default(), mischief: Mutex::default(), login });
        let shared = state.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = shared.clone();
                tokio::spawn(async move {
                    let _ = Talk::new(stream, state).run().await;
                });
            }
        });
        Ok(Self { address, state, task })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The mails so far, in the order in which they were taken.
    pub fn messages(&self) -> Vec<CaughtMail> {
        self.state.mails.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on it does this.
    pub fn set(&self, mischief: Mischief) {
        *self.state.mischief.lock().unwrap_or_else(PoisonError::into_inner) = mischief;
    }
}

impl Drop for Catcher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One connection.
struct Talk {
    reader: BufReader<OwnedReadHalf>,
    writer: OwnedWriteHalf,
    state: Arc<State>,
    logged_in: bool,
    mail: Option<CaughtMail>,
}

impl Talk {
    fn new(stream: TcpStream, state: Arc<State>) -> Self {
        let (reader, writer) = stream.into_split();
        let logged_in = state.login.is_none();
        Self { reader: BufReader::new(reader), writer, state, logged_in, mail: None }
    }

    async fn run(mut self) -> std::io::Result<()> {
        self.say("220 catcher.invalid ESMTP").await?;
        while let Some(line) = self.line().await? {
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            let verb = line.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" => self.say("250-catcher.invalid\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN LOGIN").await?,
                "HELO" | "NOOP" => self.say("250 ok").await?,
                "RSET" => {
                    self.mail = None;
                    self.say("250 ok").await?;
                }
                "AUTH" => self.auth(&line).await?,
                "MAIL" if !self.logged_in => self.say("530 5.7.0 authentication required").await?,
                "MAIL" => {
                    self.mail = Some(CaughtMail { from: path(&line), to: Vec::new(), data: Vec::new() });
                    self.say("250 2.1.0 ok").await?;
                }
                "RCPT" => self.recipient(&line).await?,
                "DATA" => {
                    if !self.data().await? {
                        return Ok(());
                    }
                }
                "QUIT" => return self.say("221 bye").await,
                _ => self.say("502 5.5.2 not known here").await?,
            }
        }
        Ok(())
    }

    fn mischief(&self) -> Mischief {
        self.state.mischief.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn recipient(&mut self, line: &str) -> std::io::Result<()> {
        if let Mischief::Recipient(reply) = self.mischief() {
            return self.say(&reply).await;
        }
        let Some(mail) = self.mail.as_mut() else { return self.say("503 5.5.1 MAIL first").await };
        mail.to.push(path(line));
        self.say("250 2.1.5 ok").await
    }

    /// Takes the mail; false when it hangs up.
    async fn data(&mut self) -> std::io::Result<bool> {
        let Some(mut mail) = self.mail.take().filter(|mail| !mail.to.is_empty()) else {
            self.say("503 5.5.1 RCPT first").await?;
            return Ok(true);
        };
        self.say("354 go ahead").await?;
        let mischief = self.mischief();
        loop {
            if mischief == Mischief::CutInside && !mail.data.is_empty() {
                return Ok(false);
            }
            let Some(line) = self.line().await? else { return Ok(false) };
            if line == b".\r\n" {
                break;
            }
            mail.data.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
        match mischief {
            Mischief::End(reply) => self.say(&reply).await?,
            mischief => {
                self.state.mails.lock().unwrap_or_else(PoisonError::into_inner).push(mail);
                if mischief == Mischief::CutAfter {
                    return Ok(false);
                }
                self.say("250 2.0.0 taken").await?;
            }
        }
        Ok(true)
    }

    async fn auth(&mut self, line: &str) -> std::io::Result<()> {
        let mut words = line.split_whitespace().skip(1);
        let mechanism = words.next().unwrap_or_default().to_ascii_uppercase();
        let initial = words.next().map(str::to_owned);
        let given = match mechanism.as_str() {
            "PLAIN" => {
                let text = self.answer(initial, "334 ").await?;
                let mut parts = text.split('\0').skip(1).map(str::to_owned);
                (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
            }
            "LOGIN" => (self.answer(initial, "334 VXNlcm5hbWU6").await?, self.answer(None, "334 UGFzc3dvcmQ6").await?),
            _ => return self.say("504 5.5.4 mechanism not known").await,
        };
        self.logged_in = self.state.login.as_ref().is_none_or(|login| *login == given);
        self.say(if self.logged_in { "235 2.7.0 welcome" } else { "535 5.7.8 credentials invalid" }).await
    }

    async fn answer(&mut self, initial: Option<String>, prompt: &str) -> std::io::Result<String> {
        let encoded = match initial {
            Some(text) => text,
            None => {
                self.say(prompt).await?;
                String::from_utf8_lossy(&self.line().await?.unwrap_or_default()).trim().to_owned()
            }
        };
        Ok(String::from_utf8_lossy(&STANDARD.decode(encoded).unwrap_or_default()).into_owned())
    }

    async fn line(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        loop {
            let (piece, ended) = {
                let available = self.reader.fill_buf().await?;
                match available.iter().position(|byte| *byte == b'\n') {
                    Some(end) => (available.get(..=end).unwrap_or_default().to_vec(), true),
                    None => (available.to_vec(), available.is_empty()),
                }
            };
            self.reader.consume(piece.len());
            line.extend_from_slice(&piece);
            if line.len() > LONGEST_LINE {
                return Err(std::io::ErrorKind::InvalidData.into());
            }
            if ended {
                return Ok((!line.is_empty()).then_some(line));
            }
        }
    }

    async fn say(&mut self, reply: &str) -> std::io::Result<()> {
        self.writer.write_all(format!("{reply}\r\n").as_bytes()).await
    }
}

/// The address in `MAIL FROM:<a@b>`.
fn path(line: &str) -> String {
    let inner = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.map(|(address, _)| address.to_owned()).unwrap_or_default()
}
