//! A map of gemeenten with some of them highlighted. In: rings in RD metres, a class for each region, labels. Out: a
//! `Picture`. Fails without regions and on coordinates that are not numbers. Borders are rounded to a lattice, the same for
//! both neighbours, so the drawing stays small without slivers. The peculiarity it answers: CBS's borders hold
//! enclaves and holes (even-odd), and a class must be told apart without colour: by hatching or outline.

use super::label::GAP;
use super::surface::{Anchor, NOTE, Print, Surface};
use super::text;
use super::theme::{self, LINE, Rgb};
use super::{ChartError, Picture, Width, check, meet};

/// A map.
#[derive(Debug, Clone, Default)]
pub struct Map {
    /// Width on the page; in full width the legend stands left of the map, in half width above it.
    pub width: Width,
    /// Greatest height of the map itself in points; without one 300 (full) or 260 (half).
    pub height: Option<f64>,
    /// All regions, also those without a class: they are the land.
    pub regions: Vec<MapRegion>,
    /// The classes, in the order of the legend.
    pub classes: Vec<MapClass>,
    /// Labels; those that find no room come back in `Picture::omitted`.
    pub labels: Vec<MapLabel>,
}

/// A region of a map.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MapRegion {
    /// Name, for errors.
    pub name: String,
    /// Rings in RD metres (EPSG:28992), filled by the even-odd rule; closed or not.
    pub rings: Vec<Vec<(f64, f64)>>,
    /// Index into the classes; none, or one that does not exist, is plain land.
    pub class: Option<usize>,
}

/// A class of regions.
#[derive(Debug, Clone, PartialEq)]
pub struct MapClass {
    /// Label in the legend, as printed; empty for no entry.
    pub label: String,
    /// Colour.
    pub fill: Rgb,
    /// What tells the class apart without colour.
    pub pattern: Pattern,
}

/// Surface of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pattern {
    /// The colour all over.
    #[default]
    Solid,
    /// The colour with white slanting lines.
    Hatch,
    /// White with a border in the colour.
    Outline,
}

/// A label on a map.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MapLabel {
    /// The text.
    pub text: String,
    /// The point it belongs to, in RD metres.
    pub at: (f64, f64),
}

const KIND: &str = "map";
/// Lattice of the borders, in points: about 200 m on the ground in the largest map.
const LATTICE: f64 = 0.2;
const HATCH: f64 = 2.6;
const SWATCH: f64 = 9.0;
const LEGEND: Print = Print { size: theme::LABEL, color: theme::INK, ..NOTE };

type Ring = Vec<(f64, f64)>;

/// Draws a map.
///
/// # Errors
/// `Empty` without a region that has a ring, `NotFinite` for a coordinate that is infinite or not a number.
pub fn map(chart: &Map) -> Result<Picture, ChartError> {
    let width = chart.width.pt();
    let frame = Frame::new(chart, width)?;
    let half = chart.width == Width::Half;
    let room = if half { width } else { width - frame.width() - 12.0 };
    let legend: Vec<(&MapClass, Vec<String>)> = chart
        .classes
        .iter()
        .filter(|c| !c.label.is_empty())
        .map(|c| (c, text::wrap(&c.label, LEGEND.size, LEGEND.weight, room.max(90.0) - SWATCH - 6.0, 3)))
        .collect();
    let legend_height = legend.iter().map(|(_, lines)| LINE * lines.len() as f64 + 5.0).sum::<f64>();
    // Where the legend does not fit beside the map it stands above it.
    let above = half || room < 90.0;
    let frame = frame.placed(width, if above { legend_height + 4.0 } else { 1.0 });
    let mut surface = Surface::new();
    draw_regions(&mut surface, chart, &frame);
    let mut taken = Vec::new();
    let mut y = 1.0;
    for (class, lines) in &legend {
        let height = LINE * lines.len() as f64;
        swatch(&mut surface, class, y + LINE / 2.0 - SWATCH / 2.0);
        surface.block((SWATCH + 6.0, y + height / 2.0), Anchor::Start, LEGEND, lines);
        let widest = lines.iter().map(|l| LEGEND.width(l)).fold(0.0, f64::max);
        taken.push((0.0, y, SWATCH + 6.0 + widest, height));
        y += height + 5.0;
    }
    let bottom = (frame.top + frame.height()).max(y);
    let omitted = place_labels(&mut surface, chart, &frame, taken, (width, bottom))?;
    let mut picture = surface.finish(width, bottom + 1.0)?;
    picture.omitted = omitted;
    Ok(picture)
}

/// From RD metres to points.
struct Frame {
    x: (f64, f64),
    y: (f64, f64),
    points_per_metre: f64,
    left: f64,
    top: f64,
}

