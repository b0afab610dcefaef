//! Typst: found or installed in the pinned version, and run with nothing but the paper's own files.
//!
//! It is looked for in the flag, the environment, the PATH and the cache folder; else it is installed into the cache
//! folder. Typst reports an unknown font as a mere warning, so every warning is an error.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::Error;
use crate::base::family::family;
use crate::base::files::FolderLock;
use crate::base::hashes::Mark;

/// What Typst says of every bundle and of every page of HTML.
const EXPERIMENTAL: [&str; 2] = [
    "warning: bundle export is experimental",
    "warning: html export is under active development and incomplete",
];

/// Bytes of stack of each thread of a run that sets many documents.
const STACK: &str = "16777216";

/// The version that is used.
pub const VERSION: &str = "0.15.1";

/// A Typst program of the pinned version.
#[derive(Clone, Debug)]
pub struct Typst {
    program: PathBuf,
    /// What it holds while it works, if anything.
    lock: Option<FolderLock>,
}

impl Typst {
    const fn of(program: PathBuf) -> Self {
        Self {
            program,
            lock: None,
        }
    }

    /// The same, holding a folder: see [`FolderLock::share`].
    #[must_use]
    pub fn holding(self, lock: &FolderLock) -> Self {
        Self {
            lock: Some(lock.clone()),
            ..self
        }
    }

    /// Finds Typst, or installs it.
    ///
    /// # Errors
    /// When the named program is not of the pinned version, or installing fails.
    pub fn find_or_install(named: Option<&Path>) -> Result<Self, Error> {
        if let Some(found) = Self::find(named)? {
            return Ok(found);
        }
        let cache = cache_folder()?;
        install(&cache)?;
        let program = program_in(&cache);
        match version(&program) {
            Some(found) if found == VERSION => Ok(Self::of(program)),
            _ => Err(Error::Typst {
                message: format!(
                    "typst {VERSION} was installed in `{}` but does not run",
                    cache.display()
                ),
                hint: "remove that folder and try again".to_owned(),
            }),
        }
    }

    /// Finds Typst; none where there is none of the pinned version.
    ///
    /// # Errors
    /// When the named program is not of the pinned version.
    pub fn find(named: Option<&Path>) -> Result<Option<Self>, Error> {
        if let Some(program) = named {
            return match version(program) {
                Some(found) if found == VERSION => Ok(Some(Self::of(program.to_owned()))),
                found => Err(Error::Typst {
                    message: format!(
                        "`{}` is {}, not typst {VERSION}",
                        program.display(),
                        found.map_or_else(
                            || "no typst".to_owned(),
                            |found| format!("typst {found}")
                        )
                    ),
                    hint: "name another program, or leave it out to have it found or installed"
                        .to_owned(),
                }),
            };
        }
        // without a folder for a cache there still may be a program elsewhere
        let cache = cache_folder();
        let candidates = [
            cache.as_deref().ok().map(program_in),
            env::var_os("TYPST").map(PathBuf::from),
            Some(PathBuf::from("typst")),
        ];
        for program in candidates.into_iter().flatten() {
            if version(&program).as_deref() == Some(VERSION) {
                return Ok(Some(Self::of(program)));
            }
        }
        Ok(None)
    }

    /// What the system says of the program, by which another of the same version is known; nothing where it cannot be found.
    pub fn mark(&self) -> Option<String> {
        let is_named = self.program.parent().is_some_and(|of| of != Path::new(""));
        let path = if is_named {
            self.program.clone()
        } else {
            let folders = env::var_os("PATH")?;
            let mut places = env::split_paths(&folders).map(|folder| folder.join(&self.program));
            places.find(|path| path.is_file())?
        };
        Some(Mark::of(&path).ok()??.text())
    }

