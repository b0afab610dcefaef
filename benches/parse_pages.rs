//! Parsing of v3 and v4 pages into typed rows, against `serde_json` reading the same bytes into untyped values, in MB/s.
//!
//! `cargo bench --bench parse_pages`. Ours does more: it looks members up, tells kinds of missing apart and hands on
//! numbers; the rival's tree would still have to be walked.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fmt::Write as _;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use middelgroot::source::cbs::rows::{Axis, Cell, Layout, Reader};

fn main() {
    divan::main();
}

fn axis(key: &str, members: impl IntoIterator<Item = String>) -> Axis {
    Axis::new(key, members.into_iter().zip((0..).map(Some)), None)
}

fn regions() -> impl Iterator<Item = String> {
    (0..400).map(|number| format!("GM{number:04}"))
}

fn years() -> impl Iterator<Item = String> {
    (0..25).map(|year| format!("{}JJ00", 2000 + year))
}

/// Ten thousand rows of twelve topics, as the feed sends them.
fn v3() -> (Vec<u8>, Layout) {
    let topics: Vec<_> = (1..=12)
        .map(|number| format!("AantalInwonersNaarIets_{number}"))
        .collect();
    let mut page = String::from("{\"odata.metadata\":\"https://opendata.cbs.nl/x\",\"value\":[");
    for (id, (region, year)) in regions()
        .flat_map(|region| years().map(move |year| (region.clone(), year)))
        .enumerate()
    {
        let comma = if id == 0 { "" } else { "," };
        write!(page, "{comma}{{\"ID\":{id},\"Geslacht\":\"T001038\",\"RegioS\":\"{region}\",\"Perioden\":\"{year}\"").unwrap();
        for (number, topic) in topics.iter().enumerate() {
            match number % 4 {
                0 => write!(page, ",\"{topic}\":null"),
                1 => write!(page, ",\"{topic}\":{}.{number}", id * 7),
                _ => write!(page, ",\"{topic}\":{}", id * 31 + number),
            }
            .unwrap();
        }
        page.push('}');
    }
    page.push_str("]}");
    let dimensions = vec![
        axis("RegioS", regions()),
        axis("Perioden", years()),
        axis("Geslacht", ["T001038".to_owned()]),
    ];
    (
        page.into_bytes(),
        Layout {
            dimensions,
            cells: topics,
        },
    )
}

/// A hundred thousand observations, as v4 sends them.
fn v4() -> (Vec<u8>, Layout) {
    let mut page = String::from("{\"@odata.context\":\"https://datasets.cbs.nl/x\",\"value\":[");
    let measures: Vec<_> = (0..10).map(|number| format!("M{number:06}")).collect();
    let rows = regions().flat_map(|region| years().map(move |year| (region.clone(), year)));
    let rows = rows.flat_map(|(region, year)| {
        measures
            .iter()
            .map(move |measure| (region.clone(), year.clone(), measure))
    });
    for (id, (region, year, measure)) in rows.enumerate() {
        let comma = if id == 0 { "" } else { "," };
        let (reason, value) = if id % 5 == 0 {
            ("Impossible", "null".to_owned())
        } else {
            ("None", (id * 3).to_string())
        };
        write!(
            page,
            "{comma}{{\"Id\":{id},\"Measure\":\"{measure}\",\"ValueAttribute\":\"{reason}\",\"Value\":{value},\
             \"StringValue\":null,\"Geslacht\":\"T001038\",\"RegioS\":\"{region}\",\"Perioden\":\"{year}\"}}"
        )
        .unwrap();
    }
    page.push_str("]}");
    let dimensions = vec![
        axis("RegioS", regions()),
        axis("Perioden", years()),
        axis("Geslacht", ["T001038".to_owned()]),
        axis("Measure", measures.clone()),
        axis("ValueAttribute", ["None", "Impossible"].map(str::to_owned)),
    ];
    (
        page.into_bytes(),
        Layout {
            dimensions,
            cells: vec!["Value".into(), "StringValue".into()],
        },
    )
}

/// The rows as columns: what a store would keep.
fn typed(page: &[u8], layout: &Layout) -> (Vec<u32>, Vec<f64>) {
    let (mut members, mut values) = (Vec::new(), Vec::new());
    let read = Reader::new(layout).page(page, &mut |row| {
        members.extend_from_slice(&row.at);
        values.extend(row.cells.iter().map(|cell| match cell {
            Cell::Number(value) => *value,
            _ => f64::NAN,
        }));
        Ok(())
    });
    assert!(read.is_ok(), "{read:?}");
    (members, values)
}

fn untyped(bencher: Bencher<'_, '_>, (page, _): (Vec<u8>, Layout)) {
    let run = || serde_json::from_slice::<serde_json::Value>(black_box(&page)).unwrap();
    bencher
        .counter(BytesCount::of_slice(&page))
        .bench_local(run);
}

fn ours(bencher: Bencher<'_, '_>, (page, layout): (Vec<u8>, Layout)) {
    bencher
        .counter(BytesCount::of_slice(&page))
        .bench_local(|| typed(black_box(&page), &layout));
}

#[divan::bench]
fn v3_typed(bencher: Bencher<'_, '_>) {
    ours(bencher, v3());
}

#[divan::bench]
fn v3_untyped_serde_json(bencher: Bencher<'_, '_>) {
    untyped(bencher, v3());
}

#[divan::bench]
fn v4_typed(bencher: Bencher<'_, '_>) {
    ours(bencher, v4());
}

#[divan::bench]
fn v4_untyped_serde_json(bencher: Bencher<'_, '_>) {
    untyped(bencher, v4());
}
