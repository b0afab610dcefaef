//! A map of gemeenten with some of them highlighted. In: rings in RD metres, a class for each region, labels. Out: a
//! `Picture`. Fails without regions and on coordinates that are not numbers. Borders are rounded to a lattice, the same for
//! both neighbours, so the drawing stays small without slivers. The peculiarity it answers: CBS's borders hold
//! enclaves and holes (even-odd), and a class must be told apart without colour: by hatching or outline.

use super::ring::{self, Ring, area, hatch, inside};
use super::surface::{Anchor, NOTE, Print, Surface};
use super::text;
use super::theme::{self, LINE};
use super::{ChartError, Picture, PlacedLine, Width, check, meet};
use crate::base::look::Rgb;

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
    /// Label in the legend of the regions with an outline; empty for no entry.
    pub outlined: String,
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
    /// Whether a dark line runs around it, whatever its class.
    pub outlined: bool,
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
const SWATCH: f64 = 9.0;
const LEGEND: Print = Print {
    size: theme::LABEL,
    color: theme::INK,
    ..NOTE
};

/// Draws a map.
///
/// # Errors
/// `Empty` without a region that has a ring, `NotFinite` for a coordinate that is infinite or not a number.
pub fn map(chart: &Map) -> Result<Picture, ChartError> {
    let width = chart.width.pt();
    let frame = Frame::new(chart, width)?;
    let half = chart.width == Width::Half;
    let room = if half {
        width
    } else {
        width - frame.width() - 12.0
    };
    let legend: Vec<(&MapClass, Vec<String>)> = chart
        .classes
        .iter()
        .filter(|c| !c.label.is_empty())
        .map(|c| {
            (
                c,
                text::wrap(
                    &c.label,
                    LEGEND.size,
                    LEGEND.weight,
                    room.max(90.0) - SWATCH - 6.0,
                    3,
                ),
            )
        })
        .collect();
    let around = if chart.outlined.is_empty() {
        Vec::new()
    } else {
        LEGEND.wrap(&chart.outlined, room.max(90.0) - SWATCH - 6.0, 3)
    };
    let heights = legend.iter().map(|(_, lines)| lines.len());
    let entries = heights.chain((!around.is_empty()).then_some(around.len()));
    let legend_height = entries.map(|n| LINE * n as f64 + 5.0).sum::<f64>();
    // Where the legend does not fit beside the map it stands above it.
    let above = half || room < 90.0;
    let frame = frame.placed(width, if above { legend_height + 4.0 } else { 1.0 });
    let mut surface = Surface::new();
    draw_regions(&mut surface, chart, &frame);
    let (taken, y) = draw_legend(&mut surface, &legend, &around);
    let bottom = (frame.top + frame.height()).max(y);
    let omitted = place_labels(&mut surface, chart, &frame, taken, (width, bottom))?;
    let mut picture = surface.finish(width, bottom + 1.0)?;
    picture.omitted = omitted;
    Ok(picture)
}

/// The classes with their labels, and the outline with its own; gives the boxes of the labels and where it ends.
fn draw_legend(
    surface: &mut Surface,
    legend: &[(&MapClass, Vec<String>)],
    around: &[String],
) -> (Vec<Box4>, f64) {
    let mut taken = Vec::new();
    let mut y = 1.0;
    let classes = legend
        .iter()
        .map(|(class, lines)| (Some(*class), &lines[..]));
    let outline = (!around.is_empty()).then_some((None, around));
    for (class, lines) in classes.chain(outline) {
        let height = LINE * lines.len() as f64;
        let top = y + LINE / 2.0 - SWATCH / 2.0;
        match class {
            Some(class) => swatch(surface, class, top),
            None => outline_of(surface, &square(top)),
        }
        let at = (SWATCH + 6.0, y + height / 2.0);
        surface.block(at, Anchor::Start, LEGEND, lines);
        taken.push((0.0, y, SWATCH + 6.0 + LEGEND.widest(lines), height));
        y += height + 5.0;
    }
    (taken, y)
}

/// A dark line that shows on light and on dark: it has a white edge.
fn outline_of(surface: &mut Surface, ring: &[(f64, f64)]) {
    let border = closed(ring);
    surface.stroke(&border, 1.7, theme::WHITE);
    surface.stroke(&border, 0.8, theme::INK);
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
        let points = || {
            chart
                .regions
                .iter()
                .flat_map(|r| r.rings.iter().flatten().map(|p| (r.name.as_str(), *p)))
        };
        let x = check(KIND, points().map(|(name, p)| (name, Some(p.0))))?;
        let y = check(KIND, points().map(|(name, p)| (name, Some(p.1))))?;
        let height =
            chart
                .height
                .filter(|h| h.is_finite())
                .unwrap_or(if chart.width == Width::Full {
                    300.0
                } else {
                    260.0
                });
        let scale =
            (width / (x.1 - x.0).max(1.0)).min(height.clamp(40.0, 640.0) / (y.1 - y.0).max(1.0));
        Ok(Self {
            x,
            y,
            points_per_metre: scale,
            left: 0.0,
            top: 0.0,
        })
    }

    /// Against the right edge: the sea in the west leaves room for the legend.
    fn placed(self, width: f64, top: f64) -> Self {
        Self {
            left: width - self.width(),
            top,
            ..self
        }
    }

    fn width(&self) -> f64 {
        (self.x.1 - self.x.0) * self.points_per_metre
    }

    fn height(&self) -> f64 {
        (self.y.1 - self.y.0) * self.points_per_metre
    }

    fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (
            self.left + (x - self.x.0) * self.points_per_metre,
            self.top + (self.y.1 - y) * self.points_per_metre,
        )
    }

    /// A ring on the lattice of the borders.
    fn ring(&self, ring: &[(f64, f64)]) -> Ring {
        ring::simplified(ring.iter().map(|p| self.at(*p)), LATTICE)
    }
}

