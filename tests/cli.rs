//! The command line: wrong usage, exit statuses, what goes to stdout and what to stderr.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use support::{Project, Run, differences, files, queries};

#[test]
fn wrong_usage_ends_with_two_and_changes_nothing() {
    let project = Project::frozen();
    project.must(&["build", "--data-only"]);
    let before = files(&project.path("output"));
    let fails = |arguments: &[&str], words: &[&str]| {
        let mut run = project.run(arguments).ends(2);
        assert!(run.stdout.is_empty(), "{}", run.stdout);
        for word in words {
            run = run.says(word);
        }
        let after = files(&project.path("output"));
        assert_eq!(differences(&before, &after), [""; 0], "{arguments:?}");
    };
    let known: Vec<String> = queries()
        .editions
        .into_iter()
        .map(|known| known.id)
        .collect();
    let hint = format!("hint: editions are {}", known.join(", "));
    fails(
        &["build", "--edition", "1999"],
        &["there is no edition `1999`", &hint],
    );
    fails(&["build", "--editie", "2026"], &["--editie"]);
    fails(&["bouw"], &["bouw"]);
    fails(&["explain", "misdrijvne.M50"], &["misdrijvne", "hint: "]);
    project.replace(
        "queries/themes/veiligheid.toml",
        "direction =",
        "directoin =",
    );
    fails(
        &["build"],
        &[
            "veiligheid.toml:",
            "unknown field `directoin`",
            "hint: expected",
        ],
    );
    Project::empty().run(&["build"]).ends(2).says("--project");
}

#[test]
fn threads_that_cannot_be_are_refused_before_anything_is_done() {
    let project = Project::frozen();
    for value in ["0", "-1", "", "veel", "100000", "99999999999999999999999"] {
        let mut command = project.command(&["build", "--data-only"]);
        let run = Run::of(command.env("POLARS_MAX_THREADS", value)).ends(2);
        run.says(&format!("error: `POLARS_MAX_THREADS` is `{value}`"))
            .says("hint: expected a number of threads from 1 to 512");
        assert!(!project.path("output").exists(), "{value}");
    }
    let mut command = project.command(&["build", "--data-only"]);
    Run::of(command.env("POLARS_MAX_THREADS", "1")).ends(0);
}

#[test]
fn timings_name_every_stage_and_a_pipe_sees_no_progress() {
    let project = Project::frozen();
    let build = ["build", "--data-only", "--edition", "2026"];
    let run = project.must(&[&build[..], &["--timings"]].concat());
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
    let run = run.says("wrote edition `2026`").says("missing: ");
    assert!(!run.stderr.contains("lacks `"), "{}", run.stderr);
    let quiet = project.must(&build);
    assert!(!quiet.stderr.contains(" ms\n"), "{}", quiet.stderr);
    // what is lacking is counted, and named where one asks for it
    project
        .must(&[&build[..], &["--verbose"]].concat())
        .says("lacks `");
}

#[test]
fn help_and_version_go_to_stdout() {
    let project = Project::empty();
    for arguments in [&["--help"][..], &["--version"], &["build", "--help"]] {
        let run = project.must(arguments);
        assert!(
            !run.stdout.is_empty() && run.stderr.is_empty(),
            "{arguments:?}"
        );
    }
}