impl Frame {
    fn new(chart: &Map, width: f64) -> Result<Self, ChartError> {
        let points = || chart.regions.iter().flat_map(|r| r.rings.iter().flatten().map(|p| (r.name.as_str(), *p)));
        let x = check(KIND, points().map(|(name, p)| (name, Some(p.0))))?;
        let y = check(KIND, points().map(|(name, p)| (name, Some(p.1))))?;
        let height = chart.height.filter(|h| h.is_finite()).unwrap_or(if chart.width == Width::Full { 300.0 } else { 260.0 });
        let scale = (width / (x.1 - x.0).max(1.0)).min(height.clamp(40.0, 640.0) / (y.1 - y.0).max(1.0));
        Ok(Self { x, y, points_per_metre: scale, left: 0.0, top: 0.0 })
    }

    /// Against the right edge: the sea in the west leaves room for the legend.
    fn placed(self, width: f64, top: f64) -> Self {
        Self { left: width - self.width(), top, ..self }
    }

    fn width(&self) -> f64 {
        (self.x.1 - self.x.0) * self.points_per_metre
    }

    fn height(&self) -> f64 {
        (self.y.1 - self.y.0) * self.points_per_metre
    }

    fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.left + (x - self.x.0) * self.points_per_metre, self.top + (self.y.1 - y) * self.points_per_metre)
    }

    /// A ring on the lattice, without repeated points and points on a straight run.
    fn ring(&self, ring: &[(f64, f64)]) -> Ring {
        let mut cells: Vec<(i64, i64)> = Vec::with_capacity(ring.len());
        for point in ring {
            let (x, y) = self.at(*point);
            let cell = ((x / LATTICE).round() as i64, (y / LATTICE).round() as i64);
            if cells.last() == Some(&cell) {
                continue;
            }
            if let [.., a, b] = cells[..] {
                let turn = (b.0 - a.0) * (cell.1 - b.1) - (b.1 - a.1) * (cell.0 - b.0);
                let forward = (b.0 - a.0) * (cell.0 - b.0) + (b.1 - a.1) * (cell.1 - b.1) > 0;
                if turn == 0 && forward {
                    cells.pop();
                }
            }
            cells.push(cell);
        }
        if cells.len() > 1 && cells.first() == cells.last() {
            cells.pop();
        }
        cells.into_iter().map(|(x, y)| (x as f64 * LATTICE, y as f64 * LATTICE)).collect()
    }
}

/// A ring ready to draw: its size decides the order, so that enclaves come after what surrounds them.
struct Piece<'a> {
    area: f64,
    ring: Ring,
    class: Option<&'a MapClass>,
    hole: bool,
}

fn draw_regions(surface: &mut Surface, chart: &Map, frame: &Frame) {
    let mut pieces: Vec<Piece> = Vec::new();
    for region in &chart.regions {
        let rings: Vec<Ring> = region.rings.iter().map(|r| frame.ring(r)).filter(|r| r.len() > 2).collect();
        let class = region.class.and_then(|c| chart.classes.get(c));
        for (i, ring) in rings.iter().enumerate() {
            let around = rings.iter().enumerate().filter(|(j, other)| *j != i && inside(ring[0], other)).count();
            let hole = around % 2 == 1;
            // A hole comes just before the enclave that fills it.
            let area = area(ring) * if hole { 1.05 } else { 1.0 };
            pieces.push(Piece { area, ring: ring.clone(), class, hole });
        }
    }
    pieces.sort_by(|a, b| b.area.total_cmp(&a.area));
    for Piece { ring, class, hole, .. } in pieces {
        let pattern = class.map(|c| c.pattern).filter(|_| !hole);
        let fill = match class {
            _ if hole => theme::WHITE,
            Some(class) if class.pattern != Pattern::Outline => class.fill,
            Some(_) => theme::WHITE,
            None => theme::LAND,
        };
        let lines = if pattern == Some(Pattern::Hatch) { hatch(&ring) } else { Vec::new() };
        let mut border = ring.clone();
        border.extend(ring.first().copied());
        surface.fill(ring, fill);
        for line in lines {
            surface.line(&line, 0.8, theme::WHITE);
        }
        match class {
            Some(class) if pattern == Some(Pattern::Outline) => surface.line(&border, 1.0, class.fill),
            _ => surface.line(&border, 0.3, theme::WHITE),
        }
    }
}

/// Slanting lines inside a ring, all on one lattice so that neighbours join.
fn hatch(ring: &[(f64, f64)]) -> Vec<[(f64, f64); 2]> {
    let step = HATCH * std::f64::consts::SQRT_2;
    let sums = ring.iter().map(|(x, y)| x + y);
    let (first, last) = sums.fold((f64::INFINITY, f64::NEG_INFINITY), |r, s| (r.0.min(s), r.1.max(s)));
    let mut lines = Vec::new();
    for n in (first / step).ceil() as i64..=(last / step).floor() as i64 {
        let sum = n as f64 * step + 1e-6; // beside the lattice: never through a corner
        let mut cuts: Vec<(f64, f64)> = edges(ring)
            .filter(|(a, b)| (a.0 + a.1 < sum) != (b.0 + b.1 < sum))
            .map(|(a, b)| {
                let share = (sum - a.0 - a.1) / (b.0 + b.1 - a.0 - a.1);
                (a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share)
            })
            .collect();
        cuts.sort_by(|a, b| a.0.total_cmp(&b.0));
        lines.extend(cuts.chunks_exact(2).map(|c| [c[0], c[1]]));
    }
    lines
}

