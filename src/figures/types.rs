//! Types of gemeenten, and which gemeenten are alike: `queries/types.toml` says by which indicators.
//!
//! In: a figure per gemeente and mark, of the year that the paper uses. Out: [`Types`]. The rules, in their order:
//!
//! 1. What gets a type: every gemeente of the edition's size class, and the members of its subject that are larger or
//!    smaller.
//! 2. A mark that is told to be skewed goes as its natural logarithm; what is not above zero is missing then. A mark that
//!    fewer than the set share (`known`) of these gemeenten have, or that is the same everywhere, is left out. With fewer
//!    marks than `fewest-marks` there are no types.
//! 3. A gemeente that has fewer than that share of the marks gets no type. One that has enough counts, where a mark is
//!    missing, as the mean of those that get a type.
//! 4. Each mark is standardised over the gemeenten that get a type: less their mean, by their standard deviation (by n).
//!    Each gemeente counts once, so means here are of gemeenten, not of people.
//! 5. The types are a cut of the tree of Ward over the Euclidean distances, rows in region order.
//! 6. Stability: each mark is left out in turn, the tree made anew and cut into as many parts. Told are how alike both
//!    partitions are (adjusted Rand index) and which gemeenten stay in their type, matched so that most do.
//! 7. Of the numbers of types that may be, the largest is taken in which no type has less than the share `smallest` of the
//!    gemeenten and that is `firm`: the mean of the indices of rule 6 is at least so high. Where none will do, there are no
//!    types. The silhouettes of all numbers are told: gemeenten shade into each other, and no number parts them sharply.
//! 8. Types are numbered by the mean of the first mark, from high to low, and named after what sets them apart (`name`).
//! 9. Alike are the gemeenten, anywhere in the country, with the smallest distance over the marks that both have: the root
//!    of the mean of the squared differences, on the scale of rule 4. Both must have the share `known` of the marks in
//!    common. Equal distances go by code.

pub mod cluster;
mod name;

use std::collections::{BTreeMap, BTreeSet};

use super::Figures;
use crate::base::hands::in_parts;
use crate::base::sum::Sum;
use crate::gemeente::RegionId;
use crate::gemeente::group::{Group, GroupKind};
use crate::query::{IndicatorId, Mark, TypesAsked};
use cluster::{Distances, Partition, Tree, adjusted_rand, kept, mean, silhouettes, sizes};

/// How many gemeenten are told to be like one.
pub const PEERS: usize = 5;

/// What types are made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured {
    /// The year of each mark that the queries ask, in their order; none where there are no figures.
    pub years: Vec<Option<i32>>,
    /// Per gemeente its figures, in the order of the marks.
    pub values: BTreeMap<RegionId, Vec<Option<f64>>>,
    /// The gemeenten that are to get a type.
    pub to_type: BTreeSet<RegionId>,
}

/// A mark that gemeenten are told apart by, with its scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Its place among the marks that the queries ask.
    pub place: usize,
    /// The indicator.
    pub indicator: IndicatorId,
    /// The year.
    pub year: i32,
    /// Whether its logarithm is taken.
    pub log: bool,
    /// Gemeenten that get a type and have it.
    pub n: usize,
    /// Their mean, in the unit of the indicator.
    pub average: f64,
    /// Their mean on the scale: of logarithms where these are taken.
    pub mean: f64,
    /// Their standard deviation on the scale.
    pub deviation: f64,
}

impl Scale {
    /// A figure on the scale, standardised; nothing where there is none.
    fn standardised(&self, value: Option<f64>) -> Option<f64> {
        scaled(value, self.log).map(|value| (value - self.mean) / self.deviation)
    }
}

/// A gemeente with its type.
#[derive(Clone, Debug, PartialEq)]
pub struct Typed {
    /// The gemeente.
    pub region: RegionId,
    /// The place of its type.
    pub of: usize,
    /// How much nearer it is to its own type than to the next, from -1 to 1.
    pub silhouette: f64,
    /// The share of the marks that can be left out, one at a time, without it leaving its type; from 0 to 1.
    pub kept: f64,
    /// Marks that it has.
    pub marks: usize,
}

