//! Work in parts that do not need each other, by two hands.
//!
//! The parts come back in their order, so that what is made is the same however fast each hand is.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

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
