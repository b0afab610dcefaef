//! What ends a run before it is done: a kill at any moment, a disk that is full, folders that can only be read. What was
//! there stays, what is listed is right, and the next run makes what one that nobody disturbed makes, and leaves no litter.
//!
//! `MIDDELGROOT_KILLS=200 cargo test --test kills` kills so many times at each place; without it a dozen times. What stands
//! between two steps of putting an output in its place is made by hand here, for a kill seldom meets it.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cbs_server;
mod support;

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use middelgroot::base::files::sha256;
use support::{Made, Project, Run, copy, differences, files};

use cbs_server::Server;
use cbs_server::samples::big;

type Files = BTreeMap<String, Vec<u8>>;

/// Moments to kill at.
fn kills() -> u32 {
    let asked = env::var("MIDDELGROOT_KILLS").ok();
    asked.map_or(12, |kills| kills.parse().expect("a number of kills"))
}

/// So many moments of a run that takes so long: half of them spread over all of it, and half over its end, where what was made
/// is put in its place.
fn moments(takes: Duration) -> impl Iterator<Item = Duration> {
    let kills = kills();
    let half = kills.div_ceil(2);
    let over = move |from: f64, to: f64, number: u32, of: u32| {
        takes.mul_f64(from + (to - from) * f64::from(number) / f64::from(of))
    };
    let all = (0..half).map(move |number| over(0.0, 1.0, number, half));
    let end = (half..kills).map(move |number| over(0.85, 1.05, number - half, kills - half));
    all.chain(end)
}

/// A folder that is put back as it was before each kill.
struct Kept {
    folder: PathBuf,
    copy: PathBuf,
    _within: tempfile::TempDir,
}

impl Kept {
    fn of(folder: &Path) -> Self {
        let within = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let kept = within.path().join("kept");
        support::copy(folder, &kept);
        Self {
            folder: folder.to_owned(),
            copy: kept,
            _within: within,
        }
    }

    fn restore(&self) {
        fs::remove_dir_all(&self.folder).unwrap();
        copy(&self.copy, &self.folder);
    }
}

/// Runs the program and kills it at that moment; whether it had not ended by then.
fn killed(project: &Project, arguments: &[&str], at: Duration) -> bool {
    let mut command = project.command(arguments);
    let start = Instant::now();
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut child = child.unwrap();
    std::thread::sleep(at.saturating_sub(start.elapsed()));
    let was_at_work = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    was_at_work
}

/// All names of a project that a run leaves only while it is at work.
fn litter(project: &Project) -> Vec<String> {
    let is_litter = |name: &&String| {
        let mut parts = name.split('/');
        parts.any(|part| part.starts_with(".new-") || part.starts_with(".tmp"))
    };
    let all = files(project.root());
    let mut found: Vec<String> = all.keys().filter(is_litter).cloned().collect();
    // one without files too
    for folder in ["output", "output/2024", "data", "data/.cache", "queries"] {
        let entries = fs::read_dir(project.path(folder));
        let names = entries.into_iter().flatten().flatten();
        let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let names = names.filter(|name| name.starts_with(".new-"));
        found.extend(names.map(|name| format!("{folder}/{name}")));
    }
    found
}

/// What stands in an output, without what a run that was stopped left unfinished beside it.
fn standing(project: &Project) -> Files {
    let mut all = files(&project.path("output"));
    all.retain(|name, _| !name.split('/').any(|part| part.starts_with(".new-")));
    all
}

/// Whatever a list of sums names is there and right.
fn is_as_listed(output: &Files) {
    for (list, text) in output {
        let Some(folder) = list.strip_suffix("SHA256SUMS") else {
            continue;
        };
        for line in std::str::from_utf8(text).unwrap().lines() {
            let (sum, name) = line.split_once("  ").expect("a sum and a name");
            let file = output.get(&format!("{folder}{name}"));
            let file = file.unwrap_or_else(|| panic!("`{name}` is in {list} and gone"));
            assert_eq!(sha256(file), sum, "`{name}` is not what {list} says");
        }
    }
}

