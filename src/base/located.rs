//! Where something stands in a file, and what is wrong there: `file:line:column: message`, with a hint.
//!
//! In: the text of a file and a place in it: what serde read ([`At`]), an offset in bytes, a line of a CSV file, or a
//! place inside a text that stands in a TOML string. Out: a [`Complaint`], the one error for whatever a person wrote.
//! Columns count characters from 1, as editors do. A string of TOML with escapes or over several lines does not show
//! where its characters stand: there the place is where the string starts.

use std::borrow::Cow;
use std::fmt;
use std::ops::{Deref, Range, RangeInclusive};
use std::path::{Path, PathBuf};

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::base::failure::{Exit, Report};

/// A file that was read, to turn offsets into places.
#[derive(Clone, Debug)]
pub struct Source {
    path: PathBuf,
    text: String,
    /// Where its lines start, but for the first: places are asked by the thousand.
    starts: Vec<usize>,
}

impl Source {
    /// The text of a file.
    pub fn new(path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            path: path.into(),
            starts: text.match_indices('\n').map(|(at, _)| at + 1).collect(),
            text,
        }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The place of an offset in bytes; past the end it is the end.
    ///
    /// ```
    /// use middelgroot::base::located::Source;
    /// let source = Source::new("kaart.toml", "id = 1\ntitel = \"é\" # x");
    /// assert_eq!(source.at(0).to_string(), "kaart.toml:1:1");
    /// assert_eq!(source.at("id = 1\ntitel = \"é\" # ".len()).to_string(), "kaart.toml:2:15");
    /// ```
    pub fn at(&self, offset: usize) -> Place {
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let lines = self.starts.partition_point(|start| *start <= before.len());
        let start = lines.checked_sub(1).map_or(0, |last| self.starts[last]);
        Place {
            path: self.path.clone(),
            line: lines + 1,
            column: Some(before[start..].chars().count() + 1),
        }
    }

    /// The place `offset` bytes into a text that was read from a TOML string.
    ///
    /// ```
    /// use middelgroot::base::located::{At, Source};
    /// use std::collections::BTreeMap;
    /// let source = Source::new("x.toml", "when = \"a < b\"\nlater = \"\\u0061 < b\"\n");
    /// let read: BTreeMap<String, At<String>> = source.toml()?;
    /// assert_eq!(source.within(&read["when"], 4).to_string(), "x.toml:1:13"); // the `b`
    /// assert_eq!(source.within(&read["later"], 4).to_string(), "x.toml:2:9"); // the string: it has an escape
    /// # Ok::<(), middelgroot::base::located::Complaint>(())
    /// ```
    pub fn within(&self, text: &At<String>, offset: usize) -> Place {
        let span = text.span();
        let written = self.text.get(span.clone()).unwrap_or_default();
        let is_plain = written.get(1..written.len().saturating_sub(1)) == Some(text.as_str())
            && written.starts_with(['"', '\'']);
        self.at(if is_plain {
            span.start + 1 + offset
        } else {
            span.start
        })
    }

    /// Something is wrong with what was read.
    pub fn wrong<T>(
        &self,
        at: &At<T>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Complaint {
        self.at(at.start()).wrong(message, hint)
    }

    /// The number of a key, which must lie within bounds.
    ///
    /// # Errors
    /// With the bounds, where it is not.
    pub fn bounded<T: Copy + PartialOrd + fmt::Display>(
        &self,
        at: &At<T>,
        key: &str,
        bounds: RangeInclusive<T>,
    ) -> Result<T, Complaint> {
        self.no_thousands(at)?;
        if bounds.contains(at) {
            return Ok(**at);
        }
        let (low, high) = (bounds.start(), bounds.end());
        let hint = format!("expected a number from {low} to {high}");
        Err(self.wrong(at, format!("`{key}` is {}", **at), hint))
    }

    /// The two numbers of a key, the smaller first.
    ///
    /// # Errors
    /// When they are not, or are no numbers that a figure can be.
    pub fn span_of(
        &self,
        at: &At<Pair>,
        what: &str,
        expected: &str,
    ) -> Result<(f64, f64), Complaint> {
        self.no_thousands(at)?;
        let Pair(low, high) = **at;
        if low < high && low >= -MOST && high <= MOST {
            return Ok((low, high));
        }
        let message = format!("the {what} is empty");
        Err(self.wrong(
            at,
            message,
            format!("expected `{expected}`, numbers up to {MOST:e}"),
        ))
    }

    /// Refuses a number as Dutch text has it: to TOML `30.000` is thirty.
    fn no_thousands<T>(&self, at: &At<T>) -> Result<(), Complaint> {
        let is_grouped = |number: &&str| {
            let Some((whole, rest)) = number.split_once('.') else {
                return false;
            };
            // `0.250` and `1.125` are what they look like
            rest.len() == 3 && rest.ends_with('0') && !whole.starts_with('0') && !whole.is_empty()
        };
        let written = self.text.get(at.span()).unwrap_or_default();
        let mut numbers = written.split(|c: char| !c.is_ascii_digit() && c != '.');
        let Some(number) = numbers.find(is_grouped) else {
            return Ok(());
        };
        let (thousands, short) = (number.replace('.', "_"), number.trim_end_matches('0'));
        let hint = format!("write `{thousands}`, or `{}`", short.trim_end_matches('.'));
        let message = format!("`{number}` is {} in TOML", short.trim_end_matches('.'));
        Err(self.wrong(at, message, hint))
    }

    /// Reads the text as TOML.
    ///
    /// # Errors
    /// With line and column, when it is no TOML or has a key or value that is not expected.
    ///
    /// ```
    /// use middelgroot::base::failure::Report;
    /// use middelgroot::base::located::Source;
    /// use std::collections::BTreeMap;
    /// let error = Source::new("x.toml", "a = 1\nb = true\n").toml::<BTreeMap<String, i32>>().unwrap_err();
    /// assert_eq!(error.to_string(), "x.toml:2:5: invalid type: boolean `true`");
    /// assert_eq!(error.hint().as_deref(), Some("expected i32"));
    /// ```
    pub fn toml<T: DeserializeOwned>(&self) -> Result<T, Complaint> {
        toml::from_str(&self.text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            // serde says `unknown field x, expected one of …` in one line: the second half is the hint
            let message = error.message().replace('\n', " ");
            let (message, mut expected) = match message.split_once(", expected ") {
                Some((message, expected)) => (message, expected.to_owned()),
                None => (message.as_str(), "valid TOML".to_owned()),
            };
            if let Some(key) = message.strip_prefix("missing field ") {
                expected = format!("the key {key}");
            }
            let (before, after) = self.text.split_at_checked(start).unwrap_or_default();
            if after.starts_with(',') && before.ends_with(|c: char| c.is_ascii_digit()) {
                expected += DECIMAL_POINT;
            }
            self.at(start)
                .wrong(message, format!("expected {expected}"))
        })
    }
}

