//! The README against the program: every command, flag, column, kind of missing, method, group and edition is in it.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::fs;

use middelgroot::base::observation::{Missing, Status};
use middelgroot::figures::compare::GroupId;
use middelgroot::paper::VERSION;
use middelgroot::publish::{
    COLUMNS_GEMEENTEN, COLUMNS_GROEPEN, COLUMNS_INDICATOREN, COLUMNS_VERGELIJKING,
};
use support::{Project, root};

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).expect("there is a README.md")
}

/// The names of the commands, from the list that `--help` prints.
fn commands(help: &str) -> Vec<&str> {
    let list = help
        .split_once("Commands:\n")
        .expect("a list of commands")
        .1;
    list.lines()
        .take_while(|line| line.starts_with("  "))
        .filter_map(|line| {
            line.strip_prefix("  ")
                .filter(|rest| !rest.starts_with(' '))?
                .split_whitespace()
                .next()
        })
        .collect()
}

/// Every `--flag` that a help text names as an option.
fn flags(help: &str) -> BTreeSet<&str> {
    let options = help.split_once("Options:\n").expect("a list of options").1;
    options
        .lines()
        .filter_map(|line| {
            let line = line.trim_start();
            line.starts_with('-')
                .then(|| line.split_whitespace().find(|word| word.starts_with("--")))?
        })
        .map(|flag| flag.trim_end_matches(','))
        .collect()
}

#[test]
fn every_command_and_flag_is_in_the_readme() {
    let (project, readme) = (Project::empty(), readme());
    let help = project.must(&["--help"]).stdout;
    let commands = commands(&help);
    assert!(
        commands.contains(&"build") && commands.contains(&"import"),
        "{commands:?}"
    );
    for command in commands.into_iter().filter(|command| *command != "help") {
        assert!(
            readme.contains(&format!("`{command}")),
            "the README says nothing of `{command}`"
        );
        let help = project.must(&[command, "--help"]).stdout;
        let flags = flags(&help);
        assert!(flags.contains("--project"), "{flags:?}");
        for flag in flags {
            assert!(
                readme.contains(flag),
                "the README says nothing of `{command} {flag}`"
            );
        }
    }
}

#[test]
fn every_column_is_in_the_readme() {
    let readme = readme();
    let files: [(&str, &[&str]); 4] = [
        ("vergelijking.csv", &COLUMNS_VERGELIJKING),
        ("gemeenten.csv", &COLUMNS_GEMEENTEN),
        ("indicatoren.csv", &COLUMNS_INDICATOREN),
        ("groepen.csv", &COLUMNS_GROEPEN),
    ];
    for (file, columns) in files {
        let start = readme
            .find(&format!("**`{file}`**"))
            .unwrap_or_else(|| panic!("the README has no part on {file}"));
        let part = &readme[start + 2..];
        let part = &part[..part
            .find("**`")
            .or_else(|| part.find("\n## "))
            .unwrap_or(part.len())];
        for column in columns {
            assert!(
                part.contains(&format!("`{column}`")),
                "the part on {file} says nothing of `{column}`"
            );
        }
    }
}

#[test]
fn every_word_of_the_open_data_is_in_the_readme() {
    let readme = readme();
    let words = Missing::ALL
        .iter()
        .map(|word| word.word())
        .chain(Status::ALL.iter().map(|word| word.word()))
        .chain(GroupId::ALL.map(GroupId::id))
        .chain(["withheld-coverage", "distribution-only", "no-figures"])
        .chain([
            "sum",
            "ratio-of-sums",
            "share-of-national",
            "weighted-mean",
            "size-class",
            "published",
        ])
        .chain(["higher", "lower", "equal"]);
    for word in words {
        assert!(
            readme.contains(&format!("`{word}`")),
            "the README says nothing of `{word}`"
        );
    }
}

#[test]
fn every_edition_is_in_the_readme() {
    let readme = readme();
    for edition in support::queries().editions {
        assert!(
            readme.contains(&format!("`{}`", edition.id)),
            "the README says nothing of edition {}",
            edition.id
        );
        assert_eq!(
            readme.contains(&format!("`{}` (default)", edition.id)),
            edition.default,
            "{}",
            edition.id
        );
    }
}

#[test]
fn the_readme_names_the_typst_that_is_used_and_files_that_exist() {
    let readme = readme();
    assert!(
        readme.contains(&format!("--version {VERSION}")),
        "typst {VERSION}"
    );
    // pictures and links within the project
    for link in readme
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
    {
        assert!(
            link.starts_with("https://") || root().join(link).exists(),
            "the README points to `{link}`"
        );
    }
    for command in ["cargo run --release -- build", "cargo test"] {
        assert!(readme.contains(command), "{command}");
    }
}
