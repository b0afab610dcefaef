//! The formula of a fact with its numbers filled in, in Dutch: what the appendix prints and `explain` shows.
//!
//! Sums go in region order, as the comparison made them, so that numerator and denominator are those it divided.

use super::{Fact, Register, print};
use crate::base::number::amount;
use crate::evidence::Derivation;
use crate::figures::{Cell, Figures};
use crate::gemeente::RegionId;
use crate::gemeente::group::Group;
use crate::query::{Formula, Indicator, Queries, TopicId, Way};

/// The formula of a fact.
pub fn formula(fact: &Fact, derivation: Option<&Derivation>, register: &Register<'_>) -> String {
    let writer = Writer {
        register,
        fact,
        indicator: &register.queries()[fact.id.indicator],
    };
    match (&fact.lacking, derivation) {
        (Some(why), _) => why.clone(),
        (None, Some(derivation)) => writer.text(derivation),
        (None, None) => String::new(),
    }
}

/// Where a figure is that does not follow from what is at hand.
pub(super) fn stated(file: &str, group: &str, year: i32) -> String {
    format!("{group} in {year}: staat in {file}")
}

/// Writes the formulas of one fact.
#[derive(Clone, Copy)]
struct Writer<'r, 'a> {
    register: &'r Register<'a>,
    fact: &'r Fact,
    indicator: &'r Indicator,
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

impl<'r> Writer<'r, '_> {
    fn figures(self) -> &'r Figures {
        self.register.figures()
    }

    fn queries(self) -> &'r Queries {
        self.register.queries()
    }

    fn cell(self, region: RegionId, year: i32) -> Option<&'r Cell> {
        self.figures().cell(self.fact.id.indicator, region, year)
    }

    fn group(self, id: &str) -> Option<&'r Group> {
        self.figures().groups.named(id)
    }

    fn text(self, derivation: &Derivation) -> String {
        self.written(derivation).unwrap_or_default()
    }

    fn written(self, derivation: &Derivation) -> Option<String> {
        Some(match derivation {
            Derivation::Ratio {
                group,
                year,
                scale,
                minus,
            } => {
                let sums = self.sums(group, *year)?;
                self.quotient(*year, &sums, (*scale, *minus))
            }
            Derivation::Share {
                group,
                year,
                scale,
                minus,
            } => {
                let mut sums = self.sums(group, *year)?;
                sums.den /= sums.with_value as f64;
                self.quotient(*year, &sums, (*scale, *minus))
            }
            Derivation::Sum { group, year } => {
                let sums = self.sums(group, *year)?;
                format!("som van {} leden: {}", sums.members, amount(sums.num))
            }
            Derivation::Published { year } => {
                let one = self.one(*year, self.cell(RegionId::NEDERLAND, *year)?);
                format!("cijfer voor Nederland van de bron: {one}")
            }
            Derivation::SizeClass { year, scale } => self.size_class(*year, *scale)?,
            Derivation::Stat { group, year, stat } => self.stat(group, *year, stat)?,
            Derivation::Beyond {
                group,
                year,
                above,
                bar,
            } => self.beyond((group, *year), *above, bar.as_deref())?,
            Derivation::Rank { of, .. } => self.rank(of),
            Derivation::Name {
                group,
                year,
                highest,
            } => self.name(group, *year, *highest)?,
            Derivation::Gemeente { region, year } => {
                let cell = self.cell(RegionId::parse(region)?, *year)?;
                self.one(*year, cell)
            }
            Derivation::Difference {
                first,
                second,
                percent,
            } => self.of_two((first, second), |a, b| match percent {
                true => format!("({a} − {b}) / {b} × 100"),
                false => format!("{a} − {b}"),
            }),
            Derivation::Times { first, second } => {
                self.of_two((first, second), |a, b| format!("{a} / {b}"))
            }
            Derivation::Period {} => self.period().to_owned(),
            Derivation::Stated { file, group, year } => stated(file, group, *year),
        })
    }

    fn period(self) -> &'static str {
        if self.fact.id.years.is_typed() {
            "de periode waarmee wordt vergeleken"
        } else {
            "de laatste periode met genoeg cijfers"
        }
    }

    fn of_two(
        self,
        (first, second): (&Derivation, &Derivation),
        head: impl Fn(&str, &str) -> String,
    ) -> String {
        let (a, b) = (self.short(first), self.short(second));
        let (first, second) = (self.text(first), self.text(second));
        format!("{}; waarin {a} = {first}; {b} = {second}", head(&a, &b))
    }

    fn name(self, group: &str, year: i32, highest: bool) -> Option<String> {
        let side = if highest { "hoogste" } else { "laagste" };
        let extreme = self.extreme(group, year, highest)?;
        Some(format!("lid met de {side} waarde: {extreme}"))
    }

    fn beyond(
        self,
        (group, year): (&str, i32),
        above: bool,
        bar: Option<&Derivation>,
    ) -> Option<String> {
        let id = self.group(group)?.id;
        let figure = self.figures().group(self.fact.id.indicator, id, year)?;
        let side = if above { "boven" } else { "onder" };
        let bar = bar.map_or_else(
            || "nul".to_owned(),
            |bar| format!("{} ({})", self.short(bar), self.text(bar)),
        );
        let (n, members) = (figure.n, figure.members);
        Some(format!(
            "leden {side} {bar}, van de {n} met een cijfer (van {members} leden)"
        ))
    }

    fn size_class(self, year: i32, scale: f64) -> Option<String> {
        let cell = self.cell(RegionId::NEDERLAND, year)?;
        let (num, den, scale) = (amount(cell.num?), amount(cell.den?), times(scale));
        Some(format!(
            "inwoners van gemeenten in de klasse {num} / alle inwoners {den}{scale}"
        ))
    }

    fn rank(self, of: &std::collections::BTreeMap<String, Derivation>) -> String {
        let ranked = of.iter().map(|(group, derivation)| {
            let value = self.group_value(group, derivation.year());
            format!("{group} {}", self.value(value))
        });
        let ranked: Vec<String> = ranked.collect();
        format!("plaats van hoog naar laag onder {}", ranked.join(", "))
    }

    fn value(self, value: Option<f64>) -> String {
        value
            .and_then(|value| print(self.indicator, value, false).ok())
            .unwrap_or_else(|| "geen cijfer".to_owned())
    }

    fn group_value(self, group: &str, year: Option<i32>) -> Option<f64> {
        let group = self.group(group)?.id;
        let figures = self.figures();
        figures.group(self.fact.id.indicator, group, year?)?.value
    }

    /// The value of a group, in one word.
    fn short(self, derivation: &Derivation) -> String {
        let nation = &self.figures().groups.nation().name.id;
        let group = match derivation {
            Derivation::Ratio { group, .. }
            | Derivation::Share { group, .. }
            | Derivation::Sum { group, .. } => group,
            _ => nation,
        };
        self.value(self.group_value(group, derivation.year()))
    }

    fn sums(self, group: &str, year: i32) -> Option<Sums> {
        let group = self.group(group)?;
        let period = self.figures().block(self.fact.id.indicator).period(year)?;
        let mut sums = Sums {
            num: 0.0,
            den: 0.0,
            with_value: 0,
            members: group.members.len(),
            den_year: None,
            way: period.way,
        };
        let cells = self.figures().members(self.fact.id.indicator, group, year);
        for (place, (_, cell)) in cells.enumerate() {
            if place == 0 {
                sums.den_year = cell.den_year;
            }
            if cell.value().is_some() {
                sums.num += cell.num.unwrap_or_default();
                sums.den += cell.den.unwrap_or_default();
                sums.with_value += 1;
                sums.den_year = sums.den_year.min(cell.den_year).or(cell.den_year);
            }
        }
        Some(sums)
    }

    /// Numerator over denominator, named and with their numbers.
    fn quotient(self, year: i32, sums: &Sums, (scale, minus): (f64, f64)) -> String {
        let (above, below) = self.names(&self.indicator.ways[sums.way]);
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
                let below = self.titles(denominator);
                (self.titles(numerator), format!("{below}{of}"))
            }
            Way::Mean { ratio, weight } => {
                let weight = self.titles(weight);
                (format!("{} × {weight}", self.title(*ratio)), weight)
            }
            Way::Total { total } => (self.titles(total), String::new()),
            Way::Distribution { topic } | Way::SizeClass { topic, .. } => {
                (self.title(*topic).to_owned(), String::new())
            }
        }
    }

    fn title(self, topic: TopicId) -> &'r str {
        &self.queries()[topic].title
    }

    fn titles(self, formula: &Formula) -> String {
        let mut text = String::new();
        for (place, term) in formula.terms.iter().enumerate() {
            match (place, term.negative) {
                (0, false) => {}
                (_, true) => text.push_str(" − "),
                (_, false) => text.push_str(" + "),
            }
            text.push_str(self.title(term.topic));
        }
        text
    }

    /// The formula of one region.
    fn one(self, year: i32, cell: &Cell) -> String {
        let period = self.figures().block(self.fact.id.indicator).period(year);
        let way = period.map_or(0, |period| period.way);
        let factors = match &self.indicator.ways[way] {
            Way::Quotient { scale, minus, .. } => Some((*scale, *minus)),
            Way::Mean { .. } => Some((1.0, 0.0)),
            _ => None,
        };
        let (Some(factors), Some(num), Some(den)) = (factors, cell.num, cell.den) else {
            return self.value(cell.value());
        };
        let sums = Sums {
            num,
            den,
            with_value: 1,
            members: 1,
            den_year: cell.den_year,
            way,
        };
        self.quotient(year, &sums, factors)
    }

    fn stat(self, group: &str, year: i32, stat: &str) -> Option<String> {
        let id = self.group(group)?.id;
        let figure = self.figures().group(self.fact.id.indicator, id, year)?;
        let over = format!("{} van {} leden met een cijfer", figure.n, figure.members);
        let extreme = |highest: bool| self.extreme(group, year, highest).unwrap_or_default();
        Some(match stat {
            "n" | "members" => over,
            "min" => format!("laagste over {over}: {}", extreme(false)),
            "max" => format!("hoogste over {over}: {}", extreme(true)),
            "q1" => format!("eerste kwartiel over {over}"),
            "median" => format!("mediaan over {over}"),
            "q3" => format!("derde kwartiel over {over}"),
            _ => format!("ongewogen gemiddelde over {over}"),
        })
    }

    /// The lowest or highest member with its value.
    fn extreme(self, group: &str, year: i32, highest: bool) -> Option<String> {
        let (figures, group) = (self.figures(), self.group(group)?);
        let region = figures.extreme(self.fact.id.indicator, group, year, highest)?;
        let value = self.cell(region, year).and_then(Cell::value);
        Some(format!("{}, {}", figures.name(region), self.value(value)))
    }
}

fn times(scale: f64) -> String {
    if scale.total_cmp(&1.0).is_eq() {
        String::new()
    } else {
        format!(" × {}", amount(scale))
    }
}
