//! The real binary, one process a database for the whole run; every story has a tenant of its own.

use std::{
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use super::{dependents, postgres};

/// Which database a server stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    Sqlite,
    Postgres,
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    pub base: String,
    pub operator_key: String,
    pub folder: PathBuf,
    pub child: Child,
}

static SQLITE: OnceLock<Option<Server>> = OnceLock::new();
static POSTGRES: OnceLock<Option<Server>> = OnceLock::new();

/// The server all stories share.
pub fn shared(database: Database) -> Option<&'static Server> {
    let cell = match database {
        Database::Sqlite => &SQLITE,
        Database::Postgres => &POSTGRES,
    };
    cell.get_or_init(|| fresh_url(database).map(|url| start(&url, &[]))).as_ref()
}

/// A database of its own.
pub fn fresh_url(database: Database) -> Option<String> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("relance_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    match database {
        Database::Sqlite => {
            let folder = std::env::temp_dir().join(&name);
            let _ = std::fs::remove_dir_all(&folder); // of an earlier process with this number
            std::fs::create_dir_all(&folder).unwrap();
            Some(format!("sqlite://{}/relance.db", folder.display()))
        }
        Database::Postgres => postgres::database(&name),
    }
}

/// A port that nobody listens at, below those that outgoing connections take by themselves.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let at = NEXT.fetch_add(1, Ordering::Relaxed).wrapping_add(std::process::id().wrapping_mul(97));
        let port = u16::try_from(12_000 + at % 20_000).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// The command that serves on `url`.
pub fn command(url: &str, port: u16, admin: u16) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_relance"));
    command
        .arg("serve")
        .env("RELANCE_DATABASE_URL", url)
        .env("RELANCE_LISTEN", format!("127.0.0.1:{port}"))
        .env("RELANCE_ADMIN_LISTEN", format!("127.0.0.1:{admin}"))
        .env("RELANCE_OPERATOR_KEY", "operator-key-of-the-tests-0123456789")
        .env("RELANCE_SECRET_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
        .env("RELANCE_EGRESS_ALLOW", "127.0.0.0/8")
        .env("RELANCE_LOG", "warn")
        .stdin(Stdio::null());
    if url.starts_with("postgres") {
        command.arg("--auto-migrate");
    }
    command
}

/// Starts a server and waits until it says it is ready.
pub fn start(url: &str, arguments: &[&str]) -> Server {
    start_with(url, arguments, &[])
}

/// The same with other environment variables.
pub fn start_with(url: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Server {
    start_on(url, arguments, environment, free_port())
}

/// Starts a server where `before` was, once that is gone.
pub fn restart(url: &str, before: &Server) -> Server {
    start_on(url, &[], &[], before.base.rsplit(':').next().unwrap().parse().unwrap())
}

fn start_on(url: &str, arguments: &[&str], environment: &[(&str, &str)], port: u16) -> Server {
    let admin = free_port();
    let folder = std::env::temp_dir().join(format!("relance-server-{port}"));
    std::fs::create_dir_all(&folder).unwrap();
    let log = std::fs::File::create(folder.join("log")).unwrap();
    let child = command(url, port, admin)
        .args(arguments)
        .envs(environment.iter().copied())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap();
    dependents::end_with_us(&child, None);
    let mut server =
        Server { base: format!("http://127.0.0.1:{port}"), operator_key: "operator-key-of-the-tests-0123456789".to_owned(), folder, child };
    server.wait_ready(admin);
    server
}

impl Server {
    fn wait_ready(&mut self, admin: u16) {
        use std::io::{Read, Write};
        loop {
            if let Ok(Some(status)) = self.child.try_wait() {
                panic!("the server ended with {status}: {}", self.log());
            }
            if let Ok(mut socket) = std::net::TcpStream::connect(("127.0.0.1", admin)) {
                let mut answer = String::new();
                let asked = socket.write_all(b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
                if asked.is_ok() && socket.read_to_string(&mut answer).is_ok() && answer.starts_with("HTTP/1.1 200") {
                    return;
                }
            }
            std::thread::yield_now();
        }
    }

    /// What the server wrote.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// kill -9.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}
