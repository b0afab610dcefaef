//! Where CBS keeps a topic, in one line: `TABLE YEARS: TITLE PATH [UNIT]`.
//!
//! In: that line, such as `kwb 2020..: Zorg > Wmo-cliënten`. Out: an [`InPlace`]. In a title path `…` stands for any
//! levels, also none. A unit that is not given is that of a number of things for a count, so that a figure in euros
//! cannot pass for one; what fits a ratio is said by whoever asks for it. CBS writes thousands into its units
//! (`x 1 000 euro`): [`amount`] takes them out.

use super::years::Years;

/// What stands for any levels of a title path.
pub const ANY_LEVELS: &str = "…";

/// A topic written in place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InPlace {
    /// A table id or a family.
    pub table: String,
    /// The years taken from there.
    pub years: Years,
    /// Title path, levels joined with ` > `.
    pub path: String,
    /// Unit as CBS prints it, where it is given.
    pub unit: Option<String>,
}

impl InPlace {
    /// Whether a text is a topic in place and not a sum of topics: only the first has a `:`.
    ///
    /// ```
    /// use middelgroot::query::InPlace;
    /// assert!(InPlace::is_one("kwb: Wonen > Woningvoorraad"));
    /// assert!(!InPlace::is_one("inwoners-0-15 + inwoners-15-25"));
    /// ```
    pub fn is_one(text: &str) -> bool {
        text.contains(':')
    }

    /// Parses `TABLE YEARS: TITLE PATH [UNIT]`; years and unit may be left out.
    ///
    /// # Errors
    /// What was expected, as text.
    ///
    /// ```
    /// use middelgroot::query::InPlace;
    /// let topic = InPlace::parse("kwb ..2021: Wonen > … > Gemiddelde woningwaarde [x 1 000 euro]")?;
    /// assert_eq!((topic.table.as_str(), topic.years.to), ("kwb", 2021));
    /// assert_eq!(topic.path, "Wonen > … > Gemiddelde woningwaarde");
    /// assert_eq!(topic.unit.as_deref(), Some("x 1 000 euro"));
    /// # Ok::<(), String>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, String> {
        let expected = || {
            "expected `TABLE: TITLE PATH`, such as `kwb 2020..: Zorg > Wmo-cliënten` or `85005NED: Woningen > … [kWp]`"
                .to_owned()
        };
        let (head, tail) = text.split_once(':').ok_or_else(expected)?;
        let mut head = head.split_whitespace();
        let table = head.next().ok_or_else(expected)?.to_owned();
        let years = head.next().map_or(Ok(Years::default()), Years::parse);
        let years = years.map_err(|years| format!("expected {years}"))?;
        let (path, unit) = match tail.trim_end().strip_suffix(']') {
            None => (tail, None),
            Some(rest) => rest
                .rsplit_once(" [")
                .map(|(path, unit)| (path, Some(unit.trim().to_owned())))
                .ok_or_else(expected)?,
        };
        let mut levels: Vec<_> = path.split('>').map(one_line).collect();
        // any levels twice are any levels, and looking for both takes long
        levels.dedup_by(|next, level| next == ANY_LEVELS && level == ANY_LEVELS);
        let is_bare = levels.iter().all(|level| level == ANY_LEVELS);
        if head.next().is_some() || is_bare || levels.iter().any(String::is_empty) {
            return Err(expected());
        }
        Ok(Self {
            table,
            years,
            path: levels.join(" > "),
            unit,
        })
    }
}

/// Whether values of a topic may be added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TopicKind {
    /// They may: inhabitants, euros.
    Count,
    /// They may not: a percentage, an average, a distance.
    Ratio,
}

/// Which units fit a topic that is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// Any.
    #[default]
    Any,
    /// This one, but for white space.
    Given(String),
    /// That of a number of things: `aantal`, `x 1 000`.
    Number,
    /// One that only ratios have: `%`, `per 1 000 inwoners`, `km`.
    Ratio,
}

impl Unit {
    /// Whether a unit as CBS prints it fits.
    ///
    /// ```
    /// use middelgroot::query::Unit;
    /// assert!(Unit::Number.fits("x 1 000") && !Unit::Number.fits("euro"));
    /// assert!(Unit::Ratio.fits("per 1 000 inwoners") && !Unit::Ratio.fits("aantal"));
    /// ```
    pub fn fits(&self, unit: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Given(asked) => same_text(asked, unit),
            Self::Number => amount(unit).1.is_empty(),
            Self::Ratio => is_of_ratio(unit),
        }
    }

    /// The words for it in messages.
    pub fn words(&self) -> &str {
        match self {
            Self::Any => "any unit",
            Self::Given(unit) => unit,
            Self::Number => "aantal",
            Self::Ratio => "unit of a ratio",
        }
    }
}

impl From<&str> for Unit {
    fn from(unit: &str) -> Self {
        match unit {
            "" => Self::Any,
            unit => Self::Given(unit.to_owned()),
        }
    }
}

