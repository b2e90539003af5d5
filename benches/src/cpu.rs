//! What processes cost, read from `/proc`: CPU of a process tree, memory of one process.

use std::{collections::BTreeMap, fs};

/// Linux counts process time in hundredths of a second (`USER_HZ`).
const MICROS_PER_TICK: f64 = 10_000.0;

/// CPU of a process and all below it so far, µs. Children that ended are in their parent's account.
pub fn tree_micros(root: u32) -> f64 {
    let mut parents: BTreeMap<u32, u32> = BTreeMap::new();
    let mut ticks: BTreeMap<u32, u64> = BTreeMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        let Some((parent, used)) = stat(pid) else { continue };
        parents.insert(pid, parent);
        ticks.insert(pid, used);
    }
    let below = |mut pid: u32| {
        while pid != root {
            match parents.get(&pid) {
                Some(parent) if *parent != 0 => pid = *parent,
                _ => return false,
            }
        }
        true
    };
    ticks.iter().filter(|(pid, _)| below(**pid)).map(|(_, used)| *used as f64 * MICROS_PER_TICK).sum()
}

/// Parent, and user + system time of the process and of its children that ended.
fn stat(pid: u32) -> Option<(u32, u64)> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // the name in brackets may hold anything
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let number = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok());
    let used = (11..=14).map(number).sum::<Option<u64>>()?;
    Some((u32::try_from(number(1)?).ok()?, used))
}

/// CPU of the living threads of one process, µs, to the nanosecond of the scheduler.
pub fn fine_micros(pid: u32) -> f64 {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    threads.filter_map(|thread| scheduled(&thread.path().join("schedstat").display().to_string())).sum()
}

/// CPU of the calling thread so far, µs.
pub fn this_thread_micros() -> f64 {
    scheduled("/proc/thread-self/schedstat").unwrap_or(0.0)
}

fn scheduled(path: &str) -> Option<f64> {
    fs::read_to_string(path).ok()?.split_whitespace().next()?.parse::<f64>().ok().map(|nanos| nanos / 1000.0)
}

/// Resident memory, MiB.
pub fn resident_mib(pid: u32) -> f64 {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}
