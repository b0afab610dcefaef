//! The formula of a fact with its numbers filled in, in Dutch: what the appendix prints and `explain` shows.
//!
//! Sums go in region order, as the comparison made them, so that numerator and denominator are those it divided.

use super::derivation::Derivation;
use super::trace::{Row, Trace};
use super::{Fact, Register, print};
use crate::compare::GroupId;
use crate::gemeente::{NEDERLAND_NUMBER, region_code};
use crate::number;
use crate::query::{Formula, Way};

/// Writes formulas.
#[derive(Clone, Copy)]
pub(super) struct Writer<'r, 'a> {
    pub register: &'r Register<'a>,
    pub trace: &'r Trace<'a>,
}

/// Sums over the members of a group that have a value.
struct Sums {
    num: f64,
    den: f64,
    with_value: usize,
    members: usize,
    den_year: Option<i32>,
    way: usize,
}

impl Writer<'_, '_> {
    /// The formula of a fact.
    pub(super) fn of_fact(self, fact: &Fact, derivation: Option<&Derivation>) -> String {
        match (&fact.lacking, derivation) {
            (Some(why), _) => why.clone(),
            (None, Some(derivation)) => self.text(fact.indicator, derivation),
            (None, None) => String::new(),
        }
    }

    fn text(self, indicator: usize, derivation: &Derivation) -> String {
        match derivation {
            Derivation::Ratio {
                group,
                year,
                scale,
                minus,
            }
            | Derivation::Share {
                group,
                year,
                scale,
                minus,
            } => {
                let share = matches!(derivation, Derivation::Share { .. });
                let Some(mut sums) = self.sums(indicator, *group, *year) else {
                    return String::new();
                };
                if share {
                    sums.den /= sums.with_value as f64;
                }
                self.quotient(indicator, *year, &sums, (*scale, *minus))
            }
            Derivation::Sum { group, year } => self
                .sums(indicator, *group, *year)
                .map_or_else(String::new, |sums| {
                    format!("som van {} leden: {}", sums.members, amount(sums.num))
                }),
            Derivation::Published { year } => self.published(indicator, *year),
            Derivation::SizeClass { year, scale } => {
                let row = self.trace.row(indicator, *year, NEDERLAND_NUMBER);
                let pair = row.and_then(|row| row.num.zip(row.den));
                pair.map_or_else(String::new, |(num, den)| {
                    let scale = times(*scale);
                    format!(
                        "inwoners van gemeenten in de klasse {} / alle inwoners {}{scale}",
                        amount(num),
                        amount(den)
                    )
                })
            }
            Derivation::Stat { group, year, stat } => self.stat(indicator, *group, *year, stat),
            Derivation::Rank { of, .. } => {
                let ranked = of.keys().map(|group| {
                    let year = derivation_year(&of[group]);
                    let value = GroupId::parse(group).and_then(|group| {
                        self.register.lookup().group(indicator, group, year)?.value
                    });
                    format!("{group} {}", self.value(indicator, value))
                });
                format!(
                    "plaats van hoog naar laag onder {}",
                    ranked.collect::<Vec<_>>().join(", ")
                )
            }
            Derivation::Name {
                group,
                year,
                highest,
            } => {
                let side = if *highest { "hoogste" } else { "laagste" };
                let stat = if *highest { "max" } else { "min" };
                format!(
                    "lid met de {side} waarde: {}",
                    self.stat_value(indicator, *group, *year, stat)
                )
            }
            Derivation::Gemeente { region, year } => {
                let row = crate::gemeente::region_number(region)
                    .and_then(|region| self.trace.row(indicator, *year, region));
                row.map_or_else(String::new, |row| self.one(indicator, *year, &row))
            }
            Derivation::Difference {
                first,
                second,
                percent,
            } => {
                let (a, b) = (self.text(indicator, first), self.text(indicator, second));
                let (first, second) = (self.short(indicator, first), self.short(indicator, second));
                let head = if *percent {
                    format!("({first} − {second}) / {second} × 100")
                } else {
                    format!("{first} − {second}")
                };
                format!("{head}; waarin {first} = {a}; {second} = {b}")
            }
            Derivation::Times { first, second } => {
                let (a, b) = (self.text(indicator, first), self.text(indicator, second));
                let (first, second) = (self.short(indicator, first), self.short(indicator, second));
                format!("{first} / {second}; waarin {first} = {a}; {second} = {b}")
            }
            Derivation::Period {} => "de laatste periode met genoeg cijfers".to_owned(),
        }
    }

