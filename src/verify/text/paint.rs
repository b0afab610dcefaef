//! What of a page's text can be seen: what is painted over it, cut away, or has the colour of what lies behind it.
//!
//! In: fills and letters in the order in which they are painted. Out: oddities, in words. Cannot fail. The peculiarity it exists for:
//! text that is read by a program and seen by nobody, or the other way round.

use std::collections::BTreeSet;

pub(super) const COVERED: &str = "text that is painted over";
pub(super) const UNSEEN: &str = "text that is not painted";
pub(super) const PALE: &str = "text in the colour of what lies behind it";
pub(super) const TINY: &str = "text too small to be read";

/// Least difference between the colour of a letter and what lies behind it, of all parts together.
const CONTRAST: f64 = 0.15;
/// Least size of a letter, in points.
const SMALL: f64 = 3.0;
/// More letters or fills than any page has.
const MAX: usize = 200_000;

pub(super) type Point = (f64, f64);
/// Red, green and blue, from 0 to 1.
pub(super) type Color = [f64; 3];

/// A box: left, lower, right, upper.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds([f64; 4]);

impl Bounds {
    const ALL: Self = Self([f64::MIN, f64::MIN, f64::MAX, f64::MAX]);

    /// Around some points.
    pub(super) fn of(points: impl Iterator<Item = Point>) -> Self {
        let none = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
        Self(points.fold(none, |[l, b, r, t], (x, y)| {
            [l.min(x), b.min(y), r.max(x), t.max(y)]
        }))
    }

    fn holds(self, at: Point) -> bool {
        let [left, lower, right, upper] = self.0;
        (left..=right).contains(&at.0) && (lower..=upper).contains(&at.1)
    }

    /// What both hold.
    pub(super) fn within(self, other: Self) -> Self {
        let (a, b) = (self.0, other.0);
        Self([
            a[0].max(b[0]),
            a[1].max(b[1]),
            a[2].min(b[2]),
            a[3].min(b[3]),
        ])
    }
}

impl Default for Bounds {
    fn default() -> Self {
        Self::ALL
    }
}

/// A filled shape.
struct Fill {
    bounds: Bounds,
    rings: Vec<Vec<Point>>,
    color: Color,
    /// How many letters were painted before it.
    after: usize,
}

impl Fill {
    /// Whether a point lies inside: a line from it crosses the edges an odd number of times.
    fn covers(&self, at: Point) -> bool {
        if !self.bounds.holds(at) {
            return false;
        }
        let crosses = |a: Point, b: Point| {
            (a.1 > at.1) != (b.1 > at.1) && at.0 < (b.0 - a.0) * (at.1 - a.1) / (b.1 - a.1) + a.0
        };
        let of_ring = |ring: &Vec<Point>| {
            let next = ring.iter().skip(1).chain(ring.first());
            ring.iter()
                .zip(next)
                .filter(|(a, b)| crosses(**a, **b))
                .count()
        };
        self.rings.iter().map(of_ring).sum::<usize>() % 2 == 1
    }
}

/// What is painted on a page; where nobody asks for it, nothing is kept.
#[derive(Default)]
pub(super) struct Paint {
    is_asked: bool,
    path: Vec<Vec<Point>>,
    fills: Vec<Fill>,
    letters: Vec<(Point, Color)>,
    odd: BTreeSet<&'static str>,
}

impl Paint {
    pub(super) fn new(is_asked: bool) -> Self {
        Self {
            is_asked,
            ..Self::default()
        }
    }

    /// Starts a ring of a path.
    pub(super) fn starts(&mut self, at: Point) {
        if self.is_asked {
            self.path.push(vec![at]);
        }
    }

    /// Goes on to a point; a curve counts as the way along its points.
    pub(super) fn goes_on(&mut self, at: Point) {
        if let Some(ring) = self.path.last_mut() {
            ring.push(at);
        }
    }

    /// The box of the path, as one that cuts away what lies outside.
    pub(super) fn bounds(&self) -> Bounds {
        Bounds::of(self.path.iter().flatten().copied())
    }

    /// Fills the path.
    pub(super) fn fills(&mut self, color: Color) {
        if self.is_asked && self.fills.len() < MAX {
            self.fills.push(Fill {
                bounds: self.bounds(),
                rings: std::mem::take(&mut self.path),
                color,
                after: self.letters.len(),
            });
        }
    }

    /// Ends the path.
    pub(super) fn ends(&mut self) {
        self.path.clear();
    }

    /// A letter with its middle somewhere, of a size in points.
    pub(super) fn letter(&mut self, at: Point, size: f64, color: Color, shown: Bounds) {
        if !self.is_asked {
            return;
        }
        if !shown.holds(at) {
            self.odd.insert(UNSEEN);
        }
        if size < SMALL {
            self.odd.insert(TINY);
        }
        if self.letters.len() < MAX {
            self.letters.push((at, color));
        }
    }

    /// What is odd about the letters of the page.
    pub(super) fn odd(mut self) -> BTreeSet<&'static str> {
        for (place, (at, color)) in self.letters.iter().enumerate() {
            let (before, after): (Vec<&Fill>, Vec<&Fill>) = self
                .fills
                .iter()
                .filter(|fill| fill.covers(*at))
                .partition(|fill| fill.after <= place);
            if !after.is_empty() {
                self.odd.insert(COVERED);
            }
            let behind = before.last().map_or([1.0; 3], |fill| fill.color);
            let apart: f64 = color.iter().zip(behind).map(|(a, b)| (a - b).abs()).sum();
            if apart < CONTRAST {
                self.odd.insert(PALE);
            }
        }
        self.odd
    }
}