/// Each file is whole: as it was before, or as it is to be.
fn is_old_or_new(now: &Files, old: &Files, new: &Files) {
    for (name, bytes) in now {
        // the list of sums names what is right in between, too
        let is_known = [old, new].iter().any(|of| of.get(name) == Some(bytes));
        assert!(
            is_known || name.ends_with("/SHA256SUMS"),
            "`{name}` is neither"
        );
    }
    let gone = old
        .keys()
        .find(|name| new.contains_key(*name) && !now.contains_key(*name));
    assert_eq!(gone, None, "what was there is gone");
}

/// A country with a small paper.
fn papered() -> Project {
    let made = Made::with_paper();
    let project = made.project;
    project.must(&["build", "--force"]);
    project
}

/// Another figure, so that every file of the output that holds it changes.
fn changed(project: &Project) {
    project.replace(
        "queries/themes/proef.toml",
        "range = [0, 100]",
        "range = [-1, 100]",
    );
    project.replace(
        "queries/editions.toml",
        "title = \"De Kracht van Rood 2024\"",
        "title = \"De Kracht van Rood, 2024\"",
    );
}

/// Kills a command at many moments, and holds what it leaves, and what the next run makes, against what it must be.
fn survives(project: &Project, arguments: &[&str]) {
    let old = files(&project.path("output"));
    let kept = [Kept::of(&project.path("output")), Kept::of(&project.data())];
    let start = Instant::now();
    project.must(arguments);
    let takes = start.elapsed();
    let new = files(&project.path("output"));
    let mut at_work = 0;
    for at in moments(takes) {
        kept.iter().for_each(Kept::restore);
        at_work += u32::from(killed(project, arguments, at));
        let now = standing(project);
        is_as_listed(&now);
        is_old_or_new(&now, &old, &new);
        project.must(arguments);
        let after = files(&project.path("output"));
        assert_eq!(
            differences(&new, &after),
            [""; 0],
            "{arguments:?} after {at:?}"
        );
        assert_eq!(litter(project), [""; 0], "{arguments:?} after {at:?}");
    }
    println!(
        "{arguments:?}: {at_work} of {} kills within {takes:?}",
        kills()
    );
    assert!(at_work > 0, "no kill met a run at work");
}

#[test]
fn a_build_that_is_killed_leaves_the_old_output_or_the_new_one() {
    let project = papered();
    changed(&project);
    survives(&project, &["build"]);
}

#[test]
fn open_data_alone_that_are_killed_leave_what_is_listed_right() {
    let project = papered();
    changed(&project);
    survives(&project, &["build", "--data-only"]);
}

#[test]
fn site_and_sheets_that_are_killed_leave_what_is_listed_right() {
    if env::var_os("MIDDELGROOT_KILLS").is_none() {
        println!("takes minutes: `MIDDELGROOT_KILLS=4` kills `site` and `factsheet` too");
        return;
    }
    let project = Project::frozen();
    project.must(&["build"]);
    survives(&project, &["factsheet", "Texel", "Zeist"]);
    survives(&project, &["factsheet", "--force", "Texel", "Urk"]);
    survives(&project, &["site", "--without-sheets"]);
    survives(&project, &["site", "--without-sheets", "--force"]);
}

#[cfg(unix)]
#[test]
fn site_and_sheets_without_room_say_so_and_change_nothing() {
    if env::var_os("MIDDELGROOT_KILLS").is_none() {
        println!(
            "takes minutes: `MIDDELGROOT_KILLS=4` runs `site` and `factsheet` without room, too"
        );
        return;
    }
    let project = Project::frozen();
    project.must(&["build"]);
    says_what_lacks_room(&project, &["factsheet", "Texel", "Zeist"]);
    says_what_lacks_room(&project, &["factsheet", "--force", "Texel", "Urk"]);
    says_what_lacks_room(&project, &["site", "--without-sheets"]);
    says_what_lacks_room(&project, &["site", "--without-sheets", "--force"]);
}

