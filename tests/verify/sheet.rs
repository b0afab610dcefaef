//! The sheet of a gemeente: a change of what it prints or carries is found as that of a paper.

use std::path::PathBuf;

use lopdf::Document;
use middelgroot::verify::{self, Verdict};

use super::{assert_found, built, change_attachment, change_digit, mend_checksums};

fn sheet() -> PathBuf {
    static MADE: std::sync::Once = std::sync::Once::new();
    MADE.call_once(|| drop(built().project.must(&["factsheet", "Zeist"])));
    built().project.output("factsheets/GM0355-zeist.pdf")
}

fn after(change: impl FnOnce(&mut Document)) -> Verdict {
    let mut document = Document::load(sheet()).unwrap();
    change(&mut document);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("changed.pdf");
    document.save(&path).unwrap();
    verify::verify(&path).unwrap()
}

#[test]
fn a_changed_digit_of_a_sheet_is_found() {
    assert!(after(|_| ()).differences.is_empty());
    let is_amount = |text: &str| text.len() > 4 && text.contains(',');
    let verdict = after(|document| drop(change_digit(document, 2, is_amount)));
    assert_found(&verdict, &["page 2"]);
}

#[test]
fn a_changed_figure_of_a_sheet_is_found_when_its_checksum_is_mended() {
    let verdict = after(|document| {
        change_attachment(document, "bewijs.csv", |text| {
            let is_own =
                |line: &&str| line.starts_with("koopwoningen,") && line.contains(",GM0355,");
            let own = text.lines().rfind(is_own).unwrap();
            let value = own.split(',').nth(6).unwrap();
            text.replace(own, &own.replace(&format!(",{value},"), ",1,"))
        });
        mend_checksums(document);
    });
    assert_found(&verdict, &["fact `koopwoningen.GM0355`"]);
}

#[test]
fn another_hash_of_the_paper_is_found() {
    let verdict = after(|document| {
        change_attachment(document, "feiten.json", |text| {
            let (before, after) = text.split_once("middelgroot-2026.pdf\":\"").unwrap();
            let digit = if after.starts_with('0') { '1' } else { '0' };
            format!("{before}middelgroot-2026.pdf\":\"{digit}{}", &after[1..])
        });
        mend_checksums(document);
    });
    assert_found(&verdict, &["names other files"]);
}