/// The mean of a type on a mark.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trait {
    /// Gemeenten of the type that have it.
    pub n: usize,
    /// Their mean in the unit of the indicator; none where none has it.
    pub average: Option<f64>,
    /// Their standardised mean, with what is missing as 0.
    pub standardised: f64,
}

/// A type.
#[derive(Clone, Debug, PartialEq)]
pub struct Type {
    /// Name in Dutch.
    pub name: String,
    /// Gemeenten that belong to it.
    pub n: usize,
    /// Its traits, in the order of the marks.
    pub traits: Vec<Trait>,
    /// The places of the marks after which it is named.
    pub named_after: Vec<usize>,
}

/// A number of types that was tried.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tried {
    /// How many types.
    pub number: usize,
    /// Mean silhouette.
    pub silhouette: f64,
    /// Gemeenten in the smallest.
    pub smallest: usize,
    /// Whether the smallest is large enough.
    pub is_large: bool,
    /// How alike the types are, on average, to those without one of the marks.
    pub rand: f64,
    /// Whether that is alike enough.
    pub is_firm: bool,
}

/// What becomes of the types without a mark.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Without {
    /// How alike the types are to those with it: the adjusted Rand index.
    pub rand: f64,
    /// The share of the gemeenten that keep their type, from 0 to 1.
    pub kept: f64,
}

/// A gemeente that is like another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peer {
    /// Which.
    pub region: RegionId,
    /// How far it is, in standard deviations per mark.
    pub distance: f64,
    /// Marks that both have.
    pub marks: usize,
}

/// Why there are no types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoTypes {
    /// No file asks for them.
    Unasked,
    /// Too few marks have figures.
    FewMarks,
    /// Too few gemeenten, or no number of types in which each is large enough.
    NoNumber,
}

/// Types of gemeenten, and which are alike.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Types {
    /// Why there are none.
    pub none: Option<NoTypes>,
    /// The marks used, in the order of the file.
    pub marks: Vec<Scale>,
    /// The types, in the order of their numbers.
    pub types: Vec<Type>,
    /// Gemeenten that have one, in region order.
    pub typed: Vec<Typed>,
    /// Gemeenten that should have one and lack too many marks, with how many they have; in region order.
    pub untyped: Vec<(RegionId, usize)>,
    /// The numbers that were tried, ascending.
    pub tried: Vec<Tried>,
    /// What becomes of the types without each mark.
    pub without: Vec<Without>,
    /// Per gemeente its standardised figures, in the order of the marks.
    pub standardised: BTreeMap<RegionId, Vec<Option<f64>>>,
    /// Per gemeente the [`PEERS`] nearest, nearest first; none where too many marks are missing.
    pub peers: BTreeMap<RegionId, Vec<Peer>>,
}

/// A figure on the scale of a mark.
fn scaled(value: Option<f64>, log: bool) -> Option<f64> {
    let value = value.filter(|value| value.is_finite())?;
    if !log {
        return Some(value);
    }
    (value > 0.0).then(|| value.ln())
}

/// The types that the queries ask, of the figures of an edition.
pub fn types(asked: Option<&TypesAsked>, figures: &Figures) -> Types {
    let Some(asked) = asked else {
        return Types {
            none: Some(NoTypes::Unasked),
            ..Types::default()
        };
    };
    Types::of(asked, &measured(asked, figures))
}