#[test]
fn what_a_killed_run_had_started_is_waited_for() {
    use std::os::unix::fs::PermissionsExt as _;
    let project = papered();
    let place = |name: &str| project.path(name).display().to_string();
    let (slow, started, ended) = (place("slow"), place("started"), place("ended"));
    // a Typst that goes on after the program is gone, and writes where that had it work
    let script = format!(
        "#!/bin/sh\n[ \"$1\" = --version ] && exec echo typst 0.15.1\ntouch '{started}'\nsleep 2\nmkdir -p \"$3\"\n\
         touch \"$3/late\"\ntouch '{ended}'\n"
    );
    fs::write(&slow, script).unwrap();
    fs::set_permissions(&slow, fs::Permissions::from_mode(0o755)).unwrap();
    let mut run = project.command(&["build", "--force", "--typst", &slow]);
    let mut run = run.stderr(Stdio::null()).spawn().unwrap();
    while !Path::new(&started).exists() {
        assert_eq!(run.try_wait().unwrap(), None, "it starts Typst");
        std::thread::sleep(Duration::from_millis(5));
    }
    run.kill().unwrap();
    run.wait().unwrap();
    project
        .run(&["build", "--force"])
        .ends(0)
        .says("another run is at work in `")
        .says("output`: this one waits until it has ended");
    assert!(Path::new(&ended).exists(), "the next run waits for it");
    let none: [String; 0] = [];
    assert_eq!(litter(&project), none, "and clears away what it wrote");
}

/// The list of sums of a project's output without its open data, as it is while these are replaced.
fn unlist_open_data(project: &Project) {
    let list = project.text("output/2024/SHA256SUMS");
    let lines = list.split_inclusive('\n');
    let rest: String = lines.filter(|line| !line.contains("  data/")).collect();
    project.write("output/2024/SHA256SUMS", &rest);
}