    /// Starts setting a source of a folder.
    pub(super) fn start(
        &self,
        work: &Path,
        source: &str,
        pdf: &Path,
        timestamp: i64,
    ) -> Result<Child, Error> {
        let mut command = self.command(work);
        command
            .args(["--pdf-standard", "ua-1,a-3a", "--features", "a11y-extras"])
            .arg("--creation-timestamp")
            .arg(timestamp.to_string())
            // what differs between documents, such as where a figure's source is to be found
            .args(["--input", &format!("stuk={source}")])
            .arg(work.join(source))
            .arg(pdf);
        self.spawn(command)
    }

    /// Starts setting many files at once, from one source of a folder into another; `inputs` is what the source is told.
    pub(super) fn start_bundle(
        &self,
        work: &Path,
        source: &str,
        made: &Path,
        inputs: &[(&str, &str)],
    ) -> Result<Child, Error> {
        let mut command = self.command(work);
        command
            .args(["--format", "bundle"])
            .args(["--features", "bundle,html,a11y-extras"])
            .args(["--input", &format!("letter={}", family().name())]);
        told(&mut command, inputs);
        command.arg(work.join(source)).arg(made);
        self.spawn(command)
    }

    /// Starts setting many PDFs at once, each as valid as the paper; `inputs` is what the source is told.
    pub(super) fn start_pdfs(
        &self,
        work: &Path,
        source: &str,
        made: &Path,
        timestamp: i64,
        inputs: &[(&str, &str)],
    ) -> Result<Child, Error> {
        let mut command = self.command(work);
        command
            .env("RUST_MIN_STACK", STACK)
            .args(["--format", "bundle", "--pdf-standard", "ua-1,a-3a"])
            .args(["--features", "bundle,html,a11y-extras"])
            // other runs go on beside it
            .args(["--jobs", "1"])
            .arg("--creation-timestamp")
            .arg(timestamp.to_string());
        told(&mut command, inputs);
        command.arg(work.join(source)).arg(made);
        self.spawn(command)
    }

