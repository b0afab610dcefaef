//! A build as the analyst meets it: the same inputs give the same bytes, and whatever goes wrong is named and leaves the
//! previous output whole.
//!
//! What is built is the paper of the figures in `data/`; no number is asserted here.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use support::{Project, Run, differences, edition, files};

/// A project with a whole edition in its output, built once.
fn built() -> &'static (Project, BTreeMap<String, Vec<u8>>) {
    static BUILT: OnceLock<(Project, BTreeMap<String, Vec<u8>>)> = OnceLock::new();
    BUILT.get_or_init(|| {
        let project = Project::shared_by_tests_of("pipeline", &support::root().join("data"));
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
        [edition().id],
        "nothing half-made stays"
    );
    run
}

#[test]
fn an_edition_is_a_paper_its_charts_and_its_open_data() {
    let (project, output) = built();
    let edition = edition().id;
    let paper = format!("de-kracht-van-middelgroot-{edition}.pdf");
    assert_eq!(names(&project.path("output")), [edition.as_str()]);
    assert_eq!(
        names(&project.output("")),
        [
            "SHA256SUMS",
            "bewijs.csv",
            "cellen.csv",
            "data",
            &paper,
            "feiten.csv",
            "feiten.json",
            "figuren",
            &format!("kernboodschap-{edition}.pdf"),
            "persbericht.md",
            "run.json",
            &format!("summary-{edition}.pdf"),
        ]
    );
    assert!(output[&format!("{edition}/{paper}")].starts_with(b"%PDF-1.7"));
    let charts = format!("{edition}/figuren/");
    assert!(
        output
            .keys()
            .filter(|name| name.starts_with(&charts))
            .count()
            > 10
    );
}

#[test]
fn every_chart_comes_alone_in_three_forms_and_all_else_stays() {
    let (project, output) = with_output();
    project.must(&["figures"]);
    let made = files(&project.path("output"));
    let kind = |name: &str| Path::new(name).extension().unwrap_or_default().to_owned();
    let sums = format!("{}/SHA256SUMS", edition().id);
    let kept = |(name, _): &(&String, &Vec<u8>)| kind(name) != "png" && **name != sums;
    let rest: BTreeMap<String, Vec<u8>> = made
        .iter()
        .filter(kept)
        .map(|(name, bytes)| (name.clone(), bytes.clone()))
        .collect();
    assert_eq!(differences(output, &rest), [sums.as_str()]);
    let drawings = output.keys().filter(|name| kind(name) == "svg");
    let mut charts = 0;
    for drawing in drawings {
        let name = drawing.trim_end_matches(".svg");
        for (end, size) in [("", (1920, 1080)), ("-vierkant", (1080, 1080))] {
            let picture = &made[&format!("{name}{end}.png")];
            assert!(picture.starts_with(b"\x89PNG"), "{name}");
            let number = |at: usize| u32::from_be_bytes(picture[at..at + 4].try_into().unwrap());
            assert_eq!((number(16), number(20)), size, "{name}{end}");
        }
        charts += 1;
    }
    assert_eq!(made.len(), output.len() + 2 * charts);
    project.must(&["figures"]);
    assert_eq!(differences(&made, &files(&project.path("output"))), [""; 0]);
    assert_eq!(names(&project.path("output")), [edition().id]);
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
    project.must(&["build", "--edition", &edition().id]);
    assert_eq!(
        differences(output, &files(&project.path("output"))),
        [""; 0]
    );
    assert_eq!(names(&project.path("output")), [edition().id]);
}

#[test]
fn open_data_alone_leave_the_paper_where_it_is() {
    let (project, output) = with_output();
    let run = project.must(&["build", "--data-only"]);
    assert!(!run.stderr.contains("earlier build"), "{}", run.stderr);
    assert_eq!(
        differences(output, &files(&project.path("output"))),
        [""; 0]
    );
    // with other figures the paper stays, and is said to be of an earlier build
    let theme = "queries/themes/veiligheid.toml";
    project.replace(theme, "range = [3, 250]", "range = [2, 250]");
    let run = project.must(&["build", "--data-only"]);
    let run = run.says("its charts and its evidence are of an earlier build");
    assert!(run.stderr.contains(&project.paper().display().to_string()));
    let changed = differences(output, &files(&project.path("output")));
    let id = edition().id;
    let expected = [
        "SHA256SUMS",
        "data/SHA256SUMS",
        "data/datapackage.json",
        "data/dcat.jsonld",
        "data/indicatoren.csv",
        "data/indicatoren.parquet",
    ];
    assert_eq!(changed, expected.map(|name| format!("{id}/{name}")));
    assert_eq!(names(&project.path("output")), [edition().id]);
}

