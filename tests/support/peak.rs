//! How much memory a process takes.

use std::io::Read as _;
use std::process::Child;
use std::time::Duration;

/// Waits for a process: its peak of memory in megabytes as far as `/proc` tells, whether it ended well, and what it said.
pub fn peak(mut child: Child) -> (f64, bool, String) {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0.0;
    let ended = loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
        peak = kilobytes.unwrap_or(0.0).max(peak);
        if let Some(ended) = child.try_wait().expect("a process") {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(3));
    };
    let mut said = String::new();
    if let Some(mut errors) = child.stderr.take() {
        errors.read_to_string(&mut said).expect("text");
    }
    (peak / 1_024.0, ended.success(), said)
}
