//! What nothing has changed of is not made again, and what is left is what a build from nothing makes: for every kind of input,
//! whatever becomes of the output, and whatever stands in the cache.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use support::{Made, Project, Run, copy, differences, files, program};

/// What a build says that has made something.
const WROTE: &str = "wrote edition `2024`";

/// What a build says that had nothing to do.
const NOTHING: &str = "is up to date: nothing that it is made of has changed";

/// What a project has made, but for the clock in its logs: the files, and what the log says of inputs and outputs.
fn outcome(project: &Project) -> (BTreeMap<String, Vec<u8>>, Value) {
    let log = project.text("output/2024/run.json");
    // a remark names its file
    let log = log.replace(&*project.root().to_string_lossy(), "");
    let mut log: Value = serde_json::from_str(&log).unwrap();
    for clock in ["started", "finished", "stages"] {
        log.as_object_mut().unwrap().remove(clock);
    }
    (files(&project.path("output")), log)
}

/// The same inputs in a project that never made anything.
fn from_nothing(project: &Project, arguments: &[&str]) -> (BTreeMap<String, Vec<u8>>, Value) {
    let fresh = Project::empty();
    for part in ["queries", "data", "src/paper"] {
        copy(&project.path(part), &fresh.path(part));
    }
    fs::remove_dir_all(fresh.path("data/.cache")).unwrap();
    fresh.must(arguments).says(WROTE);
    outcome(&fresh)
}

/// Holds what a project has made against a build from nothing.
fn is_right(project: &Project, arguments: &[&str], what: &str) {
    let (is, should) = (outcome(project), from_nothing(project, arguments));
    assert_eq!(differences(&is.0, &should.0), [""; 0], "{what}");
    assert_eq!(is.1, should.1, "{what}");
}

#[test]
fn a_build_with_nothing_changed_does_nothing_and_tells_what_it_told() {
    let made = Made::with_paper();
    let project = &made.project;
    let first = project.must(&["build"]).says(WROTE);
    let before = outcome(project);
    let log = fs::read(project.path("output/2024/run.json")).unwrap();
    let again = project.must(&["build"]).says(NOTHING).says("--force");
    assert!(!again.stderr.contains(WROTE), "{}", again.stderr);
    // what is missing, provisional or to be looked at is still so
    let told = |run: &Run| -> Vec<String> {
        let lines = run.stderr.lines().map(str::to_owned);
        lines
            .filter(|line| !line.contains("edition `2024`") && !line.starts_with("since "))
            .collect()
    };
    assert!(told(&first).len() > 1, "{}", first.stderr);
    assert_eq!(told(&again), told(&first));
    assert_eq!(outcome(project), before);
    // not even the log of the run is written
    assert!(fs::read(project.path("output/2024/run.json")).unwrap() == log);
    project.must(&["build", "--force"]).says(WROTE);
    assert_eq!(outcome(project), before);
    assert!(fs::read(project.path("output/2024/run.json")).unwrap() != log);
    // another question is another build
    for other in [
        &["build", "--verbose"][..],
        &["build", "--dialect", "nl"],
        &["build", "--data-only"],
        &["build"],
    ] {
        project.must(other).says(WROTE);
        project.must(other).says(NOTHING);
    }
    is_right(project, &["build"], "after other questions");
    // what only pages are made of is nothing to it
    fs::create_dir_all(project.path("src/paper/site")).unwrap();
    project.write("src/paper/site/site.css", "p { color: red }");
    project.must(&["build"]).says(NOTHING);
    project
        .must(&["build", "--edition", "2021"])
        .says("wrote edition `2021`");
    project.must(&["build"]).says(NOTHING);
}