#[test]
fn a_file_or_a_link_in_the_place_of_the_output_is_refused_before_the_work() {
    for arguments in [&["build"][..], &["build", "--data-only"]] {
        for part in ["output", "output/EDITION", "output/EDITION/data"] {
            let project = Project::small();
            // what is asked can be read, and there are no figures
            let place = project.path(&part.replace("EDITION", "2024"));
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(&place, "of iemand").unwrap();
            let run = project.run(arguments).ends(4);
            let run = run.says(&place.display().to_string());
            assert!(
                run.stderr.contains("hint: move what stands"),
                "{}",
                run.stderr
            );
            assert_eq!(fs::read_to_string(&place).unwrap(), "of iemand");
        }
    }
    #[cfg(unix)]
    {
        let (project, _) = with_output();
        let id = edition().id;
        let (place, elsewhere) = (project.output(""), project.path("elders"));
        fs::rename(&place, &elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, project.path("output").join(&id)).unwrap();
        let before = files(&elsewhere);
        for arguments in [&["build"][..], &["build", "--data-only"]] {
            project.run(arguments).ends(4).says("a link stands there");
        }
        assert_eq!(differences(&before, &files(&elsewhere)), [""; 0]);
        assert!(project.path("output").join(&id).is_symlink());
    }
}

#[test]
fn a_topic_that_the_paper_uses_and_no_table_has_is_told_with_the_nearest() {
    let (project, _) = with_output();
    let theme = "queries/themes/samenleving.toml";
    project.replace(
        theme,
        "kwb: Sociale zekerheid > Personen per soort uitkering; Bijstand",
        "kwb: Sociale zekerheid > Bijstand",
    );
    let line = 1 + project
        .text(theme)
        .lines()
        .position(|line| line.ends_with("> Bijstand\""))
        .unwrap();
    let run = project.must(&["build", "--data-only"]);
    let run = run.says(&format!("samenleving.toml:{line}:"));
    let run = run.says("topic `bijstand` of `bijstand` is not in `85984NED` or another of");
    run.says("; the nearest are `");
}

#[test]
fn a_fact_that_is_not_there_is_named_with_chapter_and_line() {
    let (project, output) = with_output();
    let chapter = "src/paper/chapters/03-veiligheid.typ";
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
            &format!("03-veiligheid.typ:{line}:5: there is no indicator"),
            "misdrijvne",
            "hint: ",
        ],
    );
}

#[test]
fn a_claim_or_chart_that_is_not_there_is_named_with_the_nearest() {
    let (project, output) = with_output();
    let chapter = "src/paper/chapters/03-veiligheid.typ";
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
            &["03-veiligheid.typ:", &message, "hint: the nearest are"],
        );
    }
}

#[test]
fn a_chapter_that_typst_does_not_accept_is_named() {
    let (project, output) = with_output();
    let chapter = "src/paper/chapters/03-veiligheid.typ";
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
            &["src/paper/chapters/03-veiligheid.typ:", word],
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
    let claim = "\n[[claim]]\nid = \"proef-onwaar\"\nsentence = \"In M50 woont niemand.\"\nwhen = \"inwoners.M50 < 1\"\n";
    project.append("queries/themes/veiligheid.toml", claim);
    let chapter = "src/paper/chapters/03-veiligheid.typ";
    project.append(chapter, "\n#bewering(\"proef-onwaar\")\n");
    fails(&project, output, &["build"], 1, &["proef-onwaar", "hint: "]);
}