    fn value(self, indicator: usize, value: Option<f64>) -> String {
        value
            .and_then(|value| {
                print(&self.register.queries().indicators[indicator], value, false).ok()
            })
            .unwrap_or_else(|| "geen cijfer".to_owned())
    }

    /// The value of a group, in one word.
    fn short(self, indicator: usize, derivation: &Derivation) -> String {
        let year = derivation_year(derivation);
        let group = match derivation {
            Derivation::Ratio { group, .. }
            | Derivation::Share { group, .. }
            | Derivation::Sum { group, .. } => *group,
            _ => GroupId::Nederland,
        };
        let row = self.register.lookup().group(indicator, group, year);
        self.value(indicator, row.and_then(|row| row.value))
    }

    fn sums(self, indicator: usize, group: GroupId, year: i32) -> Option<Sums> {
        let members = self.register.members(group);
        let mut sums: Option<Sums> = None;
        let rows = self.trace.rows(indicator, year);
        for row in rows.filter(|row| members.contains(&row.region)) {
            let sums = sums.get_or_insert(Sums {
                num: 0.0,
                den: 0.0,
                with_value: 0,
                members: members.len(),
                den_year: row.den_year,
                way: row.way,
            });
            if row.value.is_some() {
                sums.num += row.num.unwrap_or_default();
                sums.den += row.den.unwrap_or_default();
                sums.with_value += 1;
                sums.den_year = sums.den_year.min(row.den_year).or(row.den_year);
            }
        }
        sums
    }

    /// Numerator over denominator, named and with their numbers.
    fn quotient(
        self,
        indicator: usize,
        year: i32,
        sums: &Sums,
        (scale, minus): (f64, f64),
    ) -> String {
        let way = self.register.queries().indicators[indicator]
            .ways
            .get(sums.way);
        let (above, below) = way.map_or_else(Default::default, |way| self.names(way));
        let den_year = match sums.den_year {
            Some(den_year) if den_year != year => format!(" ({den_year})"),
            _ => String::new(),
        };
        let off = if minus == 0.0 {
            String::new()
        } else {
            format!(" − {}", amount(minus))
        };
        let some = if sums.with_value < sums.members {
            format!(" ({} van {} leden)", sums.with_value, sums.members)
        } else {
            String::new()
        };
        format!(
            "{above} {} / {below}{den_year} {}{}{off}{some}",
            amount(sums.num),
            amount(sums.den),
            times(scale)
        )
    }

    /// What stands above and below the line.
    fn names(self, way: &Way) -> (String, String) {
        match way {
            Way::Quotient {
                numerator,
                denominator,
                of_nederland,
                ..
            } => {
                let of = if *of_nederland { " van Nederland" } else { "" };
                (
                    self.titles(numerator),
                    format!("{}{of}", self.titles(denominator)),
                )
            }
            Way::Mean { ratio, weight } => {
                let weight = self.titles(weight);
                (format!("{} × {weight}", self.title(ratio)), weight)
            }
            Way::Total { total } => (self.titles(total), String::new()),
            Way::Distribution { topic } | Way::SizeClass { topic, .. } => {
                (self.title(topic), String::new())
            }
        }
    }

    fn title(self, topic: &str) -> String {
        let topics = &self.register.queries().topics;
        topics
            .iter()
            .find(|known| known.id == topic)
            .map_or_else(|| topic.to_owned(), |known| known.title.clone())
    }

