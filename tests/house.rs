//! The rooms of `src/` use each other in one direction: the order of `src/lib.rs`.
//!
//! Every `crate::` and `super::` path in `src/` is held against that list: no room uses one below it, and within a room
//! no two files import each other, a parent and its children aside. A name that a parent hands on from a child counts
//! as the child's.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A file as a module: `["figures", "tidy"]` for `figures/tidy.rs` and `figures/tidy/mod.rs`.
type Module = Vec<String>;

/// The files of `src/` with their code: comments and texts are blank, and tests within a file are gone.
type Files = BTreeMap<Module, String>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read() -> (Vec<String>, Files) {
    let source = root().join("src");
    let list = fs::read_to_string(source.join("lib.rs")).unwrap();
    let rooms = list
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let mut files = Files::new();
    gather(&source, &mut Vec::new(), &mut files);
    (rooms.map(str::to_owned).collect(), files)
}

fn gather(folder: &Path, module: &mut Module, files: &mut Files) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            module.push(name);
            gather(&path, module, files);
            module.pop();
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let mut of_file = module.clone();
            if name != "mod" {
                of_file.push(name);
            }
            files.insert(of_file, code(&text));
        }
    }
}

/// A file without comments, texts, and the tests at its end, in which `super` means something else.
fn code(text: &str) -> String {
    let own = text.split("#[cfg(test)]").next().unwrap();
    let mut code = String::new();
    for line in own.lines() {
        let mut quoted = false;
        let mut before = ' ';
        for sign in line.split("//").next().unwrap().chars() {
            match sign {
                '"' if before != '\\' => quoted = !quoted,
                _ if quoted => {}
                _ => code.push(sign),
            }
            before = sign;
        }
        code.push('\n');
    }
    code
}

/// Every path of a file that starts with `crate` or `super`, as whole paths: groups are taken apart.
fn paths(code: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for start in ["crate::", "super::"] {
        for (at, _) in code.match_indices(start) {
            let inside_of_longer = code[..at].ends_with("::")
                || code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            if !inside_of_longer {
                expand(&code[at..], &mut Vec::new(), &mut found);
            }
        }
    }
    found
}

/// Reads one path, or the paths of a group; what is left of the text.
fn expand<'c>(text: &'c str, before: &mut Vec<String>, found: &mut Vec<Vec<String>>) -> &'c str {
    let text = text.trim_start();
    if let Some(mut rest) = text.strip_prefix('{') {
        loop {
            rest = expand(rest, &mut before.clone(), found).trim_start();
            match rest.strip_prefix(',') {
                Some(more) if !more.trim_start().starts_with('}') => rest = more,
                Some(more) => return more.trim_start().strip_prefix('}').unwrap_or(more),
                None => return rest.strip_prefix('}').unwrap_or(rest),
            }
        }
    }
    let end = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    if end == 0 {
        found.push(before.clone());
        return text;
    }
    before.push(text[..end].to_owned());
    if let Some(rest) = text[end..].strip_prefix("::") {
        return expand(rest, before, found);
    }
    found.push(before.clone());
    let after = &text[end..];
    after
        .trim_start()
        .strip_prefix("as ")
        .map_or(after, |rest| {
            rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_')
        })
}

/// A path from the crate's root, whatever it starts with.
fn absolute(path: &[String], own: &Module) -> Vec<String> {
    let ups = path.iter().take_while(|part| *part == "super").count();
    if ups == 0 {
        return path[1..].to_vec();
    }
    let base = &own[..own.len().saturating_sub(ups)];
    base.iter().chain(&path[ups..]).cloned().collect()
}

/// The file that a path leads to: names that a parent hands on are looked up in the child.
fn file_of(path: &[String], files: &Files) -> Option<Module> {
    let length = (1..=path.len())
        .rev()
        .find(|end| files.contains_key(&path[..*end]))?;
    let module = path[..length].to_vec();
    let Some(name) = path.get(length) else {
        return Some(module);
    };
    for line in files[&module].split(';') {
        let Some(used) = line.split("use ").nth(1).filter(|_| line.contains("pub")) else {
            continue;
        };
        let mut handed_on = Vec::new();
        expand(used, &mut Vec::new(), &mut handed_on);
        if let Some(path) = handed_on.iter().find(|path| path.last() == Some(name)) {
            let from = if path[0] == "crate" {
                path[1..].to_vec()
            } else {
                module.iter().chain(path).cloned().collect()
            };
            return file_of(&from, files).or(Some(module));
        }
    }
    Some(module)
}

