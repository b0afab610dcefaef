//! From what came in to what is compared: each stage in a country that never was, small enough to compute by hand, and the
//! numbers of the real one.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

mod boundaries;
mod breaks;
mod compare;
mod doubled;
mod filled;
mod indicator;
mod numbers;
mod tidy;
mod types;

use std::sync::OnceLock;

use middelgroot::figures::Figures;
use middelgroot::query::Queries;

fn queries() -> &'static Queries {
    static QUERIES: OnceLock<Queries> = OnceLock::new();
    QUERIES.get_or_init(support::queries)
}

fn of_2026() -> &'static Figures {
    static FIGURES: OnceLock<Figures> = OnceLock::new();
    FIGURES.get_or_init(|| support::figures("2026"))
}

fn of_2021() -> &'static Figures {
    static FIGURES: OnceLock<Figures> = OnceLock::new();
    FIGURES.get_or_init(|| support::figures("2021"))
}

/// A country that never was, with an edition of one of its networks.
struct Made {
    queries: Queries,
    figures: Figures,
}

fn made(edition: &str) -> Made {
    let made = support::Made::new();
    let queries = made.queries();
    let figures = made.figures(&queries, edition);
    Made { queries, figures }
}

/// The edition of 2024, of Rood.
fn rood() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| made("2024"))
}

/// The edition of 2021, of Blauw.
fn blauw() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| made("2021"))
}
