//! Last time's edition, from last time's pins: it comes out as it did, byte for byte, or someone said why it does not.
//!
//! `tests/recorded/2021.sha256` has the sums of everything that edition 2021 is made of. What changes them is a new text, a new
//! query or a change of the program, never a refresh: the edition has its own lock. A change on purpose is recorded anew and
//! told in CHANGELOG.md by the record's own sum.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;
use std::fs;

use middelgroot::base::files::sha256;
use support::{Project, root};

/// The edition that is built again.
const EDITION: &str = "2021";

fn sums(text: &str) -> BTreeMap<&str, &str> {
    let lines = text.lines().filter_map(|line| line.split_once("  "));
    lines.map(|(sum, name)| (name, sum)).collect()
}

#[test]
fn the_edition_before_comes_out_as_it_was_recorded() {
    let project = Project::copy();
    assert!(project.path("data/locks/2021.lock").is_file());
    project.must(&["build", "--edition", EDITION]);
    let built = project.text("output/2021/SHA256SUMS");
    let path = root().join("tests/recorded/2021.sha256");
    let recorded = fs::read_to_string(&path).unwrap_or_default();
    let (now, then) = (sums(&built), sums(&recorded));
    let mut differ: Vec<&str> = now.keys().chain(then.keys()).copied().collect();
    differ.sort_unstable();
    differ.dedup();
    differ.retain(|name| now.get(name) != then.get(name));
    assert!(
        differ.is_empty(),
        "edition {EDITION} no longer comes out as it was recorded: {differ:?}. Where that is meant, build it, \
         copy `output/{EDITION}/SHA256SUMS` to `tests/recorded/{EDITION}.sha256`, and say in CHANGELOG.md what changed"
    );
    let sign = &sha256(recorded.as_bytes())[..12];
    let changes = fs::read_to_string(root().join("CHANGELOG.md")).unwrap();
    assert!(
        changes.contains(sign),
        "CHANGELOG.md does not tell of the record of edition {EDITION} that begins with `{sign}`"
    );
}
