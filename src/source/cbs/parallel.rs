//! Several requests at once.
//!
//! In go items and what to do with each; out come the results in order. Fails with the first error in that order, after
//! which no further item is begun. CBS peculiarity: a table's description is a dozen small lists.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::error::Result;
use super::limiter::lock;

/// Runs a function on every item, in so many threads at once; results in order, of which the first error wins. After an
/// error no further item is begun.
pub(super) fn parallel<I: Send, T: Send>(
    threads: usize,
    items: Vec<I>,
    run: impl Fn(I) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let count = items.len();
    let (items, results) = (
        Mutex::new(items.into_iter().enumerate()),
        Mutex::new(BTreeMap::new()),
    );
    let work = || {
        loop {
            let Some((at, item)) = lock(&items).next() else {
                return;
            };
            let result = run(item);
            if result.is_err() {
                lock(&items).by_ref().for_each(drop);
            }
            lock(&results).insert(at, result);
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads.min(count) {
            scope.spawn(work);
        }
        work();
    });
    results
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
        .into_values()
        .collect()
}

/// Runs two functions at once.
pub(super) fn both<A: Send, B>(
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B,
) -> (A, B) {
    thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        (
            one.join().unwrap_or_else(|panic| resume_unwind(panic)),
            other,
        )
    })
}