/// A ring ready to draw: its size decides the order, so that enclaves come after what surrounds them.
struct Piece<'a> {
    area: f64,
    ring: Ring,
    class: Option<&'a MapClass>,
    hole: bool,
    outlined: bool,
}

fn draw_regions(surface: &mut Surface, chart: &Map, frame: &Frame) {
    let mut pieces: Vec<Piece> = Vec::new();
    for region in &chart.regions {
        let rings: Vec<Ring> = region
            .rings
            .iter()
            .map(|r| frame.ring(r))
            .filter(|r| r.len() > 2)
            .collect();
        let class = region.class.and_then(|c| chart.classes.get(c));
        for (i, ring) in rings.iter().enumerate() {
            let around = rings
                .iter()
                .enumerate()
                .filter(|(j, other)| *j != i && inside(ring[0], other))
                .count();
            let hole = around % 2 == 1;
            // A hole comes just before the enclave that fills it.
            let area = area(ring) * if hole { 1.05 } else { 1.0 };
            pieces.push(Piece {
                area,
                ring: ring.clone(),
                class,
                hole,
                outlined: region.outlined,
            });
        }
    }
    pieces.sort_by(|a, b| b.area.total_cmp(&a.area));
    let (mut outlines, mut around) = (Vec::new(), Vec::new());
    surface.edge = 0.3;
    for Piece {
        ring,
        class,
        hole,
        outlined,
        ..
    } in pieces
    {
        if outlined {
            around.push(ring.clone());
        }
        match class {
            _ if hole => surface.fill(ring, theme::WHITE),
            None => surface.fill(ring, theme::LAND),
            Some(class) => {
                if class.pattern == Pattern::Outline {
                    outlines.push((closed(&ring), class.fill));
                }
                tint(surface, ring, class);
            }
        }
    }
    // Last, so that no neighbour covers half of the line.
    for (border, color) in outlines {
        surface.stroke(&border, 1.0, color);
    }
    for ring in around {
        outline_of(surface, &ring);
    }
}

/// Fills a ring in the manner of its class; an outline is drawn later.
fn tint(surface: &mut Surface, ring: Ring, class: &MapClass) {
    match class.pattern {
        Pattern::Solid => surface.fill(ring, class.fill),
        Pattern::Outline => surface.fill(ring, theme::WHITE),
        Pattern::Hatch => {
            let lines = hatch(&ring);
            surface.fill(ring, class.fill);
            for line in lines {
                surface.line(&line, 0.8, theme::WHITE);
            }
        }
    }
}

fn closed(ring: &[(f64, f64)]) -> Ring {
    ring.iter().chain(ring.first()).copied().collect()
}

fn swatch(surface: &mut Surface, class: &MapClass, y: f64) {
    let ring = square(y);
    tint(surface, ring.clone(), class);
    if class.pattern == Pattern::Outline {
        surface.stroke(&closed(&ring), 1.0, class.fill);
    }
}

fn square(y: f64) -> Ring {
    let (right, foot) = (SWATCH, y + SWATCH);
    vec![(0.5, y), (right, y), (right, foot), (0.5, foot)]
}

type Box4 = (f64, f64, f64, f64);

