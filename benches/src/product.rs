//! The product as a user runs it: the release binary, spoken to over HTTP.

use std::{
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::{database::Db, options::Options, wire, wire::Conn};

const OPERATOR_KEY: &str = "operator-key-of-the-benches-0123456789";

/// A running server.
#[derive(Debug)]
pub struct Server {
    /// `127.0.0.1:port`.
    pub address: String,
    pub pid: u32,
    /// From spawn to the first 200 of `/readyz`.
    pub started_in: Duration,
    child: Option<Child>,
    log: PathBuf,
}

impl Server {
    /// Starts `relance serve --role ROLE` and waits until it says it is ready.
    pub async fn start(options: &Options, db: &Db, role: &str) -> Result<Self> {
        Self::start_with(options, db, role, &[]).await
    }

    /// The same with further variables in its environment.
    pub async fn start_with(options: &Options, db: &Db, role: &str, settings: &[(&str, String)]) -> Result<Self> {
        let (port, admin) = (free_port()?, free_port()?);
        let log = std::env::temp_dir().join(format!("relance-bench-{}-{port}.log", std::process::id()));
        let file = std::fs::File::create(&log)?;
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]).arg(&options.relance).args(["serve", "--role", role]);
        if db.is_postgres() {
            command.arg("--auto-migrate");
        }
        command
            .env("RELANCE_DATABASE_URL", db.url())
            .env("RELANCE_LISTEN", format!("127.0.0.1:{port}"))
            .env("RELANCE_ADMIN_LISTEN", format!("127.0.0.1:{admin}"))
            .env("RELANCE_OPERATOR_KEY", OPERATOR_KEY)
            .env("RELANCE_SECRET_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
            .env("RELANCE_EGRESS_ALLOW", "127.0.0.0/8")
            .env("RELANCE_LOG", "warn")
            .envs(settings.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file);
        let began = Instant::now();
        let child = command.spawn().with_context(|| format!("starting {}", options.relance.display()))?;
        let mut server =
            Self { address: format!("127.0.0.1:{port}"), pid: child.id(), started_in: Duration::ZERO, child: Some(child), log };
        server.wait_ready(&format!("127.0.0.1:{admin}"), began).await?;
        Ok(server)
    }

    async fn wait_ready(&mut self, admin: &str, began: Instant) -> Result<()> {
        loop {
            if let Some(child) = &mut self.child
                && let Some(status) = child.try_wait()?
            {
                bail!("the server ended with {status}: {}", std::fs::read_to_string(&self.log).unwrap_or_default());
            }
            if let Ok(mut conn) = Conn::open(admin).await
                && conn.exchange(&wire::get("/readyz", "")).await.is_ok_and(|reply| reply.status == 200)
            {
                self.started_in = began.elapsed();
                return Ok(());
            }
            ensure!(began.elapsed() < Duration::from_secs(60), "not ready within a minute");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Warnings are worth seeing: nothing should go wrong in a bench.
    fn tell(&self) {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        for line in lines.iter().take(5) {
            eprintln!("    log: {}", line.chars().take(300).collect::<String>());
        }
        if lines.len() > 5 {
            eprintln!("    log: … {} lines", lines.len());
        }
    }

    /// SIGTERM; how long it took, and whether it ended well.
    pub async fn stop(mut self) -> Result<(Duration, bool)> {
        let Some(mut child) = self.child.take() else { bail!("stopped before") };
        let began = Instant::now();
        Command::new("kill").args(["-TERM", &self.pid.to_string()]).status()?;
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok((began.elapsed(), status.success()));
            }
            if began.elapsed() > Duration::from_secs(30) {
                child.kill()?;
                child.wait()?;
                return Ok((began.elapsed(), false));
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// One JSON request with a key; answers the body.
    pub async fn ask(&self, method: &str, path: &str, key: &str, body: Option<&Value>) -> Result<Value> {
        let mut conn = Conn::open(&self.address).await?;
        let text = body.map(Value::to_string).unwrap_or_default();
        let mut request = wire::post(path, key, "application/json", text.as_bytes());
        if method != "POST" {
            request.splice(..4, method.bytes());
        }
        let reply = conn.exchange(&request).await?;
        let text = String::from_utf8_lossy(&reply.body).into_owned();
        ensure!((200..300).contains(&reply.status), "{method} {path}: {} {text}", reply.status);
        Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// The same with the operator's key.
    pub async fn operate(&self, method: &str, path: &str, body: &Value) -> Result<Value> {
        self.ask(method, path, OPERATOR_KEY, Some(body)).await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
        self.tell();
        let _ = std::fs::remove_file(&self.log);
    }
}

pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
