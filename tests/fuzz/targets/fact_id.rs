//! Ids of facts: an id that is read prints as it was written, and its years can be chosen.
#![no_main]

use libfuzzer_sys::fuzz_target;
use middelgroot::query::{FactId, Queries, Series};
use middelgroot_fuzz::tests;

thread_local! {
    static QUERIES: Queries = Queries::read(&tests().join("made/queries")).expect("queries");
}

fuzz_target!(|text: &str| QUERIES.with(|queries| {
    let names = queries.names();
    let id = match FactId::parse(text, &names) {
        Ok(id) => id,
        Err(wrong) => {
            assert!(
                text.is_char_boundary(wrong.at),
                "byte {} of `{text}`",
                wrong.at
            );
            assert!(!wrong.message.is_empty() && !wrong.hint.is_empty());
            return;
        }
    };
    assert_eq!(id.to_string(), text);
    let series = Series {
        years: vec![2019, 2021, 2024],
        base: Some(2020),
    };
    let settled = id.settled(&vec![series; queries.indicators.len()]);
    let again = FactId::parse(&settled.to_string(), &names);
    let again = again.unwrap_or_else(|wrong| panic!("`{text}` became `{settled}`: {wrong}"));
    assert_eq!(again, settled);
    for years in [id.years, settled.years] {
        let of = id.of(years);
        let again = FactId::parse(&of.to_string(), &names);
        let again = again.unwrap_or_else(|wrong| panic!("`{text}` became `{of}`: {wrong}"));
        assert_eq!(again, of);
    }
}));