/// Places each label near its point, off the other labels and, where it can, off the highlighted regions; gives back
/// those without room.
fn place_labels(
    surface: &mut Surface,
    chart: &Map,
    frame: &Frame,
    mut taken: Vec<Box4>,
    size: (f64, f64),
) -> Result<Vec<String>, ChartError> {
    let filled: Vec<Ring> = chart
        .regions
        .iter()
        .filter(|r| r.class.is_some_and(|c| c < chart.classes.len()))
        .flat_map(|r| r.rings.iter().map(|ring| frame.ring(ring)))
        .collect();
    for label in &chart.labels {
        let at = [label.at.0, label.at.1].map(|v| (label.text.as_str(), Some(v)));
        check(KIND, at.into_iter())?;
    }
    // No label may cover the point that another label belongs to.
    let points: Vec<(f64, f64)> = chart.labels.iter().map(|l| frame.at(l.at)).collect();
    let mut omitted = Vec::new();
    let mut leaders: Vec<PlacedLine> = Vec::new();
    // Long labels find room hardest, so they choose first.
    let mut order: Vec<(&MapLabel, &(f64, f64))> = chart.labels.iter().zip(&points).collect();
    order.sort_by(|a, b| NOTE.width(&b.0.text).total_cmp(&NOTE.width(&a.0.text)));
    for (label, at) in order {
        let print = Print {
            color: theme::INK,
            ..NOTE
        };
        let line = [print.fit(&label.text, size.0 / 2.0)];
        let free = |b: &Box4| {
            let within = b.0 >= 0.0 && b.1 >= 0.0 && b.0 + b.2 <= size.0 && b.1 + b.3 <= size.1;
            let grown = (b.0 - 1.0, b.1 - 0.5, b.2 + 2.0, b.3 + 1.0);
            let others = points.iter().filter(|p| *p != at);
            within
                && !taken.iter().any(|t| meet(grown, *t))
                && !leaders.iter().any(|line| line.touches(grown))
                && !others.into_iter().any(|p| meet(grown, dot(*p)))
        };
        let clear = |b: &Box4| !filled.iter().flatten().any(|p| meet(*b, dot(*p)));
        let own: Vec<&Ring> = filled.iter().filter(|ring| inside(*at, ring)).collect();
        let open = |b: &Box4| {
            let line = straight(leader(*at, *b, &own));
            !taken.iter().any(|t| line.touches(*t))
        };
        let places = || candidates(*at, print.widest(&line)).filter(free);
        // Off the highlighted regions if that is possible nearby, else the nearest free place.
        let near = places().take(60).filter(clear).find(open);
        let Some(place) = near.or_else(|| places().find(open)) else {
            omitted.push(text::clean(&label.text));
            continue;
        };
        let covers = !clear(&place);
        let tie = straight(leader(*at, place, &own));
        surface.line(&tie.points, tie.width, theme::INK);
        leaders.push(tie);
        taken.push(place);
        let foot = (place.0, place.1 + place.3 / 2.0);
        if covers {
            surface.knock_out(foot, Anchor::Start, print, &line);
        }
        surface.block(foot, Anchor::Start, print, &line);
    }
    Ok(omitted)
}

/// Points at which a leader is looked at: in the longest one they are closer together than a line of text is high.
const STEPS: usize = 24;

/// From the border of the region that holds the point to the box of its label: on a dark region a line would not show.
fn leader(at: (f64, f64), place: Box4, own: &[&Ring]) -> impl Iterator<Item = (f64, f64)> {
    let x = at.0.clamp(place.0 - 1.5, place.0 + place.2 + 1.5);
    let y = at.1.clamp(place.1 - 0.5, place.1 + place.3 + 0.5);
    let along = move |share: f64| (at.0 + (x - at.0) * share, at.1 + (y - at.1) * share);
    let shares = || (0..=STEPS).map(|n| n as f64 / STEPS as f64);
    let last = shares().rfind(|s| own.iter().any(|ring| inside(along(*s), ring)));
    let start = last.unwrap_or(0.0);
    shares().map(move |s| along(start + (1.0 - start) * s))
}

/// A leader as it is drawn.
fn straight(path: impl Iterator<Item = (f64, f64)>) -> PlacedLine {
    let path: Ring = path.collect();
    PlacedLine {
        points: vec![path[0], path[STEPS]],
        width: theme::LEADER_STROKE,
    }
}

/// The room that a point takes to which a label belongs.
fn dot(point: (f64, f64)) -> Box4 {
    (point.0 - 0.5, point.1 - 0.5, 1.0, 1.0)
}

/// Boxes around a point, from near to far, at each distance right, left, above, below and between.
fn candidates(at: (f64, f64), w: f64) -> impl Iterator<Item = Box4> {
    const DIRECTIONS: [(f64, f64); 12] = [
        (1.0, 0.0),
        (-1.0, 0.0),
        (0.0, -1.0),
        (0.0, 1.0),
        (0.9, -0.45),
        (-0.9, -0.45),
        (0.9, 0.45),
        (-0.9, 0.45),
        (0.6, -0.8),
        (-0.6, -0.8),
        (0.6, 0.8),
        (-0.6, 0.8),
    ];
    let h = LINE - 1.5;
    [5.0, 8.0, 12.0, 17.0, 23.0, 30.0, 38.0, 48.0, 60.0]
        .into_iter()
        .flat_map(move |d| {
            DIRECTIONS.map(|(dx, dy)| {
                let (x, y) = (at.0 + d * dx, at.1 + d * dy);
                let left = if dx > 0.1 {
                    x
                } else if dx < -0.1 {
                    x - w
                } else {
                    x - w / 2.0
                };
                let top = if dy > 0.5 {
                    y
                } else if dy < -0.5 {
                    y - h
                } else {
                    y - h / 2.0
                };
                (left, top, w, h)
            })
        })
}
