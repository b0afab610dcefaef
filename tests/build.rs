//! A build as the analyst meets it: the same inputs give the same bytes, and whatever goes wrong is named and leaves the
//! previous output whole.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use support::{Project, Run, differences, files};

/// A project with a whole edition of 2026 in its output, built once.
fn built() -> &'static (Project, BTreeMap<String, Vec<u8>>) {
    static BUILT: OnceLock<(Project, BTreeMap<String, Vec<u8>>)> = OnceLock::new();
    BUILT.get_or_init(|| {
        let project = Project::shared_by_tests_of("build");
        project.must(&["build"]);
        let output = files(&project.path("output"));
        (project, output)
    })
}

/// A project of a test's own that has built before.
fn with_output() -> (Project, &'static BTreeMap<String, Vec<u8>>) {
    let (first, output) = built();
    let project = Project::copy();
    support::copy(&first.path("output"), &project.path("output"));
    (project, output)
}

/// Names in a folder, hidden ones too.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// The build must fail with this status and these words, and change nothing.
fn fails(
    project: &Project,
    before: &BTreeMap<String, Vec<u8>>,
    arguments: &[&str],
    status: i32,
    words: &[&str],
) -> Run {
    let run = project.run(arguments);
    assert_eq!(run.status, status, "{}", run.stderr);
    for word in words {
        assert!(
            run.stderr.contains(word),
            "expected `{word}` in: {}",
            run.stderr
        );
    }
    assert!(run.stdout.is_empty(), "{}", run.stdout);
    assert_eq!(
        differences(before, &files(&project.path("output"))),
        [""; 0]
    );
    assert_eq!(
        names(&project.path("output")),
        ["2026"],
        "nothing half-made stays"
    );
    run
}

#[test]
fn an_edition_is_a_paper_its_charts_and_its_open_data() {
    let (project, output) = built();
    assert_eq!(names(&project.path("output")), ["2026"]);
    assert_eq!(
        names(&project.path("output/2026")),
        [
            "bewijs.csv",
            "cellen.csv",
            "charts",
            "csv",
            "de-kracht-van-middelgroot-2026.pdf",
            "feiten.csv",
            "feiten.json"
        ]
    );
    assert!(output["2026/de-kracht-van-middelgroot-2026.pdf"].starts_with(b"%PDF-1.7"));
    assert!(
        output
            .keys()
            .filter(|name| name.starts_with("2026/charts/"))
            .count()
            > 10
    );
}

#[test]
fn the_same_inputs_give_the_same_bytes_whatever_the_number_of_threads() {
    let (_, first) = built();
    for threads in ["1", "4"] {
        let project = Project::copy();
        let run = Run::of(
            project
                .command(&["build"])
                .env("POLARS_MAX_THREADS", threads)
                .env("TZ", "Asia/Tokyo")
                .env("LC_ALL", "nl_NL.UTF-8"),
        );
        assert_eq!(run.status, 0, "{}", run.stderr);
        assert_eq!(
            differences(first, &files(&project.path("output"))),
            [""; 0],
            "{threads} threads"
        );
    }
}

#[test]
fn building_again_replaces_the_output_by_the_same() {
    let (project, output) = with_output();
    project.must(&["build", "--edition", "2026"]);
    assert_eq!(
        differences(output, &files(&project.path("output"))),
        [""; 0]
    );
    assert_eq!(names(&project.path("output")), ["2026"]);
}

#[test]
fn a_fact_that_is_not_there_is_named_with_chapter_and_line() {
    let (project, output) = with_output();
    let chapter = "src/paper/chapters/04-veiligheid.typ";
    let text = project.text(chapter);
    fs::write(
        project.path(chapter),
        format!("{text}\n#f(\"misdrijvne.M50\")\n"),
    )
    .unwrap();
    let line = text.matches('\n').count() + 2;
    fails(
        &project,
        output,
        &["build"],
        2,
        &[
            &format!("04-veiligheid.typ:{line}: "),
            "misdrijvne",
            "hint: ",
        ],
    );
}

