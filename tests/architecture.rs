//! The house as it must stay: who may know whom, read from the tree.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                let name = path.strip_prefix(root()).unwrap_or(Path::new("")).display().to_string();
                found.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
}

const ROOMS: [&str; 9] =
    ["src", "domain/src", "ingest/src", "letters/src", "openapi/src", "migrations/src", "store/src", "api/src", "workers/src"];

fn only_in(word: &str, allowed: &[&str]) {
    let mut strangers = Vec::new();
    for room in ROOMS {
        for (name, text) in sources(room) {
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//")).any(|line| line.contains(word));
            if code && !allowed.iter().any(|prefix| name.starts_with(prefix)) {
                strangers.push(name);
            }
        }
    }
    assert!(strangers.is_empty(), "`{word}` belongs to {allowed:?} only, found in {strangers:?}");
}

#[test]
fn each_word_stays_in_its_room() {
    only_in("sea_orm", &["store/", "migrations/"]);
    only_in("apalis", &["workers/src/queue"]);
    only_in("ResponseError for", &["api/src/problem.rs"]);
    only_in("Utc::now", &["src/clock.rs"]);
    only_in("reqwest::Client", &["workers/src/http", "src/demo", "src/listen"]);
    only_in("reqwest::get", &[]);
}

/// Only tests read files: what decides takes time, chance and facts as arguments.
#[test]
fn the_domain_touches_nothing() {
    for (name, text) in sources("domain/src").into_iter().filter(|(name, _)| !name.contains("/tests/") && !name.ends_with("/tests.rs")) {
        for word in ["std::fs", "std::env", "std::io", "std::process", "SystemTime", "env::var", "fs::read"] {
            assert!(!text.contains(word), "{name} speaks of {word}");
        }
    }
}

#[test]
fn the_rooms_know_only_those_below() {
    for (room, strangers) in [
        ("domain", &["relance-store", "relance-openapi", "relance-api", "relance-workers", "tokio", "sea-orm", "actix"][..]),
        ("openapi", &["relance-store", "relance-api", "relance-workers", "sea-orm", "actix-web"]),
        ("store", &["relance-openapi", "relance-api", "relance-workers", "actix", "reqwest"]),
        ("api", &["relance-workers", "sea-orm", "apalis", "reqwest"]),
        ("workers", &["relance-api", "sea-orm", "actix"]),
        ("ingest", &["relance-store", "tokio", "sea-orm"]),
        ("letters", &["relance-store", "tokio", "sea-orm"]),
    ] {
        let manifest = std::fs::read_to_string(root().join(room).join("Cargo.toml")).unwrap();
        let needs = manifest.split("[dev-dependencies]").next().unwrap();
        for stranger in strangers {
            assert!(!needs.contains(stranger), "{room} must not know {stranger}");
        }
    }
}

/// A file over 400 lines has two subjects.
#[test]
fn files_stay_small() {
    let long: Vec<String> =
        ROOMS.iter().flat_map(|room| sources(room)).filter(|(_, text)| text.lines().count() > 400).map(|(name, _)| name).collect();
    assert!(long.is_empty(), "{long:?}");
}
