//! The README against the program: every command, flag and edition is in it.
//! That every file of the open data is, and every column in its codebook, `tests/publish` tests.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use middelgroot::paper::VERSION;
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

/// Every command with its words, commands of commands too, and the help that it prints.
fn helps(project: &Project, words: &[&str], found: &mut Vec<(String, String)>) {
    let help = project.must(&[words, &["--help"]].concat()).stdout;
    if help.contains("Commands:\n") {
        for command in commands(&help).into_iter().filter(|word| *word != "help") {
            helps(project, &[words, &[command]].concat(), found);
        }
    }
    found.push((words.join(" "), help));
}

#[test]
fn every_command_says_what_it_does_and_what_each_argument_and_flag_is_for() {
    let (project, readme, mut all) = (Project::empty(), readme(), Vec::new());
    helps(&project, &[], &mut all);
    assert!(all.len() > 10, "{}", all.len());
    for (command, help) in all {
        assert!(
            readme.contains(&format!("`{command}")),
            "the README says nothing of `{command}`"
        );
        let (about, rest) = help.split_once("\n\nUsage:").expect("a usage");
        assert!(about.split_whitespace().count() > 2, "`{command}`: {about}");
        let mut lines = rest.lines().skip(1).peekable();
        while let Some(line) = lines.next() {
            let entry = line.trim_start();
            let is_entry = line.starts_with("  ") && entry.starts_with(['-', '<', '[']);
            if !is_entry || entry.starts_with("[env") || entry.starts_with("[default") {
                continue;
            }
            // what it is for stands behind two spaces, or on the line below
            let behind = entry.split_once("  ").map(|(_, said)| said.trim());
            let below = lines.peek().filter(|next| next.starts_with("          "));
            let said = behind.or_else(|| below.map(|next| next.trim()));
            let words = said.unwrap_or_default().split_whitespace().count();
            assert!(words > 1, "`{command}` says nothing of `{entry}`");
        }
    }
}

#[test]
fn every_key_of_a_query_file_has_an_example_that_can_be_copied() {
    let (readme, mut keys) = (readme(), 0);
    for (name, bytes) in support::files(&root().join("queries/schema")) {
        let kind = name.trim_end_matches(".json");
        let file = match kind {
            "theme" => "queries/themes/".to_owned(),
            kind => format!("queries/{kind}.toml"),
        };
        assert!(
            readme.contains(&file),
            "the README says nothing of `{file}`"
        );
        let schema: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let defined = schema["definitions"].as_object().into_iter();
        for object in defined.flat_map(|all| all.values()).chain([&schema]) {
            for (key, about) in object["properties"].as_object().into_iter().flatten() {
                let said = about["description"].as_str().unwrap_or_default();
                let (said, example) = said.split_once("Example: `").unwrap_or((said, ""));
                assert!(
                    !said.trim().is_empty(),
                    "{name}: `{key}` is told nothing of"
                );
                let example = example.rsplit_once('`').unwrap_or_default().0;
                let read: toml::Table = toml::from_str(example)
                    .unwrap_or_else(|error| panic!("{name}: `{key}`: `{example}`: {error}"));
                let read = toml::to_string(&read).unwrap();
                assert!(read.contains(key.as_str()), "{name}: `{key}`: `{example}`");
                keys += 1;
            }
        }
    }
    assert!(keys > 100, "{keys}");
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

/// The names of tests that look at `data/`, from the files of a folder.
fn touched_by_a_refresh(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            touched_by_a_refresh(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let tests = text.lines().filter_map(|line| {
                let name = line.trim_start().strip_prefix("fn ")?.split('(').next()?;
                name.starts_with("refreshed_").then(|| name.to_owned())
            });
            found.extend(tests);
        }
    }
}

#[test]
fn every_test_that_a_refresh_touches_is_in_the_readme() {
    let (readme, mut tests) = (readme(), BTreeSet::new());
    touched_by_a_refresh(&root().join("tests"), &mut tests);
    assert!(!tests.is_empty());
    for test in tests {
        assert!(
            readme.contains(&format!("`{test}`")),
            "the README says nothing of `{test}`"
        );
    }
}