#[test]
fn a_claim_or_chart_that_is_not_there_is_named_with_the_nearest() {
    let (project, output) = with_output();
    let chapter = "src/paper/chapters/04-veiligheid.typ";
    let text = project.text(chapter);
    for (call, what) in [("bewering", "claim"), ("grafiek", "chart")] {
        fs::write(
            project.path(chapter),
            format!("{text}\n#{call}(\"bestaat-niet\")\n"),
        )
        .unwrap();
        let message = format!("there is no {what} `bestaat-niet`");
        fails(
            &project,
            output,
            &["build"],
            2,
            &["04-veiligheid.typ:", &message, "hint: the nearest are"],
        );
    }
}

#[test]
fn a_chapter_that_typst_does_not_accept_is_named() {
    let (project, output) = with_output();
    let chapter = "src/paper/chapters/04-veiligheid.typ";
    let text = project.text(chapter);
    // an unknown font is a mere warning to Typst, and an error here
    for (wrong, word) in [
        ("#bestaat-niet", "unknown variable"),
        ("#text(font: \"Comic Sans MS\")[x]", "unknown font family"),
    ] {
        fs::write(project.path(chapter), format!("{text}\n{wrong}\n")).unwrap();
        let run = fails(
            &project,
            output,
            &["build"],
            4,
            &["src/paper/chapters/04-veiligheid.typ:", word],
        );
        assert!(
            !run.stderr.contains(".new-"),
            "the file to mend is named, not a copy: {}",
            run.stderr
        );
    }
}

#[test]
fn a_claim_that_does_not_hold_stops_the_build_with_its_sentence() {
    let (project, output) = with_output();
    let theme = project.text("queries/themes/veiligheid.toml");
    let claim = "\n[[claim]]\nid = \"proef-onwaar\"\nsentence = \"M50 kent meer misdrijven dan de G4.\"\nwhen = \"misdrijven.M50 > misdrijven.G4\"\n";
    fs::write(
        project.path("queries/themes/veiligheid.toml"),
        theme + claim,
    )
    .unwrap();
    let chapter = "src/paper/chapters/04-veiligheid.typ";
    fs::write(
        project.path(chapter),
        project.text(chapter) + "\n#bewering(\"proef-onwaar\")\n",
    )
    .unwrap();
    fails(&project, output, &["build"], 1, &["proef-onwaar", "hint: "]);
}

#[test]
fn a_damaged_snapshot_is_refused() {
    let (project, output) = with_output();
    let store = middelgroot::source::snapshot::Store::new(&project.path("data"));
    let release = store.lock().unwrap().tables["47022NED"].clone();
    let path = store
        .folder("47022NED", &release)
        .join("observations.parquet");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();
    fails(
        &project,
        output,
        &["build"],
        1,
        &[
            "47022NED",
            "observations.parquet` has sha256 ",
            "its sidecar says ",
            "hint: ",
        ],
    );
}

#[test]
fn a_file_that_is_gone_is_named() {
    let (project, output) = with_output();
    fs::remove_file(project.path("data/networks.csv")).unwrap();
    fails(
        &project,
        output,
        &["build"],
        4,
        &["data/networks.csv", "hint: "],
    );
}

#[test]
fn wrong_usage_ends_with_two() {
    let (project, output) = with_output();
    let hint = "hint: editions are 2026, 2026-leden-2023, 2021";
    fails(
        &project,
        output,
        &["build", "--edition", "2031"],
        2,
        &["there is no edition `2031`", hint],
    );
    fails(
        &project,
        output,
        &["build", "--editie", "2026"],
        2,
        &["--editie"],
    );
    project.replace(
        "queries/themes/veiligheid.toml",
        "direction =",
        "directoin =",
    );
    fails(
        &project,
        output,
        &["build"],
        2,
        &[
            "veiligheid.toml:",
            "unknown field `directoin`",
            "hint: expected",
        ],
    );
    let empty = Project::empty();
    let run = empty.run(&["build"]);
    assert_eq!(run.status, 2, "{}", run.stderr);
    assert!(run.stderr.contains("--project"), "{}", run.stderr);
}

