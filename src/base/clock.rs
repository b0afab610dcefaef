//! Times of the stages of a run, shown as they pass on a terminal. Nothing that is written depends on them.

use std::time::{Duration, Instant};

use indicatif::ProgressBar;

/// Times of stages.
#[derive(Debug)]
pub struct Clock {
    last: Instant,
    laps: Vec<(&'static str, Duration)>,
    bar: ProgressBar,
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            last: Instant::now(),
            laps: Vec::new(),
            bar: ProgressBar::hidden(),
        }
    }
}

impl Clock {
    /// Shows progress from now on.
    pub fn show(&mut self) {
        self.bar = ProgressBar::new_spinner();
        self.bar.enable_steady_tick(Duration::from_millis(100));
    }

    /// Shows progress no more.
    pub fn hide(&self) {
        self.bar.finish_and_clear();
    }

    /// Says a line to whoever waits, also when the run fails later.
    pub fn say(&self, line: &str) {
        self.bar.suspend(|| eprintln!("{line}"));
    }

    /// Notes that a stage is done.
    pub fn lap(&mut self, stage: &'static str) {
        let now = Instant::now();
        self.laps.push((stage, now - self.last));
        self.last = now;
        self.bar.set_message(format!("{stage} done"));
    }

    /// The stages that are done, in order, with the time that each took.
    pub fn laps(&self) -> &[(&'static str, Duration)] {
        &self.laps
    }

    /// Milliseconds per stage, a line each.
    pub fn timings(&self) -> String {
        self.laps.iter().fold(String::new(), |text, (stage, time)| {
            text + &format!("{stage:12} {:8.1} ms\n", time.as_secs_f64() * 1000.0)
        })
    }
}