/// What is wrong with the house; a line each.
fn faults(rooms: &[String], files: &Files) -> Vec<String> {
    let mut faults = Vec::new();
    let mut edges: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
    let place = |room: &str| rooms.iter().position(|known| known == room);
    for (own, code) in files {
        let own_room = own[0].as_str();
        if own_room == "lib" || own_room == "main" {
            continue;
        }
        let Some(own_place) = place(own_room) else {
            faults.push(format!("room `{own_room}` is not in src/lib.rs"));
            continue;
        };
        for path in paths(code).iter().map(|path| absolute(path, own)) {
            let Some(room) = path.first() else { continue };
            match place(room) {
                None => faults.push(format!("{}: `{room}` is no room", own.join("/"))),
                Some(place) if place > own_place => {
                    faults.push(format!("{} uses {}", own.join("/"), path.join("::")));
                }
                Some(place) if place == own_place => {
                    let target = file_of(&path, files).unwrap();
                    let related = target.starts_with(own) || own.starts_with(&target);
                    if !related {
                        edges.entry(own.clone()).or_default().insert(target);
                    }
                }
                Some(_) => {}
            }
        }
    }
    for start in edges.keys() {
        if let Some(circle) = circle(start, start, &edges, &mut BTreeSet::new()) {
            let names: Vec<String> = circle.iter().map(|module| module.join("/")).collect();
            faults.push(format!("a circle: {}", names.join(" -> ")));
        }
    }
    faults
}

/// A way from a file back to itself.
fn circle(
    at: &Module,
    start: &Module,
    edges: &BTreeMap<Module, BTreeSet<Module>>,
    seen: &mut BTreeSet<Module>,
) -> Option<Vec<Module>> {
    for next in edges.get(at).into_iter().flatten() {
        if next == start {
            return Some(vec![at.clone(), start.clone()]);
        }
        if seen.insert(next.clone())
            && let Some(rest) = circle(next, start, edges, seen)
        {
            return Some([vec![at.clone()], rest].concat());
        }
    }
    None
}

#[test]
fn no_room_uses_one_below_it_and_no_two_files_import_each_other() {
    let (rooms, files) = read();
    assert!(
        rooms.len() > 10,
        "the list of src/lib.rs is read: {rooms:?}"
    );
    let of_rooms = files.values().map(|code| paths(code).len()).sum::<usize>();
    assert!(of_rooms > 500, "the paths of src/ are read: {of_rooms}");
    let faults = faults(&rooms, &files);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_path_against_the_order_is_found() {
    let (rooms, mut files) = read();
    let module = |path: &str| -> Module { path.split('/').map(str::to_owned).collect() };
    for (file, line, fault) in [
        ("base/csv", "use crate::cli::run;", "base/csv uses cli::run"),
        (
            "gemeente/region",
            "fn f() { crate::figures::Figures::x() }",
            "gemeente/region uses figures::Figures::x",
        ),
        (
            "figures/tidy",
            "use super::{boundaries::Brought, Scope};",
            "a circle: figures/boundaries -> figures/tidy -> figures/boundaries",
        ),
        (
            "query/formula",
            "use super::{Way, Years};",
            "a circle: query/formula -> query/indicator -> query/formula",
        ),
    ] {
        let before = files[&module(file)].clone();
        files.insert(module(file), format!("{before}\n{line}\n"));
        let found = faults(&rooms, &files);
        assert!(
            found.iter().any(|found| found == fault),
            "{fault}: {found:?}"
        );
        files.insert(module(file), before);
    }
}

#[test]
fn groups_of_paths_are_taken_apart() {
    let code = "use crate::a::{self, b::{C, D as E}, f};\nlet x = super::g::H::i(super::super::j);";
    let found: BTreeSet<String> = paths(code).iter().map(|path| path.join("::")).collect();
    let expected = [
        "crate::a::self",
        "crate::a::b::C",
        "crate::a::b::D",
        "crate::a::f",
        "super::g::H::i",
        "super::super::j",
    ];
    assert_eq!(found, expected.map(str::to_owned).into());
}
