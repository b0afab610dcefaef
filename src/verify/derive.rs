//! Every fact derived again from what is attached: `feiten.json` says how, `bewijs.csv` and `groepen.csv` hold the figures.
//!
//! Sums go in region order, and texts are made by the module that made them for the paper. A value may differ in its
//! last bits, because the program adds in blocks; its text is that of the stored value, which must lie that close.

use std::collections::BTreeMap;

use super::asked::Asked;
use super::attached::Files;
use super::compared::Compared;
use super::gemeenten;
use super::groups;
use super::rows::{Checked, Rows, is_same, statistic};
use crate::base::number::{self, Notation, Style};
use crate::base::wording::{self, NO_FIGURE};
use crate::evidence::{Derivation, Entry, Facts, Texts};

/// How many facts were derived again, and how many only say in which published file they stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Derived {
    /// Derived from what is attached.
    pub facts: usize,
    /// Stated.
    pub stated: usize,
}

/// Derives every fact again, and the table per gemeente of what the paper was given; how many facts, and what differs.
pub fn check(files: &Files, texts: Option<&Texts>, differences: &mut Vec<String>) -> Derived {
    // a file that is missing was named already
    let Some(feiten) = files.get("feiten.json") else {
        return Derived::default();
    };
    let feiten: Facts = match serde_json::from_slice(feiten) {
        Ok(feiten) => feiten,
        Err(error) => {
            differences.push(format!("`feiten.json` cannot be read: {error}"));
            return Derived::default();
        }
    };
    let is_sheet = feiten.sheet.is_some();
    let rows = match Rows::read(files, is_sheet) {
        Some(Ok(rows)) => rows,
        Some(Err(error)) => {
            differences.push(format!("the attached figures cannot be read: {error}"));
            return Derived::default();
        }
        None => return Derived::default(),
    };
    let compared = Compared::read(files, differences);
    differences.extend(compared.check(&rows));
    if let Some(texts) = texts.filter(|_| !is_sheet) {
        differences.extend(groups::check(files, texts, &rows));
        differences.extend(gemeenten::check(texts, &rows, &compared));
    }
    let figures = Deriving {
        rows: &rows,
        compared: &compared,
    };
    let mut done = Derived::default();
    for fact in &feiten.facts {
        match (&fact.derivation, &fact.lacking) {
            (Some(Derivation::Stated { file, .. }), _) if !is_named(file, &feiten) => {
                let id = &fact.id;
                differences.push(format!(
                    "fact `{id}` stands in `{file}`, of which there is no hash"
                ));
            }
            (Some(derivation), _) => {
                let is_stated = matches!(derivation, Derivation::Stated { .. });
                done.stated += usize::from(is_stated);
                done.facts += usize::from(!is_stated);
                let asked = Asked::read(&fact.id, &rows);
                let answers = asked.and_then(|asked| asked.answers(fact, derivation, &rows));
                if let Err(wrong) = answers.and_then(|()| figures.check(fact, derivation)) {
                    differences.push(format!("fact `{}`: {wrong}", fact.id));
                }
            }
            (None, Some(_)) if fact.value.is_none() && fact.text == NO_FIGURE => {}
            (None, _) => differences.push(format!("fact `{}` has no derivation", fact.id)),
        }
    }
    done
}

/// Whether a file is one that a sheet names with its hash.
fn is_named(file: &str, facts: &Facts) -> bool {
    let named = facts.sheet.as_ref();
    named.is_some_and(|sheet| sheet.sha256.contains_key(file))
}

/// Facts are derived from rows.
struct Deriving<'a> {
    rows: &'a Rows,
    compared: &'a Compared,
}