/// A change of a kind of input, and its name.
type Change = (&'static str, fn(&Made));

/// One of every kind of input.
const CHANGES: [Change; 13] = [
    ("an observation", |made| {
        made.change_value("misdaad", "GM0001,", "11,");
    }),
    ("a list of members", |made| {
        let path = "data/networks.csv";
        let text = made.project.text(path);
        let (rest, _) = text.trim_end().rsplit_once('\n').unwrap();
        made.project.write(path, &format!("{rest}\n"));
    }),
    ("regions", |made| {
        let path = "data/regions/gemeenten.csv";
        let text = made.project.text(path);
        let name = text.lines().nth(1).unwrap().split(',').nth(1).unwrap();
        made.project.replace(path, name, "Anders");
    }),
    ("a lock", |made| {
        let store = made.project.store();
        store.close("2024", &store.lock().unwrap().tables).unwrap();
    }),
    ("a query", |made| {
        let path = "queries/themes/proef.toml";
        let text = made.project.text(path);
        let line = text
            .lines()
            .find(|line| line.starts_with("definition = "))
            .unwrap();
        let other = format!("{} anders\"", line.trim_end_matches('"'));
        made.project.replace(path, line, &other);
    }),
    ("the house", |made| {
        made.project.append("queries/house.toml", "\n# niets\n");
    }),
    ("a chapter", |made| {
        made.project
            .write("src/paper/chapters/proef.typ", "= Proef\nEen zon.\n");
    }),
    ("a chapter with a figure", |made| {
        made.project.append(
            "src/paper/chapters/proef.typ",
            "\nEn nog een zin, die langer is.\n",
        );
    }),
    ("a new chapter", |made| {
        made.project
            .write("src/paper/chapters/nog.typ", "Nog een zin.\n");
        made.project
            .append("src/paper/main.typ", "#include \"chapters/nog.typ\"\n");
    }),
    ("a chapter that goes", |made| {
        fs::remove_file(made.project.path("src/paper/chapters/nog.typ")).unwrap();
        made.project
            .replace("src/paper/main.typ", "#include \"chapters/nog.typ\"\n", "");
    }),
    ("a picture", |made| {
        let picture = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>";
        fs::create_dir_all(made.project.path("src/paper/beeld")).unwrap();
        made.project.write("src/paper/beeld/logo.svg", picture);
    }),
    ("a press release", |made| {
        made.project
            .write("src/paper/persbericht.md", "Een bericht.\n");
    }),
    ("borders", |made| {
        let folder = made.project.path("data/geometry");
        let name = files(&folder)
            .into_keys()
            .find(|name| Path::new(name).extension().is_some_and(|of| of == "json"));
        made.project
            .append(&format!("data/geometry/{}", name.unwrap()), "\n");
    }),
];

#[test]
fn a_change_of_any_input_gives_what_a_build_from_nothing_gives() {
    let made = Made::with_paper();
    let project = &made.project;
    project.must(&["build"]);
    for (what, change) in CHANGES {
        change(&made);
        let run = project.must(&["build"]);
        assert!(run.stderr.contains(WROTE), "{what}: {}", run.stderr);
        is_right(project, &["build"], what);
        let run = project.must(&["build"]);
        assert!(run.stderr.contains(NOTHING), "{what}: {}", run.stderr);
    }
}

#[test]
fn a_change_that_is_taken_back_before_a_build_is_none() {
    let made = Made::with_paper();
    let project = &made.project;
    project.must(&["build"]);
    let (chapter, theme) = ("src/paper/chapters/proef.typ", "queries/themes/proef.toml");
    let before = [project.text(chapter), project.text(theme)];
    project.write(chapter, "= Proef\nEen #zin.\n");
    for _ in 0..2 {
        project.run(&["build"]).ends(4).says("unknown variable");
    }
    project.write(chapter, &before[0]);
    project.must(&["build"]).says(NOTHING);
    // a claim that does not hold is told each time
    made.ask("[[claim]]\nid = \"onwaar\"\nsentence = \"Er woont niemand.\"\nwhen = \"inwoners.Rood < 1\"");
    project.append(chapter, "\n#bewering(\"onwaar\")\n");
    for _ in 0..2 {
        project.run(&["build"]).ends(1).says("onwaar");
    }
    project.write(chapter, &before[0]);
    project.write(theme, &before[1]);
    project.must(&["build"]).says(NOTHING);
    is_right(project, &["build"], "taken back");
}

#[test]
fn whatever_becomes_of_an_output_it_is_made_again() {
    let made = Made::with_paper();
    let project = &made.project;
    project.must(&["build"]);
    let names: Vec<String> = files(&project.path("output/2024")).into_keys().collect();
    assert!(names.len() > 20, "{names:?}");
    let kinds = ["SHA256SUMS", "data/gemeenten.csv", "feiten.csv", "run.json"];
    for name in kinds {
        let path = project.path("output/2024").join(name);
        fs::remove_file(&path).unwrap();
        project.must(&["build"]).says(WROTE);
        // as long as before, and with the same time
        let (mut bytes, time) = (fs::read(&path).unwrap(), fs::metadata(&path).unwrap());
        let last = bytes.len() - 2;
        bytes[last] ^= 1;
        fs::write(&path, bytes).unwrap();
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(time.modified().unwrap()).unwrap();
        let run = project.must(&["build"]);
        assert!(run.stderr.contains(WROTE), "{name}: {}", run.stderr);
    }
    // what is too much goes, as with every build
    project.write("output/2024/data/extra.txt", "x");
    project.must(&["build"]).says(WROTE);
    assert!(!project.path("output/2024/data/extra.txt").exists());
    fs::remove_dir_all(project.path("output")).unwrap();
    project.must(&["build"]).says(WROTE);
    is_right(project, &["build"], "gone");
    // only written anew, nothing changed
    let path = project.path("output/2024/feiten.csv");
    let bytes = fs::read(&path).unwrap();
    fs::remove_file(&path).unwrap();
    fs::write(&path, bytes).unwrap();
    project.must(&["build"]).says(NOTHING);
}

#[test]
fn a_cache_that_is_gone_damaged_or_of_another_project_is_never_believed() {
    let made = Made::with_paper();
    let project = &made.project;
    project.must(&["build"]);
    let cache = project.path("data/.cache");
    let kept: Vec<PathBuf> = files(&cache).keys().map(|name| cache.join(name)).collect();
    assert_eq!(kept.len(), 2, "{kept:?}");
    for damage in [
        |path: &Path| fs::remove_file(path).unwrap(),
        |path: &Path| fs::write(path, "").unwrap(),
        |path: &Path| fs::write(path, [0xFF, 0x00, 0x0A, 0x80]).unwrap(),
        |path: &Path| {
            let bytes = fs::read(path).unwrap();
            fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
        },
        |path: &Path| {
            let mut bytes = fs::read(path).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] = if bytes[middle] == b'7' { b'8' } else { b'7' };
            fs::write(path, bytes).unwrap();
        },
        |path: &Path| {
            fs::remove_file(path).unwrap();
            fs::create_dir(path).unwrap();
        },
    ] {
        for path in &kept {
            damage(path);
        }
        // with a change beside it, what is not known cannot hide it
        project.append("src/paper/chapters/proef.typ", "\nMeer.\n");
        project.must(&["build"]).says(WROTE);
        is_right(project, &["build"], "damaged");
        for path in kept.iter().filter(|path| path.is_dir()) {
            fs::remove_dir(path).unwrap();
        }
    }
    fs::remove_dir_all(&cache).unwrap();
    project.must(&["build"]).says(WROTE);
    // what another project recorded, of other figures
    let other = Made::with_paper();
    other.change_value("misdaad", "GM0001,", "11,");
    other.project.must(&["build"]);
    fs::remove_dir_all(&cache).unwrap();
    copy(&other.project.path("data/.cache"), &cache);
    project.must(&["build"]).says(WROTE);
    is_right(project, &["build"], "foreign");
    // where the cache cannot be, all is made
    fs::remove_dir_all(&cache).unwrap();
    fs::write(&cache, "no folder").unwrap();
    for _ in 0..2 {
        project.must(&["build"]).says(WROTE);
    }
}