#[test]
fn a_damaged_snapshot_is_refused() {
    let (project, output) = with_output();
    let store = project.store();
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
fn a_gemeente_that_no_list_has_is_told_with_its_tables_and_years() {
    let project = Project::frozen();
    let build = ["build", "--data-only"];
    let run = project.must(&build);
    assert!(!run.stderr.contains("unknown: "), "{}", run.stderr);
    // an island that was never part of another gemeente, nor in a network
    project.replace(
        "data/regions/gemeenten.csv",
        "GM0060,Ameland,PV21,2010,2026\n",
        "",
    );
    project
        .must(&build)
        .says("unknown: table `03759ned` has `GM0060` in 2019, 2020, ")
        .says(", which `data/regions` lacks: its figures are left out");
    let check = project.run(&["check"]);
    assert_eq!(check.status, 1, "{}", check.stderr);
    assert!(
        check.stdout.contains("region GM0060 in 2019JJ00"),
        "{}",
        check.stdout
    );
    // and its borders are of no gemeente
    project
        .run(&["build"])
        .ends(4)
        .says("data/geometry/2025.json: `GM0060` has borders and is no gemeente in 2026");
    // an edition without borders is not made, and it says what to bring
    project.replace("data/geometry/2025.json", ",2026]", "]");
    project
        .run(&["build"])
        .ends(1)
        .says("there are no borders of the gemeenten of 2026")
        .says("hint: `import` a folder of borders");
}

/// Programs that pretend to be Typst.
#[cfg(unix)]
mod pretended {
    use super::{BTreeMap, Project, Run, differences, edition, fails, files, fs, with_output};
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
    fn while_typst_is_installed_the_open_data_stand() {
        let project = Project::copy();
        let cargo = project.path("cargo");
        let (data, seen) = (
            project.output("data/datapackage.json"),
            project.path("seen"),
        );
        let looks = format!(
            "#!/bin/sh\ntest -f '{}' && echo \"$@\" > '{}'\nexit 1\n",
            data.display(),
            seen.display()
        );
        fs::write(&cargo, looks).unwrap();
        fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
        let mut command = project.command(&["build"]);
        command
            .env("XDG_CACHE_HOME", project.path("cache"))
            .env("CARGO", &cargo)
            .env("PATH", "/nowhere")
            .env_remove("TYPST")
            .env_remove("MIDDELGROOT_TYPST");
        Run::of(&mut command)
            .ends(4)
            .says("the open data stand")
            .says("cargo could not install typst");
        assert!(fs::read_to_string(seen).unwrap().contains("typst-cli"));
        assert!(data.is_file());
    }

    #[test]
    fn without_a_home_the_environment_and_the_path_are_tried() {
        let (project, output) = with_output();
        let program = typst(&project, "0.15.1", "echo 'error: proef' >&2; exit 1");
        let folder = project.root().to_str().unwrap().to_owned();
        let path = format!("{folder}:{}", std::env::var("PATH").unwrap());
        for (variable, value) in [("TYPST", program), ("PATH", path)] {
            for home in [None, Some("")] {
                let mut command = project.command(&["build"]);
                command.env_remove("XDG_CACHE_HOME").env_remove("HOME");
                command.envs(home.map(|home| ("HOME", home)));
                let run = Run::of(command.env_remove("TYPST").env(variable, &value));
                run.ends(4).says("proef");
            }
        }
        let mut command = project.command(&["build"]);
        for variable in ["XDG_CACHE_HOME", "HOME", "TYPST"] {
            command.env_remove(variable);
        }
        let run = Run::of(command.env("PATH", project.path("queries")));
        run.ends(4)
            .says("there is no typst 0.15.1, and no folder to install it in")
            .says("hint: set HOME or XDG_CACHE_HOME, or name a Typst program with TYPST");
        let after = files(&project.path("output"));
        assert_eq!(differences(output, &after), [""; 0]);
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
    fn a_typst_that_has_no_room_is_not_to_blame() {
        let (project, output) = with_output();
        let says = "error: failed to write PDF file (No space left on device (os error 28))";
        let program = typst(&project, "0.15.1", &format!("echo '{says}' >&2; exit 1"));
        let arguments = ["build", "--typst", &program];
        let run = fails(
            &project,
            output,
            &arguments,
            4,
            &["No space left on device"],
        );
        run.says("hint: make room on the disk, or check who may write there");
    }

    #[test]
    fn a_build_that_is_killed_midway_leaves_the_previous_output_whole() {
        let (project, output) = with_output();
        let started = project.path("started");
        // it says that it has started, and outlives the program: the next run waits for it
        let program = typst(
            &project,
            "0.15.1",
            &format!("touch '{0}'; exec sleep 3", started.display()),
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

        let folder = format!("{}/", edition().id);
        let whole = |all: &BTreeMap<String, Vec<u8>>| -> BTreeMap<String, Vec<u8>> {
            all.iter()
                .filter(|(name, _)| name.starts_with(&folder))
                .map(|(name, bytes)| (name.clone(), bytes.clone()))
                .collect()
        };
        let after = files(&project.path("output"));
        assert!(
            after.len() > output.len(),
            "it was killed while the new output was being made"
        );
        assert_eq!(differences(output, &whole(&after)), [""; 0]);
        // the next build clears away what was left unfinished
        project.must(&["build"]);
        assert_eq!(
            differences(output, &files(&project.path("output"))),
            [""; 0]
        );
    }
}
