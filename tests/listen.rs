//! `relance listen`: the feed in a terminal, through a restart of the server, to its end by Ctrl-C.

use std::{
    process::{Command, Stdio},
    sync::{Arc, Mutex},
};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::{
    contract::webhooks::verifies,
    support::{Database, World, receiver::Receiver, server, world},
};

/// A listener behind a pipe, and what it printed so far.
struct Listener {
    child: tokio::process::Child,
    lines: Arc<Mutex<Vec<Value>>>,
}

impl Listener {
    fn start(world: &World, arguments: &[&str]) -> Self {
        let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_relance"))
            .args(["listen", "--key", &world.key, "--url", &world.base])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let lines: Arc<Mutex<Vec<Value>>> = Arc::default();
        let (kept, out) = (lines.clone(), child.stdout.take().unwrap());
        tokio::spawn(async move {
            let mut out = BufReader::new(out).lines();
            while let Ok(Some(line)) = out.next_line().await {
                kept.lock().unwrap().push(serde_json::from_str(&line).unwrap());
            }
        });
        Self { child, lines }
    }

    async fn until(&self, count: usize) -> Vec<Value> {
        world::until("the listener to print", async || {
            let lines = self.lines.lock().unwrap().clone();
            (lines.len() >= count).then_some(lines)
        })
        .await
    }
}

#[tokio::test]
async fn the_feed_is_printed_through_a_restart_until_ctrl_c() {
    let url = server::fresh_url(Database::Sqlite).unwrap();
    let mut first = server::start(&url, &[]);
    let world = World::live(&first, Database::Sqlite).await;
    world.customer("C1").await;
    let mut listener = Listener::start(&world, &["--from-start"]);
    listener.until(1).await;
    first.kill();
    let mut second = server::restart(&url, &first);
    let world = world.moved_to(&second);
    world.customer("C2").await;
    let lines = listener.until(2).await;
    assert_eq!(lines, world.events().await, "each event once, as the feed has it");
    let copies = Receiver::start("{}").await;
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let after = lines[0]["id"].as_str().unwrap();
    let forward = ["--after", after, "--types", "customer.created", "--forward-to", &copies.url, "--secret", secret];
    let forwarding = Listener::start(&world, &forward);
    let got = copies.until("a signed copy", |got| !got.is_empty()).await;
    assert!(verifies(&got[0], secret));
    assert_eq!((forwarding.until(1).await, got[0].json()), (lines[1..].to_vec(), lines[1].clone()));
    let id = listener.child.id().unwrap().to_string();
    Command::new("kill").args(["-INT", &id]).status().unwrap();
    assert!(listener.child.wait().await.unwrap().success());
    second.kill();
}

#[tokio::test]
async fn a_wrong_key_is_said_and_ends_it() {
    let Some(server) = server::shared(Database::Sqlite) else { return };
    let out = tokio::process::Command::new(env!("CARGO_BIN_EXE_relance"))
        .args(["listen", "--key", "rlk_test_nobody", "--url", &server.base])
        .output()
        .await
        .unwrap();
    assert!(!out.status.success());
    assert!(String::from_utf8_lossy(&out.stderr).contains("401"), "{out:?}");
}
