//! Politeness and patience: how many requests at once, how many a second, and how long to wait after a failure.
//!
//! One [`Limiter`] serves all tables. Fails only when the user stops the run. CBS peculiarity: "fair use" without a
//! number, so a pause that the server asks of one request (`Retry-After`) holds for all.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::config::{Config, Retry};
use super::error::{ErrorKind, Result};

/// Longest sleep before looking whether the user wants to stop.
const SLICE: Duration = Duration::from_millis(50);

/// Hands out permission to send a request.
pub(super) struct Limiter {
    free: Mutex<usize>,
    freed: Condvar,
    next: Mutex<Instant>,
    interval: Duration,
    slack: Duration,
    stop: Arc<AtomicBool>,
}

/// A connection in use; free again when dropped.
pub(super) struct Permit<'a>(&'a Limiter);

impl Limiter {
    pub(super) fn new(config: &Config, stop: Arc<AtomicBool>) -> Self {
        let interval = Duration::from_secs_f64(1.0 / config.pace().clamp(0.001, 1e6));
        Self {
            free: Mutex::new(config.connections.max(1)),
            freed: Condvar::new(),
            next: Mutex::new(Instant::now()),
            interval,
            slack: interval * config.burst,
            stop,
        }
    }

    /// Waits for a free connection and for the pace.
    pub(super) fn permit(&self) -> Result<Permit<'_>> {
        let mut free = lock(&self.free);
        while *free == 0 {
            self.check()?;
            free = self
                .freed
                .wait_timeout(free, SLICE)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        *free -= 1;
        drop(free);
        let permit = Permit(self);
        let at = self.slot();
        self.sleep(at.saturating_duration_since(Instant::now()))?;
        Ok(permit)
    }

    fn slot(&self) -> Instant {
        let mut next = lock(&self.next);
        let now = Instant::now();
        let earliest = now.checked_sub(self.slack).unwrap_or(now);
        let slot = (*next).max(earliest);
        *next = slot + self.interval;
        slot
    }

    /// Nothing is sent before the pause is over.
    pub(super) fn pause(&self, wait: Duration) {
        let mut next = lock(&self.next);
        *next = (*next).max(Instant::now() + wait);
    }

    /// Sleeps, unless the user stops the run.
    pub(super) fn sleep(&self, wait: Duration) -> Result<()> {
        let end = Instant::now() + wait;
        loop {
            self.check()?;
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            std::thread::sleep(left.min(SLICE));
        }
    }

    /// Whether the run may go on.
    pub(super) fn check(&self) -> Result<()> {
        if self.stop.load(Ordering::Relaxed) {
            Err(ErrorKind::Interrupted.into())
        } else {
            Ok(())
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *lock(&self.0.free) += 1;
        self.0.freed.notify_one();
    }
}

/// A lock whose holder panicked still holds plain numbers: they stay usable.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The wait after the attempt with this number (from 1): doubling, half of it by chance.
pub(super) fn backoff(retry: &Retry, attempt: u32) -> Duration {
    let full = retry
        .first
        .saturating_mul(1 << attempt.saturating_sub(1).min(16))
        .min(retry.longest);
    let chance = RandomState::new().build_hasher().finish() % 1_000;
    full / 2 + (full / 2).mul_f64(chance as f64 / 1_000.0)
}

/// What a `Retry-After` asks: seconds, or a moment.
pub(super) fn retry_after(header: &str, now: SystemTime) -> Option<Duration> {
    let text = header.trim();
    text.parse().map(Duration::from_secs).ok().or_else(|| {
        let moment = httpdate::parse_http_date(text).ok()?;
        Some(moment.duration_since(now).unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_reads_seconds_and_dates() {
        let now = httpdate::parse_http_date("Mon, 23 Nov 2026 21:00:00 GMT").unwrap();
        assert_eq!(retry_after("7", now), Some(Duration::from_secs(7)));
        assert_eq!(
            retry_after("Mon, 23 Nov 2026 21:00:09 GMT", now),
            Some(Duration::from_secs(9))
        );
        assert_eq!(
            retry_after("Mon, 23 Nov 2026 20:00:00 GMT", now),
            Some(Duration::ZERO)
        );
        assert_eq!(retry_after("soon", now), None);
    }

    #[test]
    fn backoff_doubles_up_to_its_limit_and_keeps_half() {
        let retry = Retry {
            first: Duration::from_secs(1),
            longest: Duration::from_secs(5),
            ..Retry::default()
        };
        for (attempt, full) in [(1, 1), (2, 2), (3, 4), (4, 5), (40, 5)] {
            let wait = backoff(&retry, attempt);
            assert!(
                wait >= Duration::from_secs(full) / 2 && wait <= Duration::from_secs(full),
                "{attempt}: {wait:?}"
            );
        }
    }

    #[test]
    fn pace_is_kept_once_the_burst_is_spent() {
        let config = Config {
            max_requests_per_second: Some(100.0),
            burst: 2,
            ..Config::default()
        };
        let limiter = Limiter::new(&config, Arc::default());
        let start = Instant::now();
        for _ in 0..8 {
            drop(limiter.permit().unwrap());
        }
        assert!(
            start.elapsed() >= Duration::from_millis(45),
            "{:?}",
            start.elapsed()
        );
    }
}