#[test]
fn another_program_makes_it_again() {
    let made = Made::with_paper();
    let project = &made.project;
    project.must(&["build"]);
    let other = project.path("another");
    fs::copy(program().get_program(), &other).unwrap();
    let mut command = std::process::Command::new(&other);
    command.arg("--project").arg(project.root()).arg("build");
    Run::of(&mut command).ends(0).says(WROTE);
    Run::of(&mut command).ends(0).says(NOTHING);
}

#[test]
fn two_builds_at_once_leave_one_that_is_whole() {
    let made = Made::with_paper();
    let project = &made.project;
    for round in 0..3 {
        let text = format!("\nEr komt {} bij.\n", ["wat", "meer", "veel"][round]);
        project.append("src/paper/chapters/proef.typ", &text);
        let both: Vec<_> = (0..2)
            .map(|_| project.command(&["build"]).spawn().unwrap())
            .collect();
        for mut child in both {
            assert!(child.wait().unwrap().success());
        }
        project.must(&["build"]).says(NOTHING);
    }
    is_right(project, &["build"], "two at once");
}

/// Programs around Typst.
#[cfg(unix)]
mod around {
    use std::os::unix::fs::PermissionsExt;

    use middelgroot::paper::VERSION;

    use super::{Made, NOTHING, Path, Project, WROTE, fs, is_right};

    /// Where the program keeps Typst, or where the system finds it.
    fn typst() -> String {
        let cache = std::env::var_os("XDG_CACHE_HOME").map(std::path::PathBuf::from);
        let home = std::env::var_os("HOME").map(std::path::PathBuf::from);
        let cache = cache.or_else(|| Some(home?.join(".cache")));
        let own = cache.map(|of| of.join(format!("middelgroot/typst-{VERSION}/bin/typst")));
        let own = own.filter(|path| path.is_file());
        own.map_or_else(|| "typst".to_owned(), |path| path.display().to_string())
    }