/// The largest number that a bound of figures can be.
const MOST: f64 = 1e12;

/// What to do where a decimal comma may be meant.
const DECIMAL_POINT: &str = "; decimals have a point in TOML: `20.5` and not `20,5`";

/// Two numbers, as `[0, 100]`: serde's own pairs leave out in silence what comes after the second.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "Vec<f64>")]
pub struct Pair(
    /// The first.
    pub f64,
    /// The second.
    pub f64,
);

impl TryFrom<Vec<f64>> for Pair {
    type Error = String;

    fn try_from(numbers: Vec<f64>) -> Result<Self, String> {
        match numbers[..] {
            [first, second] => Ok(Self(first, second)),
            _ => Err(format!(
                "{} numbers, expected two{DECIMAL_POINT}",
                numbers.len()
            )),
        }
    }
}

impl JsonSchema for Pair {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Pair".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        <[f64; 2]>::json_schema(generator)
    }
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// File.
    pub path: PathBuf,
    /// Line, from 1; 0 where none is known.
    pub line: usize,
    /// Column in characters, from 1; none where only the line is known.
    pub column: Option<usize>,
}

impl Place {
    /// A line of a file, such as a CSV file or a chapter.
    ///
    /// ```
    /// use middelgroot::base::located::Place;
    /// let error = Place::line("networks.csv", 3).wrong("`x` is no date", "expected a date");
    /// assert_eq!(error.to_string(), "networks.csv:3: `x` is no date");
    /// ```
    pub fn line(path: impl Into<PathBuf>, line: usize) -> Self {
        Self {
            path: path.into(),
            line,
            column: None,
        }
    }

    /// Something is wrong here; an empty hint is none.
    pub fn wrong(self, message: impl Into<String>, hint: impl Into<String>) -> Complaint {
        Complaint {
            place: self,
            message: message.into(),
            hint: hint.into(),
            exit: Exit::Usage,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        self.column.map_or(Ok(()), |column| write!(f, ":{column}"))
    }
}

/// Something that a person wrote is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}")]
pub struct Complaint {
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// What to do about it, or the nearest names; empty when there is nothing to say.
    pub hint: String,
    /// The exit status it ends the program with: [`Exit::Usage`] unless [`Self::ending`] says otherwise.
    pub exit: Exit,
}

impl Complaint {
    /// The same with another exit status.
    #[must_use]
    pub fn ending(self, exit: Exit) -> Self {
        Self { exit, ..self }
    }
}

impl Report for Complaint {
    fn hint(&self) -> Option<String> {
        (!self.hint.is_empty()).then(|| self.hint.clone())
    }

    fn exit(&self) -> Exit {
        self.exit
    }
}

/// The hint with the names that share most with a wrong one, the nearest first.
///
/// ```
/// use middelgroot::base::located::nearest;
/// assert_eq!(nearest("inwonrs", ["lasten", "inwoners", "inkomen"]), "the nearest are `inwoners`, `inkomen`, `lasten`");
/// assert_eq!(nearest("x", []), "there are none");
/// ```
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let mut ranked: Vec<_> = known
        .into_iter()
        .map(|name| (strsim::levenshtein(wrong, name), name))
        .collect();
    ranked.sort_unstable();
    let names: Vec<_> = ranked
        .iter()
        .take(3)
        .map(|(_, name)| format!("`{name}`"))
        .collect();
    if names.is_empty() {
        return "there are none".to_owned();
    }
    format!("the nearest are {}", names.join(", "))
}

/// A value read from TOML, with where it stands. In a JSON Schema it is the value alone.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(transparent)]
pub struct At<T>(toml::Spanned<T>);

impl<T> At<T> {
    /// From where to where it stands, in bytes.
    pub fn span(&self) -> Range<usize> {
        self.0.span()
    }

    /// Where it starts, in bytes.
    pub fn start(&self) -> usize {
        self.span().start
    }

    /// The value alone.
    pub fn into_inner(self) -> T {
        self.0.into_inner()
    }

    /// Another value at the same place.
    pub fn with<U>(&self, value: U) -> At<U> {
        At(toml::Spanned::new(self.span(), value))
    }
}

impl<T> Deref for At<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.get_ref()
    }
}

/// The JSON Schema of a kind of file, in the draft that editors of TOML know.
pub fn schema<T: JsonSchema>() -> Schema {
    SchemaSettings::draft07()
        .into_generator()
        .into_root_schema_for::<T>()
}

impl<T: JsonSchema> JsonSchema for At<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}