fn measured(asked: &TypesAsked, figures: &Figures) -> Measured {
    let marks = || asked.marks.iter();
    let years: Vec<Option<i32>> = marks()
        .map(|mark| figures.used(mark.indicator).year)
        .collect();
    let value = |region: RegionId, (mark, year): (&Mark, &Option<i32>)| {
        let cell = figures.cell(mark.indicator, region, (*year)?)?;
        cell.value()
    };
    let all = figures
        .gemeenten
        .regions
        .in_year(figures.edition.boundaries);
    let gemeenten = all
        .map(|(region, _)| region)
        .filter(|region| *region != RegionId::NEDERLAND);
    let values = gemeenten.map(|region| {
        let row = marks().zip(&years).map(|of| value(region, of));
        (region, row.collect())
    });
    let of_size = figures.groups.of_kind(GroupKind::SizeClass);
    let subject = figures.groups.subject();
    let to_type = of_size.into_iter().chain([subject]);
    Measured {
        values: values.collect(),
        to_type: to_type.flat_map(Group::regions).collect(),
        years,
    }
}

impl Types {
    /// By the rules above.
    pub fn of(asked: &TypesAsked, measured: &Measured) -> Self {
        let mut types = Self::default();
        let used = usable(asked, measured);
        if used.len() < asked.fewest_marks {
            types.none = Some(NoTypes::FewMarks);
            return types;
        }
        let marks_of = |region: &RegionId| {
            let of = measured.values.get(region);
            let has = |(place, _): &&(usize, i32)| {
                scaled(of.and_then(|of| of[*place]), asked.marks[*place].log).is_some()
            };
            used.iter().filter(has).count()
        };
        let enough = |count: usize| is_share(count, used.len(), asked.known);
        let counted = measured
            .to_type
            .iter()
            .map(|region| (*region, marks_of(region)));
        let (typed, untyped): (Vec<_>, Vec<_>) = counted.partition(|(_, count)| enough(*count));
        types.untyped = untyped;
        let regions: Vec<RegionId> = typed.iter().map(|(region, _)| *region).collect();
        types.marks = used
            .iter()
            .filter_map(|(place, year)| scale(asked, measured, &regions, (*place, *year)))
            .collect();
        for (region, values) in &measured.values {
            let row = types
                .marks
                .iter()
                .map(|of| of.standardised(values[of.place]));
            types.standardised.insert(*region, row.collect());
        }
        types.peers = peers(&types.standardised, enough);
        types.cluster(asked, measured, &typed);
        types
    }

    /// The type of a gemeente, with its place.
    pub fn of_region(&self, region: RegionId) -> Option<(&Typed, &Type)> {
        let place = self
            .typed
            .binary_search_by_key(&region, |typed| typed.region);
        let typed = &self.typed[place.ok()?];
        Some((typed, self.types.get(typed.of)?))
    }

    /// The number of types that was chosen.
    pub fn chosen(&self) -> Option<&Tried> {
        let chosen = |tried: &&Tried| tried.number == self.types.len();
        self.tried.iter().find(chosen)
    }

    fn cluster(&mut self, asked: &TypesAsked, measured: &Measured, typed: &[(RegionId, usize)]) {
        let rows: Vec<Vec<f64>> = typed
            .iter()
            .map(|(region, _)| {
                let row = self.standardised[region].iter();
                row.map(|value| value.unwrap_or_default()).collect()
            })
            .collect();
        let grown = Grown::of(&rows, self.marks.len());
        let (fewest, most) = asked.number;
        let most = most.min(rows.len().saturating_sub(1));
        let numbers = (most + 1).saturating_sub(fewest);
        let tried = |place| grown.tried(asked, fewest + place);
        self.tried = in_parts(numbers, || (), |(), place| tried(place));
        let mut fitting = self
            .tried
            .iter()
            .filter(|tried| tried.is_large && tried.is_firm);
        let Some(number) = fitting.next_back().map(|tried| tried.number) else {
            self.none = Some(NoTypes::NoNumber);
            return;
        };
        let partition = by_first_mark(&grown.tree.cut(number), &rows);
        let silhouettes = silhouettes(&grown.distances, &partition);
        let (without, stays) = grown.left_out(&partition, number);
        self.without = without;
        let of = typed.iter().enumerate();
        self.typed = of
            .map(|(row, (region, marks))| Typed {
                region: *region,
                of: partition[row],
                silhouette: silhouettes[row],
                kept: share(stays.iter().map(|stays| stays[row])),
                marks: *marks,
            })
            .collect();
        let types = (0..number).map(|place| self.traits(measured, &rows, place));
        let traits: Vec<Vec<Trait>> = types.collect();
        self.types = name::named(asked, &self.marks, traits)
            .into_iter()
            .zip(sizes(&partition))
            .map(|(named, n)| Type { n, ..named })
            .collect();
    }

