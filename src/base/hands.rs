//! Work in parts that do not need each other, by two hands.
//!
//! The parts come back in their order, so that what is made is the same however fast each hand is.

use std::env;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::failure::{Exit, Report};

/// The variable that says how many threads polars takes, and the most that it may: each has a stack of its own.
const THREADS: (&str, usize) = ("POLARS_MAX_THREADS", 512);

/// The environment asks for no threads, or for more than a machine has.
#[derive(Debug, thiserror::Error)]
#[error("`{variable}` is `{value}`")]
pub struct NoThreads {
    /// The variable.
    pub variable: &'static str,
    /// What it is.
    pub value: String,
}

impl Report for NoThreads {
    fn hint(&self) -> Option<String> {
        let most = THREADS.1;
        Some(format!(
            "expected a number of threads from 1 to {most}; without it all cores are used"
        ))
    }

    fn exit(&self) -> Exit {
        Exit::Usage
    }
}

/// Tests what the environment says of threads, before polars does as it says.
///
/// # Errors
/// When it says no number of threads that can be.
pub fn test_environment() -> Result<(), NoThreads> {
    let (variable, most) = THREADS;
    let Some(value) = env::var_os(variable) else {
        return Ok(());
    };
    let value = value.to_string_lossy().into_owned();
    let threads = value.trim().parse().ok();
    match threads.filter(|threads| (1..=most).contains(threads)) {
        Some(_) => Ok(()),
        None => Err(NoThreads { variable, value }),
    }
}

/// Makes so many parts, each from its place, in that order. A hand readies what it needs once, and takes the next part
/// that no hand has.
///
/// ```
/// use middelgroot::base::hands::in_parts;
/// let squares = in_parts(5, || (), |(), place| place * place);
/// assert_eq!(squares, [0, 1, 4, 9, 16]);
/// ```
pub fn in_parts<S, T: Send>(
    count: usize,
    ready: impl Fn() -> S + Sync,
    make: impl Fn(&mut S, usize) -> T + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let some = || {
        let mut own = ready();
        let places = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
        let mine = places.take_while(|place| *place < count);
        mine.map(|place| (place, make(&mut own, place)))
            .collect::<Vec<_>>()
    };
    let (mut all, others) = both(some, some);
    all.extend(others);
    all.sort_by_key(|(place, _)| *place);
    all.into_iter().map(|(_, part)| part).collect()
}

/// Does two things at once; what panics in one panics here.
///
/// ```
/// use middelgroot::base::hands::both;
/// assert_eq!(both(|| 1, || "two"), (1, "two"));
/// ```
pub fn both<A, B: Send>(here: impl FnOnce() -> A, there: impl FnOnce() -> B + Send) -> (A, B) {
    thread::scope(|scope| {
        let other = scope.spawn(there);
        let mine = here();
        (
            mine,
            other.join().unwrap_or_else(|panic| resume_unwind(panic)),
        )
    })
}