impl Deriving<'_> {
    fn check(&self, fact: &Entry, derivation: &Derivation) -> Checked<()> {
        let text = match derivation {
            Derivation::Period {} => fact.year.map_or_else(String::new, |year| year.to_string()),
            Derivation::Name {
                group,
                year,
                highest,
            } => self.extreme(fact, group, *year, *highest)?,
            Derivation::Stated { .. } => {
                let stored = fact.value.ok_or("has a derivation and no value")?;
                print(fact, derivation, stored)?
            }
            _ => {
                let value = self.value(&fact.indicator, derivation)?;
                let stored = fact.value.ok_or("has a derivation and no value")?;
                if !is_same(value, stored) {
                    return Err(format!(
                        "its derivation gives {}, but it says {}",
                        number::csv_number(value),
                        number::csv_number(stored)
                    ));
                }
                print(fact, derivation, stored)?
            }
        };
        self.formula(fact, derivation)?;
        if text == fact.text {
            Ok(())
        } else {
            Err(format!(
                "its derivation gives `{text}`, but it says `{}`",
                fact.text
            ))
        }
    }

    /// Whether the formula that is printed names the sums that it is about.
    fn formula(&self, fact: &Entry, derivation: &Derivation) -> Checked<()> {
        let indicator = &fact.indicator;
        let sums = match derivation {
            Derivation::Ratio { group, year, .. } => {
                let (num, den, _) = self.rows.sums(indicator, group, *year)?;
                vec![num, den]
            }
            Derivation::Share { group, year, .. } | Derivation::Sum { group, year } => {
                vec![self.rows.sums(indicator, group, *year)?.0]
            }
            Derivation::Difference { first, second, .. } | Derivation::Times { first, second } => {
                self.formula(fact, first)?;
                return self.formula(fact, second);
            }
            _ => return Ok(()),
        };
        let named = sums.into_iter().map(number::amount);
        let mut missing = named.filter(|sum| !fact.formula.contains(sum.as_str()));
        missing.next().map_or(Ok(()), |sum| {
            Err(format!("its formula does not name {sum}"))
        })
    }

    fn value(&self, indicator: &str, derivation: &Derivation) -> Checked<f64> {
        let missing = || "a figure that it needs is missing".to_owned();
        Ok(match derivation {
            Derivation::Ratio {
                group,
                year,
                scale,
                minus,
            } => {
                let (num, den, _) = self.rows.sums(indicator, group, *year)?;
                num / den * scale - minus
            }
            Derivation::Share {
                group,
                year,
                scale,
                minus,
            } => {
                let (num, _, one) = self.rows.sums(indicator, group, *year)?;
                num / one.ok_or_else(missing)? * scale - minus
            }
            Derivation::Sum { group, year } => self.rows.sums(indicator, group, *year)?.0,
            Derivation::Published { year } => self
                .rows
                .nederland(indicator, *year)?
                .value
                .ok_or_else(missing)?,
            Derivation::SizeClass { year, scale } => {
                let row = self.rows.nederland(indicator, *year)?;
                let (num, den) = row.num.zip(row.den).ok_or_else(missing)?;
                num / den * scale
            }
            Derivation::Stat { group, year, stat } => {
                let rows = self.rows.members(indicator, group, *year)?;
                statistic(stat, &rows).ok_or_else(missing)?
            }
            Derivation::Beyond {
                group,
                year,
                above,
                bar,
            } => self.beyond(indicator, (group, *year), *above, bar.as_deref())?,
            Derivation::Rank { group, year, of } => self.rank(indicator, (group, *year), of)?,
            Derivation::Gemeente { region, year } => self
                .rows
                .rows(indicator, *year)?
                .get(region)
                .and_then(|row| row.value)
                .ok_or_else(missing)?,
            Derivation::Difference {
                first,
                second,
                percent,
            } => self.difference(indicator, (first, second), *percent)?,
            Derivation::Times { first, second } => {
                self.value(indicator, first)? / self.value(indicator, second)?
            }
            Derivation::Name { .. } | Derivation::Period {} | Derivation::Stated { .. } => {
                return Err(missing());
            }
        })
    }

    fn difference(
        &self,
        indicator: &str,
        (first, second): (&Derivation, &Derivation),
        percent: bool,
    ) -> Checked<f64> {
        let second = self.value(indicator, second)?;
        let difference = self.value(indicator, first)? - second;
        Ok(if percent {
            difference / second.abs() * 100.0
        } else {
            difference
        })
    }

    /// How many members print more or less than a bar.
    fn beyond(
        &self,
        indicator: &str,
        (group, year): (&str, i32),
        above: bool,
        bar: Option<&Derivation>,
    ) -> Checked<f64> {
        let bar = bar.map_or(Ok(0.0), |bar| self.value(indicator, bar))?;
        let bar = self.rows.printed(indicator, bar)?;
        let mut beyond = 0;
        for row in self.rows.members(indicator, group, year)? {
            let Some(value) = row.value else { continue };
            let value = self.rows.printed(indicator, value)?;
            beyond += i32::from(if above { value > bar } else { value < bar });
        }
        Ok(f64::from(beyond))
    }

    /// Whether a rank is among all networks that have a figure, and no other group.
    fn is_of_all(
        &self,
        indicator: &str,
        year: i32,
        of: &BTreeMap<String, Derivation>,
    ) -> Checked<()> {
        let ranked = self.compared.ranked(indicator, year, self.rows);
        if ranked.iter().copied().eq(of.keys().map(String::as_str)) {
            return Ok(());
        }
        Err(format!(
            "its rank is not among the networks that have a figure: {}",
            ranked.into_iter().collect::<Vec<_>>().join(", ")
        ))
    }

    /// One more than the networks that print higher, of all that have a figure.
    fn rank(
        &self,
        indicator: &str,
        (group, year): (&str, i32),
        of: &BTreeMap<String, Derivation>,
    ) -> Checked<f64> {
        self.is_of_all(indicator, year, of)?;
        let printed = |derivation: &Derivation| {
            self.rows
                .printed(indicator, self.value(indicator, derivation)?)
        };
        let own = of.get(group).ok_or("is not among those it ranks")?;
        let own = printed(own)?;
        let mut rank = 1;
        for other in of.values() {
            rank += i32::from(printed(other)? > own);
        }
        Ok(f64::from(rank))
    }

    /// The name of the first member with the highest or lowest value.
    fn extreme(&self, fact: &Entry, group: &str, year: i32, highest: bool) -> Checked<String> {
        let rows = self.rows.members(&fact.indicator, group, year)?;
        let mut best: Option<(f64, &str)> = None;
        for row in rows {
            let Some(value) = row.value else { continue };
            let better = best.is_none_or(|(known, _)| {
                if highest {
                    value > known
                } else {
                    value < known
                }
            });
            if better {
                best = Some((value, &row.name));
            }
        }
        best.map(|(_, name)| crate::base::csv::plain(name).to_owned())
            .ok_or_else(|| "no member has a figure".to_owned())
    }
}

/// The text of a fact's value, as the register prints it.
fn print(fact: &Entry, derivation: &Derivation, value: f64) -> Checked<String> {
    let wrong = |error: number::NumberError| error.to_string();
    let notation = Notation::parse(&fact.unit);
    let (value, words) = match derivation {
        Derivation::Times { .. } => return wording::times(value, fact.provisional).map_err(wrong),
        Derivation::Difference { .. } => (value.abs(), fact.unit == "procentpunt"),
        _ => (value, false),
    };
    let style = Style {
        words,
        provisional: fact.provisional,
        ..Style::BARE
    };
    let rounded = notation.round(value, fact.decimals).map_err(wrong)?;
    Ok(notation.text(rounded, style))
}