    /// A program that first does something and then is Typst.
    fn around(project: &Project, does: &str) -> String {
        let path = project.path("omheen");
        let text = format!(
            "#!/bin/sh\nif [ \"$1\" != --version ]; then\n{does}\nfi\nexec '{}' \"$@\"\n",
            typst()
        );
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    #[test]
    fn another_typst_sets_it_again() {
        let made = Made::with_paper();
        let project = &made.project;
        project.must(&["build"]);
        let other = around(project, ":");
        let build = ["build", "--typst", &other];
        project.must(&build).says(WROTE);
        project.must(&build).says(NOTHING);
        around(project, ": # another");
        project.must(&build).says(WROTE);
        // open data are none of its business
        project.must(&["build", "--data-only"]).says(WROTE);
        project
            .must(&["build", "--data-only", "--typst", &other])
            .says(NOTHING);
    }

    #[test]
    fn what_changes_while_it_is_read_is_not_taken_as_read() {
        let made = Made::with_paper();
        let project = &made.project;
        let chapter = project.path("src/paper/chapters/proef.typ");
        let once = project.path("eens");
        let edit = format!(
            "if [ ! -e '{0}' ]; then touch '{0}'; echo 'Nog een zin.' >> '{1}'; fi",
            once.display(),
            chapter.display()
        );
        let build = ["build", "--typst", &around(project, &edit)];
        project.must(&build).says(WROTE);
        assert!(once.exists());
        project.must(&build).says(WROTE);
        project.must(&build).says(NOTHING);
        is_right(project, &["build"], "edited while it was made");
    }

    /// The runs of Typst that a program around it has noted, and forgets them.
    fn runs(list: &Path) -> Vec<String> {
        let text = fs::read_to_string(list).unwrap_or_default();
        // it may not be there
        let _ = fs::remove_file(list);
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_changed_chapter_costs_typst_only_and_a_sheet_is_set_once() {
        let project = Project::copy();
        let list = project.path("lijst");
        let note = format!("echo \"$*\" >> '{}'", list.display());
        let typst = around(&project, &note);
        let sheets = ["factsheet", "--typst", &typst, "Texel", "Zeist"];
        project.must(&sheets).says("building it first");
        let of_sheets = |runs: &[String]| {
            let is_sheet = |run: &&String| run.contains("factsheet.typ");
            runs.iter().filter(is_sheet).count()
        };
        assert_eq!(of_sheets(&runs(&list)), 1);
        let (zeist, texel) = ("factsheets/GM0355-zeist.pdf", "factsheets/GM0448-texel.pdf");
        let before = [zeist, texel].map(|name| fs::read(project.output(name)).unwrap());
        let is_before = || {
            let now = [zeist, texel].map(|name| fs::read(project.output(name)).unwrap());
            now == before
        };
        project.must(&sheets).says("2 sheets in").says("up to date");
        project
            .must(&["factsheet", "--typst", &typst, "Texel"])
            .says("1 sheet in");
        assert_eq!(runs(&list), [""; 0]);
        // what only pages are made of sets pages
        project.append("src/paper/site/site.css", "\n/* niets */\n");
        project.must(&sheets).says("wrote 2 sheets");
        let set = runs(&list);
        assert!(!set.is_empty() && of_sheets(&set) == 0, "{set:?}");
        assert!(is_before());
        // what is gone is set, and comes out the same
        fs::remove_file(project.output(texel)).unwrap();
        project.must(&sheets).says("wrote 2 sheets");
        assert_eq!(of_sheets(&runs(&list)), 1);
        assert!(is_before());
        // what it says itself sets it
        project.append("src/paper/blad.typ", "\n// niets\n");
        project.must(&sheets).says("wrote 2 sheets");
        assert_eq!(of_sheets(&runs(&list)), 1);

        // the open data of before are taken where a chapter changes
        let data = |name: &str| fs::read(project.output("data").join(name)).unwrap();
        let open = data("gemeenten.csv");
        project.append("src/paper/chapters/03-veiligheid.typ", "\nNog een zin.\n");
        project.must(&["build", "--typst", &typst]);
        assert!(data("gemeenten.csv") == open);
        assert!(!project.output(texel).exists());
        // and every sheet names another paper
        project.must(&sheets).says("wrote 2 sheets");
        assert!(of_sheets(&runs(&list)) == 1 && !is_before());
    }
}
