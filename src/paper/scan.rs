//! Reading chapters for what they use: `f("…")`, `keuze("…", "…", …)`, `als("…")`, `bewering("…")` and `grafiek("…")`.
//!
//! The names are literal, so that reading suffices and Typst need not run to know which facts a paper wants. A literal
//! text elsewhere in code that is the id of a fact or claim is a use too, since a chapter may hand it on. A name that is
//! none ends here, with file, line and column. A chapter that no document includes uses nothing, and is named.

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::DOCUMENTS;
use super::markup::{Call, Markup};
use super::pictures::Pictures;
use super::press::Press;
use super::uses::{Use, UseKind};
use crate::base::failure::Failure;
use crate::base::family;
use crate::base::files;
use crate::base::located::{Place, Source, nearest};
use crate::query::{FactId, Misread, Queries};

/// Sources of what is no part of the paper: pictures of the charts, sheets of gemeenten.
const APART: [&str; 3] = [
    super::figures::SOURCE,
    super::bundle::SHEET,
    super::bundle::SHEET_WORDS,
];

/// Starts a line that goes on with the one before it.
pub const GOES_ON: char = '\0';

/// A use as it prints something.
#[derive(Debug)]
pub struct Printing<'c> {
    /// What is used.
    pub kind: UseKind,
    /// The words that a choice is made of: higher, equal, lower.
    pub words: Option<[&'c str; 3]>,
}

/// A file of the paper.
#[derive(Debug)]
pub struct Chapter {
    pub(super) source: Source,
    pub(super) markup: Markup,
    /// The calls that use something, by their place among all.
    pub(super) calls: Vec<(usize, UseKind)>,
    /// The texts that name an earlier year, each with the fact of the year that it comes to.
    pub(super) settled: Vec<(Range<usize>, FactId)>,
}

/// The files of the paper, read.
#[derive(Debug)]
pub struct Chapters {
    /// What they use, by file and line.
    pub uses: Vec<Use>,
    /// Files that no document includes, directly or by another.
    pub apart: Vec<PathBuf>,
    /// The press release.
    pub press: Press,
    /// The pictures of the house style.
    pub pictures: Pictures,
    pub(super) files: Vec<Chapter>,
}

impl Chapters {
    /// Lines of the chapters in which a text stands, but for those that are a comment.
    pub fn lines_with<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (Place, &'a str)> {
        self.files.iter().flat_map(move |chapter| {
            let lines = chapter.source.text().lines().zip(1..);
            let named = lines.filter(move |(line, _)| {
                line.contains(text) && !line.trim_start().starts_with("//")
            });
            named.map(|(line, number)| (Place::line(chapter.path(), number), line.trim()))
        })
    }

    /// Reads every file of a folder, and takes the font of the house.
    ///
    /// # Errors
    /// When a file cannot be read, or names what is not in `queries/`.
    pub fn read(folder: &Path, queries: &Queries) -> Result<Self, Failure> {
        let mut paths = Vec::new();
        gather(folder, &mut paths)?;
        paths.sort();
        // these are set from texts that the program gives
        let web = folder.join(super::bundle::SOURCES);
        let is_apart = |path: &PathBuf| {
            let apart = APART.iter().any(|name| *path == folder.join(name));
            apart || path.starts_with(&web)
        };
        paths.retain(|path| !is_apart(path));
        let mut read = Vec::new();
        for path in paths {
            let text = files::read_text(&path)?;
            read.push(Chapter::read(Source::new(path, text), queries)?);
        }
        let included = included(folder, &read);
        let (mut uses, mut apart) = (Vec::new(), Vec::new());
        for chapter in &read {
            let path = chapter.source.path();
            let found = chapter.uses(queries);
            if included.as_ref().is_none_or(|known| known.contains(path)) {
                uses.extend(found);
            } else {
                apart.push(path.to_owned());
            }
        }
        if let Some(fonts) = &queries.house.fonts {
            let paths = fonts.each_ref().map(|path| folder.join(path));
            family::choose(paths.each_ref().map(PathBuf::as_path))?;
        }
        let press = Press::read(folder, queries)?;
        uses.extend(press.uses.iter().cloned());
        Ok(Self {
            uses,
            apart,
            press,
            pictures: Pictures::read(folder)?,
            files: read,
        })
    }