    /// The traits of a type.
    fn traits(&self, measured: &Measured, rows: &[Vec<f64>], of: usize) -> Vec<Trait> {
        let members = || {
            let all = self.typed.iter().zip(rows);
            all.filter(|(typed, _)| typed.of == of)
        };
        let of_mark = |(column, scale): (usize, &Scale)| {
            let values: Vec<f64> = members()
                .filter_map(|(typed, _)| {
                    let value = measured.values[&typed.region][scale.place];
                    value.filter(|_| scaled(value, scale.log).is_some())
                })
                .collect();
            let standardised: Vec<f64> = members().map(|(_, row)| row[column]).collect();
            Trait {
                n: values.len(),
                average: (!values.is_empty()).then(|| mean(&values)),
                standardised: mean(&standardised),
            }
        };
        self.marks.iter().enumerate().map(of_mark).collect()
    }
}

/// Whether a count is at least a share of all, in percent.
fn is_share(count: usize, all: usize, percent: f64) -> bool {
    count as f64 * 100.0 >= percent * all as f64
}

/// The share that is so, from 0 to 1.
fn share(of: impl Iterator<Item = bool>) -> f64 {
    let (so, all) = of.fold((0, 0), |(so, all), is_so| {
        (so + usize::from(is_so), all + 1)
    });
    so as f64 / f64::from(all.max(1))
}

/// The tree over all marks, and those without each of them.
struct Grown {
    distances: Distances,
    tree: Tree,
    without: Vec<Tree>,
}

impl Grown {
    fn of(rows: &[Vec<f64>], marks: usize) -> Self {
        let distances = Distances::of(rows);
        let without = |left_out: usize| {
            let left = |row: &Vec<f64>| {
                let row = row.iter().enumerate();
                let left = row.filter(|(place, _)| *place != left_out);
                left.map(|(_, value)| *value).collect()
            };
            let rows: Vec<Vec<f64>> = rows.iter().map(left).collect();
            Tree::ward(&Distances::of(&rows))
        };
        Self {
            tree: Tree::ward(&distances),
            distances,
            without: in_parts(marks, || (), |(), mark| without(mark)),
        }
    }

    /// What becomes of some types without each mark: in all, and per row whether it stays in its type.
    fn left_out(&self, partition: &[usize], number: usize) -> (Vec<Without>, Vec<Vec<bool>>) {
        let cuts = self.without.iter().map(|tree| tree.cut(number));
        cuts.map(|cut| {
            let stays = kept(partition, &cut);
            let without = Without {
                rand: adjusted_rand(partition, &cut),
                kept: share(stays.iter().copied()),
            };
            (without, stays)
        })
        .unzip()
    }

    fn tried(&self, asked: &TypesAsked, number: usize) -> Tried {
        let cut = self.tree.cut(number);
        let smallest = sizes(&cut).into_iter().min().unwrap_or_default();
        let alike = self.left_out(&cut, number).0.into_iter();
        let rand = mean(&alike.map(|of| of.rand).collect::<Vec<_>>());
        Tried {
            number,
            silhouette: mean(&silhouettes(&self.distances, &cut)),
            smallest,
            is_large: is_share(smallest, cut.len(), asked.smallest),
            rand,
            is_firm: rand >= asked.firm,
        }
    }
}