#[test]
fn timings_name_every_stage_and_a_pipe_sees_no_progress() {
    let (project, _) = with_output();
    let run = project.must(&["build", "--data-only", "--timings"]);
    let stages: Vec<&str> = run
        .stderr
        .lines()
        .filter(|line| line.ends_with(" ms"))
        .collect();
    for stage in [
        "queries",
        "regions",
        "tidy",
        "indicators",
        "compare",
        "open data",
        "finish",
    ] {
        let line = stages
            .iter()
            .find(|line| line.starts_with(stage))
            .unwrap_or_else(|| panic!("no {stage}: {}", run.stderr));
        let number = line[stage.len()..].trim().trim_end_matches(" ms");
        assert!(number.parse::<f64>().is_ok(), "{line}");
    }
    assert!(
        !run.stderr.contains(['\r', '\u{1b}']) && run.stdout.is_empty(),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("wrote edition `2026`") && run.stderr.contains("missing: "),
        "{}",
        run.stderr
    );
    let quiet = project.must(&["build", "--data-only"]);
    assert!(!quiet.stderr.contains(" ms\n"), "{}", quiet.stderr);
}

/// Programs that pretend to be Typst.
#[cfg(unix)]
mod pretended {
    use super::{BTreeMap, Project, differences, fails, files, fs, with_output};
    use std::os::unix::fs::PermissionsExt;
    use std::time::Duration;

    /// Writes a program that names this version and otherwise does this.
    fn typst(project: &Project, version: &str, does: &str) -> String {
        let path = project.path("typst");
        let script = format!(
            "#!/bin/sh\nif [ \"$1\" = --version ]; then echo 'typst {version} (proef)'; exit 0; fi\n{does}\n"
        );
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    #[test]
    fn another_version_is_refused() {
        let (project, output) = with_output();
        let program = typst(&project, "0.14.2", "exit 0");
        fails(
            &project,
            output,
            &["build", "--typst", &program],
            4,
            &["is typst 0.14.2, not typst 0.15.1", "hint: "],
        );
    }

    #[test]
    fn a_typst_that_fails_leaves_the_previous_output() {
        let (project, output) = with_output();
        let program = typst(
            &project,
            "0.15.1",
            "echo 'main.typ:1:1: error: proef' >&2; exit 1",
        );
        fails(
            &project,
            output,
            &["build", "--typst", &program],
            4,
            &["error: proef"],
        );
    }

    #[test]
    fn a_build_that_is_killed_midway_leaves_the_previous_output_whole() {
        let (project, output) = with_output();
        let started = project.path("started");
        // it says that it has started, and then does not end
        let program = typst(
            &project,
            "0.15.1",
            &format!(
                "echo $$ > '{0}.new'; mv '{0}.new' '{0}'; exec sleep 600",
                started.display()
            ),
        );
        let mut child = project
            .command(&["build", "--typst", &program])
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        while !started.exists() {
            assert!(
                child.try_wait().unwrap().is_none(),
                "the build ended before it was killed"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let sleeper = fs::read_to_string(&started).unwrap();
        assert!(
            std::process::Command::new("kill")
                .arg(sleeper.trim())
                .status()
                .unwrap()
                .success()
        );

        let edition = |all: &BTreeMap<String, Vec<u8>>| -> BTreeMap<String, Vec<u8>> {
            all.iter()
                .filter(|(name, _)| name.starts_with("2026/"))
                .map(|(name, bytes)| (name.clone(), bytes.clone()))
                .collect()
        };
        let after = files(&project.path("output"));
        assert!(
            after.len() > output.len(),
            "it was killed while the new output was being made"
        );
        assert_eq!(differences(output, &edition(&after)), [""; 0]);
        // the next build clears away what was left unfinished
        project.must(&["build"]);
        assert_eq!(
            differences(output, &files(&project.path("output"))),
            [""; 0]
        );
    }
}