    /// Typst with nothing but the files and fonts of a folder.
    fn command(&self, work: &Path) -> Command {
        let mut command = Command::new(&self.program);
        // settings of the user's own must not change the paper
        for (name, _) in
            env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TYPST_"))
        {
            command.env_remove(name);
        }
        command
            .arg("compile")
            .arg("--root")
            .arg(work)
            .args([
                "--ignore-system-fonts",
                "--ignore-embedded-fonts",
                "--font-path",
            ])
            .arg(work.join("fonts"))
            // the long form tells which call in a chapter led there
            .args(["--diagnostic-format", "human"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn spawn(&self, mut command: Command) -> Result<Child, Error> {
        let shared = self.lock.as_ref().map(|lock| lock.share(&mut command));
        let spawned = shared.unwrap_or(Ok(())).and_then(|()| command.spawn());
        spawned.map_err(|error| Error::Typst {
            message: format!("cannot start `{}`: {error}", self.program.display()),
            hint: "name a Typst program with `--typst`".to_owned(),
        })
    }
}

/// Adds what a source reads as `sys.inputs`.
fn told(command: &mut Command, inputs: &[(&str, &str)]) {
    for (name, value) in inputs {
        command.args(["--input", &format!("{name}={value}")]);
    }
}

/// What Typst says of one thing: its words, where it is, what led there, and what helps.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    message: String,
    places: Vec<String>,
    hints: Vec<String>,
}

/// What Typst says, in its long form; nothing where it says something else.
fn said(text: &str) -> Vec<Said> {
    let mut found: Vec<Said> = Vec::new();
    for line in text.lines() {
        if line.starts_with("error: ") || line.starts_with("warning: ") {
            found.push(Said {
                message: line.to_owned(),
                ..Said::default()
            });
        }
        let Some(last) = found.last_mut() else {
            continue;
        };
        if let Some((_, place)) = line.split_once("─ ").filter(|(mark, _)| mark.trim() == "┌") {
            last.places.push(place.to_owned());
        } else if let Some((_, place)) = line
            .split_once(" at ")
            .filter(|(what, _)| what.trim_start().starts_with("while "))
        {
            last.places.push(place.trim_end_matches(':').to_owned());
        } else if let Some((_, hint)) = line.split_once("= hint: ") {
            last.hints.push(hint.to_owned());
        }
    }
    found
}

/// Files of the paper that an analyst does not write: what is wrong in them came from a chapter that calls them.
const OWN: [&str; 6] = [
    "kracht.typ",
    "feiten.typ",
    "druk.typ",
    "web.typ",
    "main.typ",
    "figuren.typ",
];

impl Said {
    /// In one line, with the place that can be mended first.
    fn line(&self, copy: &str, sources: &Path) -> String {
        // the chapters were copied, and Typst prints the way to the copy from wherever it was started
        let places: Vec<&str> = self
            .places
            .iter()
            .map(|place| {
                place
                    .split_once(copy)
                    .map_or(place.as_str(), |(_, rest)| rest)
            })
            .collect();
        let is_own = |place: &&&str| OWN.iter().any(|own| place.starts_with(own));
        let first = places
            .iter()
            .find(|place| !is_own(place))
            .or(places.first());
        let place = first.map(|place| format!("{}/{place}: ", sources.display()));
        let hints = self.hints.iter().map(|hint| format!(" ({hint})"));
        let hints: String = hints.collect();
        format!("{}{}{hints}", place.unwrap_or_default(), self.message)
    }
}

impl Typst {
    /// Waits for a run; whatever it has to say is an error, but for what it says of every bundle.
    pub(super) fn wait(
        &self,
        child: Child,
        work: &Path,
        made: &Path,
        sources: &Path,
    ) -> Result<(), Error> {
        let broken = |what: String| Error::Typst {
            message: format!("`{}` {what}", self.program.display()),
            hint: format!(
                "it does not work as typst {VERSION}: name another program with `--typst`, or remove it where it was \
                 installed to have it installed anew"
            ),
        };
        let output = child
            .wait_with_output()
            .map_err(|error| broken(format!("was lost: {error}")))?;
        let text = String::from_utf8_lossy(&output.stderr);
        let mut said = said(&text);
        let count = said.len();
        said.retain(|of| !EXPERIMENTAL.contains(&of.message.as_str()));
        let is_silent = text.trim().is_empty() || count > said.len() && said.is_empty();
        if output.status.success() && is_silent {
            return if made.exists() {
                Ok(())
            } else {
                let is_paper = made.extension().is_some_and(|of| of == "pdf");
                let what = if is_paper { "PDF" } else { "pictures" };
                Err(broken(format!("says that all is well and made no {what}")))
            };
        }
        if said.iter().all(|of| of.places.is_empty())
            && !said.iter().any(|of| of.message.starts_with("warning"))
        {
            let words = match text.trim() {
                "" => "without a word".to_owned(),
                words => format!("and said: {words}"),
            };
            // what the system refuses is nothing that another Typst would do
            if words.contains("(os error ") {
                return Err(Error::Typst {
                    message: format!("`{}` cannot do its work {words}", self.program.display()),
                    hint: "make room on the disk, or check who may write there; nothing that was there is lost"
                        .to_owned(),
                });
            }
            return Err(broken(format!("ended with {} {words}", output.status)));
        }
        let tail: Vec<_> = work.iter().rev().take(2).collect();
        let tail: PathBuf = tail.into_iter().rev().collect();
        let copy = format!("{}/", tail.display());
        let lines: Vec<String> = said.iter().map(|of| of.line(&copy, sources)).collect();
        Err(Error::Diagnostics(lines.join("\n")))
    }
}

/// The version of a program, when it is Typst.
fn version(program: &Path) -> Option<String> {
    let output = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.strip_prefix("typst ")?
        .split_whitespace()
        .next()
        .map(str::to_owned)
}

fn program_in(cache: &Path) -> PathBuf {
    cache.join("bin/typst")
}

/// The program's own cache folder for this version of Typst.
fn cache_folder() -> Result<PathBuf, Error> {
    let folder = |variable: &str| {
        let folder = env::var_os(variable).map(PathBuf::from);
        folder.filter(|folder| folder.is_absolute())
    };
    let base = folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")));
    base.map(|base| base.join("middelgroot").join(format!("typst-{VERSION}")))
        .ok_or_else(|| Error::Typst {
            message: format!("there is no typst {VERSION}, and no folder to install it in"),
            hint: "set HOME or XDG_CACHE_HOME, or name a Typst program with TYPST or `--typst`"
                .to_owned(),
        })
}

/// What Typst is compiled with and no document here asks for (bibliographies, plug-ins, PDFs as pictures, highlighted code, pictures of
/// pages): compiled plainly, of which the rest of Typst, and what it makes, is no other.
const UNUSED: [&str; 34] = [
    "biblatex",
    "citationberg",
    "clap_builder",
    "fancy-regex",
    "fearless_simd",
    "hayagriva",
    "hayro",
    "hayro-interpret",
    "hayro-jbig2",
    "hayro-jpeg2000",
    "hayro-svg",
    "hayro-syntax",
    "icu_collator",
    "image-webp",
    "moxcms",
    "native-tls",
    "notify",
    "openssl",
    "pic-scale",
    "pxfm",
    "quick-xml",
    "resvg",
    "serde_yaml",
    "syntect",
    "tar",
    "time",
    "tiny-skia",
    "tiny_http",
    "typst-render",
    "ureq",
    "vello_common",
    "vello_cpu",
    "wasmi",
    "wasmparser",
];

/// Installs Typst with cargo; a second run that wants the same waits for the first.
fn install(cache: &Path) -> Result<(), Error> {
    let failed = |what: String| Error::Typst {
        message: what,
        hint: format!("install it by hand: cargo install --locked typst-cli --version {VERSION}"),
    };
    fs::create_dir_all(cache)
        .map_err(|error| failed(format!("cannot make `{}`: {error}", cache.display())))?;
    let lock = File::create(cache.join("installing"))
        .and_then(|file| file.lock().map(|()| file))
        .map_err(|error| failed(format!("cannot lock `{}`: {error}", cache.display())))?;
    if version(&program_in(cache)).as_deref() == Some(VERSION) {
        return Ok(());
    }
    eprintln!(
        "no typst {VERSION} found: installing it into `{}` (some ten minutes)",
        cache.display()
    );
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(["install", "--locked", "typst-cli", "--version", VERSION])
        .arg("--root")
        .arg(cache);
    for name in UNUSED {
        let plain = format!("profile.release.package.{name}.opt-level=0");
        command.args(["--config", &plain]);
    }
    let status = command
        // this program may itself run under cargo, whose settings for it are not those for Typst
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("RUSTFLAGS")
        .stdin(Stdio::null())
        .status()
        .map_err(|error| failed(format!("cannot start cargo: {error}")))?;
    drop(lock);
    if status.success() {
        Ok(())
    } else {
        Err(failed(format!("cargo could not install typst {VERSION}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_within_the_template_names_the_chapter_that_led_there() {
        let text = "error: dictionary does not contain key \"zz\"\n  ┌─ ../x/.paper/kracht.typ:2:15\n  │\n2 │ a\n\n  while \
                    calling `f` at ../x/.paper/chapters/a.typ:6:1\n    v(\"zz\")\n  while including `chapters/a.typ` at \
                    ../x/.paper/main.typ:3:1\n\nwarning: unknown font\n  ┌─ ../x/.paper/chapters/b.typ:1:1\n  = hint: try\n";
        let lines: Vec<String> = said(text)
            .iter()
            .map(|of| of.line("x/.paper/", Path::new("src/paper")))
            .collect();
        assert_eq!(
            lines,
            [
                "src/paper/chapters/a.typ:6:1: error: dictionary does not contain key \"zz\"",
                "src/paper/chapters/b.typ:1:1: warning: unknown font (try)"
            ]
        );
    }

    #[test]
    fn what_is_no_diagnostic_names_no_chapter() {
        assert_eq!(said("Segmentation fault"), []);
    }
}