/// What happens to a project whose new output lies elsewhere.
type Step = (&'static str, fn(&Project, &Path));

/// The steps in which an output is put in its place, each as a kill leaves it.
const STEPS: [Step; 6] = [
    ("the new output is filled", |project, made| {
        copy(made, &project.path("output/.new-a"));
    }),
    ("the exchange is done", |project, made| {
        let place = project.path("output/2024");
        fs::rename(&place, project.path("output/.new-a")).unwrap();
        copy(made, &place);
    }),
    ("the old output is half gone", |project, made| {
        let place = project.path("output/2024");
        fs::rename(&place, project.path("output/.new-a")).unwrap();
        copy(made, &place);
        fs::remove_dir_all(project.path("output/.new-a/data")).unwrap();
    }),
    ("the open data are off the list", |project, _| {
        unlist_open_data(project);
    }),
    ("the open data are others", |project, made| {
        unlist_open_data(project);
        let open = project.path("output/2024/data");
        fs::remove_dir_all(&open).unwrap();
        copy(&made.join("data"), &open);
    }),
    ("a file is written beside its place", |project, _| {
        for folder in [
            "output",
            "output/2024",
            "data/.cache",
            "data",
            "data/regions",
        ] {
            project.write(&format!("{folder}/.new-b"), "half of a fi");
        }
    }),
];

#[test]
fn what_a_kill_between_two_steps_leaves_is_made_good() {
    let project = papered();
    let (old, kept) = (
        files(&project.path("output")),
        Kept::of(&project.path("output")),
    );
    changed(&project);
    project.must(&["build"]);
    let new = files(&project.path("output"));
    let made = Kept::of(&project.path("output/2024"));
    for (what, happen) in STEPS {
        for arguments in [&["build"][..], &["build", "--force"]] {
            kept.restore();
            happen(&project, &made.copy);
            is_as_listed(&standing(&project));
            is_old_or_new(&standing(&project), &old, &new);
            project.must(arguments);
            let after = files(&project.path("output"));
            assert_eq!(differences(&new, &after), [""; 0], "{what}");
            // what lies in `data/` is cleared by who writes there
            let mut left = litter(&project);
            left.retain(|name| name.starts_with("output") || name.starts_with("data/.cache"));
            assert_eq!(left, [""; 0], "{what}");
        }
    }
    let incoming = project.path("incoming/misdaad");
    project.must(&["import", incoming.to_str().unwrap()]);
    assert_eq!(litter(&project), [""; 0]);
}

/// The program where no file may grow beyond so many blocks, so that writing fails as on a disk that is full.
#[cfg(unix)]
fn within(blocks: u32, project: &Project, arguments: &[&str]) -> Run {
    let command = project.command(arguments);
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    let mut shell = std::process::Command::new("sh");
    shell.arg("-c").arg(script).arg(command.get_program());
    Run::of(shell.args(command.get_args()).stdin(Stdio::null()))
}

/// Runs a command with ever more room until it has enough; each time that it has not, it says which file lacks room and what
/// to do, and nothing has changed.
#[cfg(unix)]
fn says_what_lacks_room(project: &Project, arguments: &[&str]) {
    let kept = ["output", "data", "queries"].map(|part| project.path(part));
    let seen = |project: &Project| {
        let mut all = files(project.root());
        // what is kept of earlier runs, and pages on their way, may be there or not
        all.retain(|name, _| {
            !name.starts_with("data/.cache/") && !name.starts_with("data/.pages/")
        });
        all
    };
    for folder in &kept {
        fs::create_dir_all(folder).unwrap();
    }
    let before = seen(project);
    let rooms = (0..16).map(|power| (1_u32 << power) - 1);
    for (refused, blocks) in rooms.enumerate() {
        let run = within(blocks, project, arguments);
        if run.status == 0 {
            assert!(refused > 0, "{arguments:?} wrote nothing");
            return;
        }
        let told = &run.stderr;
        assert!(
            run.status == 4 || run.status == 3,
            "{blocks} blocks: {told}"
        );
        assert!(
            told.contains("error: ") && told.contains("hint: "),
            "{blocks} blocks: {told}"
        );
        assert!(told.contains("File too large"), "{blocks} blocks: {told}");
        assert!(!told.contains("panicked"), "{blocks} blocks: {told}");
        assert_eq!(
            differences(&before, &seen(project)),
            [""; 0],
            "{blocks} blocks"
        );
        assert_eq!(litter(project), [""; 0], "{blocks} blocks");
    }
    panic!("{arguments:?} never had enough");
}

#[cfg(unix)]
#[test]
fn a_disk_without_room_is_named_with_the_file_and_nothing_changes() {
    let project = papered();
    changed(&project);
    says_what_lacks_room(&project, &["build", "--data-only"]);
    project.replace(
        "queries/themes/proef.toml",
        "range = [-1, 100]",
        "range = [-2, 100]",
    );
    says_what_lacks_room(&project, &["build"]);
    let incoming = project.path("incoming/misdaad");
    let text = project.text("incoming/misdaad/observations.csv");
    let other = text.replace(
        "GM0001,2021JJ00,misdrijven,10,",
        "GM0001,2021JJ00,misdrijven,11,",
    );
    assert_ne!(text, other);
    project.write("incoming/misdaad/observations.csv", &other);
    let source = project.text("incoming/misdaad/source.toml");
    let source = source.replace(&sha256(text.as_bytes()), &sha256(other.as_bytes()));
    project.write("incoming/misdaad/source.toml", &source);
    says_what_lacks_room(&project, &["import", incoming.to_str().unwrap()]);
    let server = Server::start(vec![big(30, 4)]);
    let project = Project::small();
    says_what_lacks_room(&project, &["fetch", "--update", "--mirror", &server.url()]);
}

#[cfg(unix)]
#[test]
fn a_folder_that_can_only_be_read_is_named_and_nothing_changes() {
    use std::os::unix::fs::PermissionsExt;
    let allow = |folder: &Path, mode: u32| {
        fs::set_permissions(folder, fs::Permissions::from_mode(mode)).unwrap();
    };
    let project = papered();
    changed(&project);
    let server = Server::start(vec![big(30, 4)]);
    let small = Project::small();
    let url = server.url();
    let update = ["fetch", "--update", "--mirror", &url];
    let incoming = project.path("incoming/misdaad");
    let import = ["import", incoming.to_str().unwrap()];
    let cases: [(&Project, &str, &[&str]); 4] = [
        (&project, "output", &["build"]),
        (&project, "output", &["build", "--data-only"]),
        (&project, "data/snapshots/misdaad", &import),
        (&small, "data", &update),
    ];
    for (project, part, arguments) in cases {
        let folder = project.path(part);
        let before = files(project.root());
        allow(&folder, 0o555);
        if fs::write(folder.join("proef"), "x").is_ok() {
            fs::remove_file(folder.join("proef")).unwrap();
            allow(&folder, 0o755);
            println!("whoever runs this may write anywhere: not tested");
            return;
        }
        let run = project.run(arguments);
        allow(&folder, 0o755);
        let run = run.ends(4).says("hint: check who may write there");
        run.says(&folder.display().to_string());
        let after = files(project.root());
        assert_eq!(differences(&before, &after), [""; 0], "{arguments:?}");
    }
}

/// What `fetch` brought, but for the day on which it did.
fn brought(project: &Project) -> Files {
    let mut all = files(&project.data());
    all.retain(|name, _| !name.starts_with(".pages/"));
    for (name, bytes) in &mut all {
        if name.ends_with("snapshot.toml") {
            let text = String::from_utf8(bytes.clone()).unwrap();
            let lines = text.split_inclusive('\n');
            let lines = lines.filter(|line| !line.starts_with("retrieved"));
            *bytes = lines.collect::<String>().into_bytes();
        }
    }
    all
}

#[test]
fn a_fetch_that_is_killed_leaves_the_release_that_is_used_and_the_next_brings_the_new_one() {
    let server = Server::start(vec![big(300, 20)]).with(|options| options.v4_page = 1_000);
    let project = Project::small();
    let update = ["fetch", "--update", "--mirror", &server.url()];
    project.must(&update);
    let (old, kept) = (brought(&project), Kept::of(&project.data()));
    server.edit("99999NED", |table| {
        table.republish();
        table.modified = "2026-07-01T02:00:00".to_owned();
    });
    let start = Instant::now();
    project.must(&update);
    let (takes, new) = (start.elapsed(), brought(&project));
    assert_ne!(differences(&old, &new), [""; 0]);
    let mut at_work = 0;
    for at in moments(takes) {
        kept.restore();
        at_work += u32::from(killed(&project, &update, at));
        let lock = project.store().lock().unwrap();
        let read = project.store().read("99999NED", &lock.tables["99999NED"]);
        assert_eq!(read.unwrap().observations.height(), 6_000, "after {at:?}");
        project.must(&update);
        assert_eq!(
            differences(&new, &brought(&project)),
            [""; 0],
            "after {at:?}"
        );
        assert_eq!(litter(&project), [""; 0], "after {at:?}");
        assert!(!project.data().join(".pages/99999NED").exists());
    }
    // stopped between the pin and the end
    let pages = project.data().join(".pages/99999NED");
    fs::create_dir_all(pages.join("a")).unwrap();
    project.must(&update);
    assert!(!pages.exists());
    println!("fetch: {at_work} of {} kills within {takes:?}", kills());
    assert!(at_work > 0, "no kill met a run at work");
}