    fn titles(self, formula: &Formula) -> String {
        let mut text = String::new();
        for (place, term) in formula.terms.iter().enumerate() {
            match (place, term.negative) {
                (0, false) => {}
                (_, true) => text.push_str(" − "),
                (_, false) => text.push_str(" + "),
            }
            text.push_str(&self.title(&term.topic));
        }
        text
    }

    fn published(self, indicator: usize, year: i32) -> String {
        let row = self.trace.row(indicator, year, NEDERLAND_NUMBER);
        row.map_or_else(String::new, |row| {
            format!(
                "cijfer voor Nederland van de bron: {}",
                self.one(indicator, year, &row)
            )
        })
    }

    /// The formula of one region.
    fn one(self, indicator: usize, year: i32, row: &Row) -> String {
        let way = self.register.queries().indicators[indicator]
            .ways
            .get(row.way);
        let (scale, minus) = match way {
            Some(Way::Quotient { scale, minus, .. }) => (*scale, *minus),
            Some(Way::Mean { .. }) => (1.0, 0.0),
            _ => return self.value(indicator, row.value),
        };
        let (Some(num), Some(den)) = (row.num, row.den) else {
            return self.value(indicator, row.value);
        };
        let sums = Sums {
            num,
            den,
            with_value: 1,
            members: 1,
            den_year: row.den_year,
            way: row.way,
        };
        self.quotient(indicator, year, &sums, (scale, minus))
    }

    fn stat(self, indicator: usize, group: GroupId, year: i32, stat: &str) -> String {
        let Some(row) = self.register.lookup().group(indicator, group, year) else {
            return String::new();
        };
        let over = format!("{} van {} leden met een cijfer", row.n, row.members);
        match stat {
            "n" | "members" => over,
            "min" | "max" => format!(
                "{} over {over}: {}",
                if stat == "min" { "laagste" } else { "hoogste" },
                self.stat_value(indicator, group, year, stat)
            ),
            "q1" => format!("eerste kwartiel over {over}"),
            "median" => format!("mediaan over {over}"),
            "q3" => format!("derde kwartiel over {over}"),
            _ => format!("ongewogen gemiddelde over {over}"),
        }
    }

    /// The lowest or highest member with its value.
    fn stat_value(self, indicator: usize, group: GroupId, year: i32, stat: &str) -> String {
        let members = self.register.members(group);
        let codes: Vec<String> = members.into_iter().map(region_code).collect();
        let lookup = self.register.lookup();
        let found = lookup.extreme(
            indicator,
            codes.iter().map(String::as_str),
            year,
            stat == "max",
        );
        found.map_or_else(String::new, |code| {
            let value = lookup
                .gemeente(indicator, &code, year)
                .and_then(|cell| cell.value);
            let name = self.register.figures().gemeenten.regions.short_name(&code);
            format!("{name}, {}", self.value(indicator, value))
        })
    }
}

fn derivation_year(derivation: &Derivation) -> i32 {
    match derivation {
        Derivation::Ratio { year, .. }
        | Derivation::Share { year, .. }
        | Derivation::Sum { year, .. }
        | Derivation::Published { year }
        | Derivation::SizeClass { year, .. }
        | Derivation::Stat { year, .. }
        | Derivation::Rank { year, .. }
        | Derivation::Name { year, .. }
        | Derivation::Gemeente { year, .. } => *year,
        Derivation::Difference { first, .. } | Derivation::Times { first, .. } => {
            derivation_year(first)
        }
        Derivation::Period {} => 0,
    }
}

/// A number of a formula: whole where it is or where it is large, else with a few decimals.
pub(crate) fn amount(value: f64) -> String {
    let decimals = if value.fract() == 0.0 || value.abs() >= 100_000.0 {
        0
    } else if value.abs() >= 100.0 {
        1
    } else {
        3
    };
    number::round(value, decimals).map_or_else(|_| value.to_string(), |rounded| rounded.to_string())
}

fn times(scale: f64) -> String {
    if scale.total_cmp(&1.0).is_eq() {
        String::new()
    } else {
        format!(" × {}", amount(scale))
    }
}