fn edges(ring: &[(f64, f64)]) -> impl Iterator<Item = ((f64, f64), (f64, f64))> {
    ring.iter().copied().zip(ring.iter().copied().cycle().skip(1))
}

fn area(ring: &[(f64, f64)]) -> f64 {
    edges(ring).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum::<f64>().abs() / 2.0
}

fn inside(point: (f64, f64), ring: &[(f64, f64)]) -> bool {
    let crossed = edges(ring).filter(|(a, b)| {
        (a.1 > point.1) != (b.1 > point.1) && point.0 < (b.0 - a.0) * (point.1 - a.1) / (b.1 - a.1) + a.0
    });
    crossed.count() % 2 == 1
}

fn swatch(surface: &mut Surface, class: &MapClass, y: f64) {
    let ring = vec![(0.5, y), (SWATCH, y), (SWATCH, y + SWATCH), (0.5, y + SWATCH)];
    let mut border = ring.clone();
    border.extend(ring.first().copied());
    match class.pattern {
        Pattern::Outline => surface.line(&border, 1.0, class.fill),
        Pattern::Solid => surface.fill(ring, class.fill),
        Pattern::Hatch => {
            let lines = hatch(&ring);
            surface.fill(ring, class.fill);
            for line in lines {
                surface.line(&line, 0.8, theme::WHITE);
            }
        }
    }
}

type Box4 = (f64, f64, f64, f64);

/// Places each label near its point, off the other labels and, where it can, off the highlighted regions; gives back
/// those without room.
fn place_labels(surface: &mut Surface, chart: &Map, frame: &Frame, mut taken: Vec<Box4>, size: (f64, f64)) -> Result<Vec<String>, ChartError> {
    let filled: Vec<Ring> = chart
        .regions
        .iter()
        .filter(|r| r.class.is_some_and(|c| c < chart.classes.len()))
        .flat_map(|r| r.rings.iter().map(|ring| frame.ring(ring)))
        .collect();
    // No label may cover the point that another label belongs to.
    let points = chart.labels.iter().map(|l| frame.at(l.at)).map(|(x, y)| (x - 1.5, y - 1.5, 3.0, 3.0));
    let points: Vec<Box4> = points.collect();
    let mut omitted = Vec::new();
    for (i, label) in chart.labels.iter().enumerate() {
        check(KIND, [(label.text.as_str(), Some(label.at.0)), (&label.text, Some(label.at.1))].into_iter())?;
        let line = text::fit(&label.text, NOTE.size, NOTE.weight, size.0 / 2.0);
        let at = frame.at(label.at);
        let free = |b: &Box4| {
            let within = b.0 >= 0.0 && b.1 >= 0.0 && b.0 + b.2 <= size.0 && b.1 + b.3 <= size.1;
            let grown = (b.0 - 1.0, b.1 - 0.5, b.2 + 2.0, b.3 + 1.0);
            within && !taken.iter().any(|t| meet(grown, *t)) && !points.iter().enumerate().any(|(j, p)| j != i && meet(*b, *p))
        };
        let clear = |b: &Box4| !filled.iter().flatten().any(|p| meet(*b, (p.0 - 0.5, p.1 - 0.5, 1.0, 1.0)));
        let w = NOTE.width(&line);
        let candidates: Vec<Box4> = candidates(at, w).filter(free).collect();
        // Off the highlighted regions if that is possible nearby, else the nearest free place.
        let near = candidates.iter().take(24).find(|b| clear(b));
        let Some(place) = near.or(candidates.first()).copied() else {
            omitted.push(text::clean(&label.text));
            continue;
        };
        taken.push(place);
        let toward = (at.0.clamp(place.0, place.0 + place.2), at.1.clamp(place.1, place.1 + place.3));
        surface.line(&[at, toward], theme::LEADER_STROKE, theme::INK);
        let foot = (place.0, place.1 + place.3 / 2.0);
        if !clear(&place) {
            surface.knock_out(foot, Anchor::Start, NOTE, std::slice::from_ref(&line));
        }
        surface.block(foot, Anchor::Start, Print { color: theme::INK, ..NOTE }, &[line]);
    }
    Ok(omitted)
}

/// Boxes around a point, from near to far: right, left, above, below and the corners.
fn candidates(at: (f64, f64), w: f64) -> impl Iterator<Item = Box4> {
    let h = LINE - 1.5;
    [4.0, 8.0, 14.0, 22.0, 32.0, 44.0, 60.0, 80.0, 110.0].into_iter().flat_map(move |d| {
        let (right, left, mid) = (at.0 + d + GAP, at.0 - d - GAP - w, at.0 - w / 2.0);
        let (up, down, level) = (at.1 - d - h, at.1 + d, at.1 - h / 2.0);
        [(right, level), (left, level), (mid, up), (mid, down), (right, up), (left, up), (right, down), (left, down)]
            .map(|(x, y)| (x, y, w, h))
    })
}