    /// The files that the paper is made of.
    pub fn printed(&self) -> impl Iterator<Item = &Chapter> {
        let is_apart = |chapter: &&Chapter| {
            !self
                .apart
                .iter()
                .any(|path| *path == *chapter.source.path())
        };
        self.files.iter().filter(is_apart)
    }
}

fn gather(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<(), files::Error> {
    for entry in files::at("read", folder, fs::read_dir(folder))? {
        let path = files::at("read", folder, entry)?.path();
        if path.is_dir() {
            gather(&path, paths)?;
        } else if path.extension().is_some_and(|extension| extension == "typ") {
            paths.push(path);
        }
    }
    Ok(())
}

/// The files that documents include or import, directly or by another; none where there is no document.
fn included(folder: &Path, files: &[Chapter]) -> Option<BTreeSet<PathBuf>> {
    let of = |path: &Path| files.iter().find(|chapter| chapter.source.path() == path);
    let documents = DOCUMENTS
        .iter()
        .map(|document| folder.join(document.source));
    let mut open: Vec<PathBuf> = documents.filter(|path| of(path).is_some()).collect();
    if open.is_empty() {
        return None;
    }
    let mut known = BTreeSet::new();
    while let Some(path) = open.pop() {
        let Some(chapter) = of(&path).filter(|_| known.insert(path.clone())) else {
            continue;
        };
        for (at, name) in &chapter.markup.strings {
            // one of several may be chosen: `#import (if … { "a.typ" } else { "b.typ" }): *`
            let before = &chapter.source.text()[..at - 1];
            let line = before.rsplit('\n').next().unwrap_or_default();
            let is_brought = ["include", "import"].iter().any(|word| line.contains(word));
            let is_source = Path::new(name).extension().is_some_and(|end| end == "typ");
            if !is_brought || !is_source {
                continue;
            }
            let beside = path.parent().unwrap_or(folder);
            open.push(match name.strip_prefix('/') {
                Some(rest) => folder.join(rest),
                None => joined(beside, name),
            });
        }
    }
    Some(known)
}

/// A path beside another, `../` taken out.
fn joined(folder: &Path, name: &str) -> PathBuf {
    let mut path = folder.to_owned();
    for part in name.split('/') {
        match part {
            ".." => drop(path.pop()),
            "." | "" => {}
            part => path.push(part),
        }
    }
    path
}

/// The functions by which chapters use something, and how many names each takes.
const FUNCTIONS: [(&str, usize); 8] = [
    ("f", 1),
    ("f-en", 1),
    ("keuze", 2),
    ("keuze-en", 2),
    ("als", 1),
    ("heeft", 1),
    ("bewering", 1),
    ("grafiek", 1),
];

/// How many names a function takes; none for other functions.
pub(super) fn names_of(call: &Call) -> Option<usize> {
    let known = FUNCTIONS.iter().find(|(name, _)| *name == call.name);
    known.map(|(_, needed)| *needed)
}

impl Chapter {
    pub(super) fn read(source: Source, queries: &Queries) -> Result<Self, Failure> {
        let mut chapter = Self {
            markup: Markup::read(source.text()),
            source,
            calls: Vec::new(),
            settled: Vec::new(),
        };
        chapter.calls = chapter.used(queries)?;
        let names = queries.names();
        let strings = chapter.markup.strings.iter();
        let earlier = strings.filter(|(_, text)| text.contains('@'));
        let settled = earlier.filter_map(|(at, text)| {
            let asked = FactId::find(text, &names)?;
            asked.years.earlier()?;
            Some((*at..*at + text.len(), queries.settled(&asked)))
        });
        chapter.settled = settled.collect();
        Ok(chapter)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        self.source.path()
    }

    /// The text with each use in it replaced by what it prints, line for line, and without comments.
    ///
    /// # Errors
    /// Whatever `print` reports.
    pub fn replaced<E>(
        &self,
        print: &dyn Fn(&Printing<'_>) -> Result<Option<String>, E>,
    ) -> Result<String, E> {
        let text = self.source.text();
        let mut edits: Vec<(Range<usize>, String)> = Vec::new();
        for comment in &self.markup.comments {
            edits.push((comment.clone(), String::new()));
        }
        for (call, kind) in &self.calls {
            let call = &self.markup.calls[*call];
            let words: Vec<&str> = call.strings.iter().map(|(_, text)| text.as_str()).collect();
            let words = match words[..] {
                [_, _, higher, equal, lower] => Some([higher, equal, lower]),
                _ => None,
            };
            let start = call.range.start - usize::from(call.in_prose);
            let printing = Printing {
                kind: kind.clone(),
                words,
            };
            if let Some(said) = print(&printing)? {
                edits.push((start..call.closed + 1, said));
            }
        }
        edits.sort_by_key(|(range, _)| range.start);
        let (mut out, mut at) = (String::with_capacity(text.len()), 0);
        for (range, said) in edits {
            let end = range.end.min(text.len());
            if range.start < at {
                continue;
            }
            out.push_str(&text[at..range.start]);
            out.push_str(&said);
            // the line goes on, and the places of those after it stay
            let lines = text[range.start..end].matches('\n').count();
            out.push_str(&format!("\n{GOES_ON}").repeat(lines));
            at = end;
        }
        out.push_str(&text[at..]);
        Ok(out)
    }

    /// The calls that use something.
    fn used(&self, queries: &Queries) -> Result<Vec<(usize, UseKind)>, Failure> {
        let mut found = Vec::new();
        for (place, call) in self.markup.calls.iter().enumerate() {
            if names_of(call).is_some_and(|needed| call.strings.len() >= needed) {
                let kind = kind(call, queries)
                    .map_err(|wrong| self.source.at(wrong.at).wrong(wrong.message, wrong.hint))?;
                found.push((place, kind));
            }
        }
        Ok(found)
    }

    fn uses(&self, queries: &Queries) -> Vec<Use> {
        let (mut found, mut read, mut handed) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        for (place, kind) in &self.calls {
            let call = &self.markup.calls[*place];
            read.extend(call.strings.iter().map(|(at, _)| *at));
            found.push((call.range.start, kind.clone()));
        }
        for call in &self.markup.calls {
            // what another function is called with may be a theme of the same name as a claim
            handed.extend(call.strings.iter().map(|(at, _)| *at));
        }
        let strings = self.markup.strings.iter();
        for (at, text) in strings.filter(|(at, _)| !read.contains(at)) {
            let is_claim = queries.claims.iter().any(|claim| claim.id == *text);
            let claim = (is_claim && !handed.contains(at)).then(|| UseKind::Claim(text.clone()));
            let fact = FactId::find(text, &queries.names());
            let fact = fact.map(|asked| UseKind::Fact(queries.settled(&asked)));
            let kind = fact.or(claim);
            found.extend(kind.map(|kind| (*at, kind)));
        }
        found.sort_by_key(|(at, _)| *at);
        let used = |(at, kind)| Use {
            path: self.source.path().to_owned(),
            line: self.source.at(at).line,
            kind,
        };
        found.into_iter().map(used).collect()
    }
}

/// What a call uses.
fn kind(call: &Call, queries: &Queries) -> Result<UseKind, Misread> {
    let fact = |place: usize| {
        let (at, id) = &call.strings[place];
        let asked = FactId::parse(id, &queries.names()).map_err(|wrong| wrong.after(*at))?;
        Ok(queries.settled(&asked))
    };
    let (at, id) = &call.strings[0];
    let named = |what: &str, known: Vec<&str>| {
        if known.contains(&id.as_str()) {
            return Ok(id.clone());
        }
        let hint = nearest(id, known);
        Err(Misread::new(
            *at,
            format!("there is no {what} `{id}`"),
            hint,
        ))
    };
    Ok(match call.name.as_str() {
        "f" | "f-en" => UseKind::Fact(fact(0)?),
        "keuze" | "keuze-en" => UseKind::Choice(fact(0)?, fact(1)?),
        "als" | "heeft" => UseKind::Condition(fact(0)?),
        "bewering" => {
            let claims = queries.claims.iter().map(|claim| claim.id.as_str());
            UseKind::Claim(named("claim", claims.collect())?)
        }
        _ => {
            let charts = queries.charts.iter().map(|chart| chart.id.as_str());
            UseKind::Chart(named("chart", charts.collect())?)
        }
    })
}