/// The factor from a unit of CBS to ones, and what is then counted; nothing for a number of things.
///
/// ```
/// use middelgroot::query::amount;
/// assert_eq!(amount("x 1 000 euro"), (1000.0, "euro"));
/// assert_eq!(amount("mln euro"), (1_000_000.0, "euro"));
/// assert_eq!(amount("aantal"), (1.0, ""));
/// assert_eq!(amount("kWp"), (1.0, "kWp"));
/// ```
pub fn amount(unit: &str) -> (f64, &str) {
    let bare = unit.trim();
    let bare = bare.strip_prefix("x ").unwrap_or(bare);
    for (word, factor) in [
        ("1 000 000", 1_000_000.0),
        ("1 000", 1000.0),
        ("mln", 1_000_000.0),
    ] {
        let rest = bare.strip_prefix(word);
        if let Some(rest) = rest.filter(|rest| rest.is_empty() || rest.starts_with(' ')) {
            return (factor, rest.trim());
        }
    }
    (1.0, if bare == "aantal" { "" } else { bare })
}

/// Whether only a ratio has this unit.
///
/// ```
/// use middelgroot::query::is_of_ratio;
/// assert!(is_of_ratio("% van de woningen") && is_of_ratio("2015 = 100") && is_of_ratio("euro/m²"));
/// assert!(!is_of_ratio("x 1 000 euro") && !is_of_ratio("kWh"));
/// ```
pub fn is_of_ratio(unit: &str) -> bool {
    let unit = unit.trim().to_lowercase();
    let first = unit.split_whitespace().next().unwrap_or_default();
    let is_share = ["%", "\u{2030}", "/", "= 100", "=100"]
        .iter()
        .any(|sign| unit.contains(sign));
    let is_word = [
        "km",
        "index",
        "indexcijfer",
        "code",
        "procent",
        "procentpunt",
        "pct",
        "percentage",
        "promille",
        "ratio",
    ];
    is_share || is_word.contains(&first) || format!(" {unit}").contains(" per ")
}

/// Whether a topic is an average, a median or a share by its title, its unit, or the decimals of what should be a number
/// of things: of gemeenten that merge it does not add up.
///
/// ```
/// use middelgroot::query::is_average;
/// assert!(is_average("Wonen > Gemiddelde woningwaarde", "x 1 000 euro", 0));
/// assert!(is_average("Restaurant > Aantal restaurants > Binnen 3 km", "aantal", 1));
/// assert!(!is_average("Wonen > Woningvoorraad", "aantal", 0));
/// assert!(!is_average("Particuliere huishoudens", "x 1 000", 1));
/// ```
pub fn is_average(title: &str, unit: &str, decimals: u32) -> bool {
    const WORDS: [&str; 7] = [
        "gemiddeld",
        "gemiddelde",
        "mediaan",
        "mediane",
        "percentage",
        "relatief",
        "relatieve",
    ];
    let title = title.to_lowercase();
    let mut words = title.split(|c: char| !c.is_alphanumeric());
    let is_named = words.any(|word| WORDS.contains(&word));
    is_named || is_of_ratio(unit) || (decimals > 0 && matches!(unit.trim(), "aantal" | ""))
}

/// Whether a title path is the one that is asked, in which `…` stands for any levels.
///
/// ```
/// use middelgroot::query::title_fits;
/// assert!(title_fits("Wonen > … > Totaal", "Wonen > Huur > Particulier > Totaal"));
/// assert!(title_fits("Wonen > … > Totaal", "Wonen > Totaal"));
/// assert!(!title_fits("Wonen > Totaal", "Wonen > Huur > Totaal"));
/// ```
pub fn title_fits(asked: &str, title: &str) -> bool {
    let levels = |text: &str| text.split(" > ").map(one_line).collect::<Vec<_>>();
    levels_fit(&levels(asked), &levels(title))
}

fn levels_fit(asked: &[String], title: &[String]) -> bool {
    match asked.split_first() {
        None => title.is_empty(),
        Some((level, rest)) if level == ANY_LEVELS => {
            (0..=title.len()).any(|from| levels_fit(rest, &title[from..]))
        }
        Some((level, rest)) => title.first() == Some(level) && levels_fit(rest, &title[1..]),
    }
}

/// Titles and units are the same when only white space differs.
fn same_text(a: &str, b: &str) -> bool {
    a.split_whitespace().eq(b.split_whitespace())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_place_is_refused() {
        for text in [
            "kwb",
            "kwb:",
            ": Wonen",
            "kwb 2020.. extra: Wonen",
            "kwb twintig: Wonen",
            "kwb: …",
            "kwb: Wonen > > Totaal",
            "kwb: Wonen]",
        ] {
            assert!(InPlace::parse(text).is_err(), "{text}");
        }
        let brackets = InPlace::parse("kwb: Europa (exclusief Nederland)").unwrap();
        assert_eq!(brackets.unit, None);
        let any = InPlace::parse("kwb: … > … > Totaal > … > …").unwrap();
        assert_eq!(any.path, "… > Totaal > …");
        let colon = InPlace::parse("83648NED: Soort: diefstal > Totaal").unwrap();
        assert_eq!(colon.path, "Soort: diefstal > Totaal");
    }

    #[test]
    fn a_unit_says_how_many_and_of_what() {
        assert_eq!(amount("x 1 000"), (1000.0, ""));
        assert_eq!(amount("1 000 euro"), (1000.0, "euro"));
        assert_eq!(amount("m³"), (1.0, "m³"));
        assert!(
            is_of_ratio("per km²") && is_of_ratio("euro per inwoner") && !is_of_ratio("perceel")
        );
    }
}