/// The marks that enough gemeenten have and that differ between them, by place, with their years.
fn usable(asked: &TypesAsked, measured: &Measured) -> Vec<(usize, i32)> {
    let of_mark = |(place, mark): (usize, &Mark)| {
        let year = measured.years.get(place).copied().flatten()?;
        let rows = measured.to_type.iter();
        let values: Vec<f64> = rows
            .filter_map(|region| scaled(*measured.values.get(region)?.get(place)?, mark.log))
            .collect();
        let differs = values
            .iter()
            .any(|value| value.total_cmp(&values[0]).is_ne());
        let enough = is_share(values.len(), measured.to_type.len(), asked.known);
        (differs && enough).then_some((place, year))
    };
    let marks = asked.marks.iter().enumerate();
    marks.filter_map(of_mark).collect()
}

/// The scale of a mark over the gemeenten that get a type; none where it is the same for all of them.
fn scale(
    asked: &TypesAsked,
    measured: &Measured,
    regions: &[RegionId],
    (place, year): (usize, i32),
) -> Option<Scale> {
    let mark = &asked.marks[place];
    let raw: Vec<f64> = regions
        .iter()
        .filter_map(|region| {
            let value = measured.values[region][place];
            value.filter(|_| scaled(value, mark.log).is_some())
        })
        .collect();
    let values: Vec<f64> = raw
        .iter()
        .filter_map(|value| scaled(Some(*value), mark.log))
        .collect();
    let middle = mean(&values);
    let squares = values
        .iter()
        .map(|value| (value - middle) * (value - middle));
    let deviation = (squares.collect::<Sum>().total() / values.len().max(1) as f64).sqrt();
    (deviation > 0.0).then(|| Scale {
        place,
        indicator: mark.indicator,
        year,
        log: mark.log,
        n: values.len(),
        average: mean(&raw),
        mean: middle,
        deviation,
    })
}

/// Numbers the parts by their mean on the first mark, from high to low; of equal ones the first in region order.
fn by_first_mark(partition: &[usize], rows: &[Vec<f64>]) -> Partition {
    let level = |part: usize| {
        let of = partition.iter().zip(rows).filter(|(of, _)| **of == part);
        let values: Vec<f64> = of.filter_map(|(_, row)| row.first().copied()).collect();
        mean(&values)
    };
    let mut order: Vec<(usize, f64)> = (0..sizes(partition).len())
        .map(|part| (part, level(part)))
        .collect();
    order.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    let place = |part: usize| order.iter().position(|(of, _)| *of == part);
    let numbered = partition.iter().filter_map(|part| place(*part));
    numbered.collect()
}

/// Per gemeente the nearest.
fn peers(
    standardised: &BTreeMap<RegionId, Vec<Option<f64>>>,
    enough: impl Fn(usize) -> bool + Sync,
) -> BTreeMap<RegionId, Vec<Peer>> {
    let of = |(region, row): (&RegionId, &Vec<Option<f64>>)| {
        let others = standardised.iter().filter(|(other, _)| *other != region);
        let known = others.filter_map(|(other, theirs)| {
            let (mut squares, mut marks) = (Sum::default(), 0);
            for (a, b) in row.iter().zip(theirs) {
                if let (Some(a), Some(b)) = (a, b) {
                    squares.add((a - b).powi(2));
                    marks += 1;
                }
            }
            enough(marks).then(|| Peer {
                region: *other,
                distance: (squares.total() / marks.max(1) as f64).sqrt(),
                marks,
            })
        });
        let mut nearest: Vec<Peer> = known.collect();
        let order = |a: &Peer, b: &Peer| {
            let by_distance = a.distance.total_cmp(&b.distance);
            by_distance.then(a.region.cmp(&b.region))
        };
        if nearest.len() > PEERS {
            nearest.select_nth_unstable_by(PEERS, order);
            nearest.truncate(PEERS);
        }
        nearest.sort_unstable_by(order);
        // it had room for all
        nearest.shrink_to_fit();
        (*region, nearest)
    };
    let all: Vec<_> = standardised.iter().collect();
    let found = in_parts(all.len(), || (), |(), place| of(all[place]));
    found.into_iter().collect()
}
