//! The lines of strips and the marks on them as drawings.
//!
//! In: where marks stand, and how groups look. Out: SVG. Nothing fails. The peculiarity it answers: a hundred lines of seven marks
//! each take Typst longer to put in place one by one than all the text around them.

use std::fmt::Write as _;

use serde::Serialize;

use super::shape::{Column, Columns, Strip};
use crate::base::look::Shape;
use crate::chart::{DISC, outline};
use crate::query::House;

/// Width and height of a strip, in points.
pub(super) const SIZE: (f64, f64) = (74.0, 7.0);
/// Width of a mark that is explained; it is as high as a strip.
const KEY: f64 = 8.0;

/// Room at both ends of the line, for a mark at its end.
const END: f64 = 4.0;
/// The middle of the line.
const MIDDLE: f64 = SIZE.1 / 2.0;
/// Half the box of the mark of a group, and the radius of the disc of the gemeente.
const GROUP: f64 = 2.0;
const OWN: f64 = 2.5;
/// Least width of the half of all gemeenten.
const THIN: f64 = 0.8;

const INK: &str = "#262626";
const GREY: &str = "#595959";

/// How the marks of a sheet look.
#[derive(Debug)]
pub(super) struct Marks<'a> {
    half: String,
    own: String,
    columns: &'a Columns,
}

/// The marks of a sheet one by one, as they are explained.
#[derive(Debug, Serialize)]
pub(super) struct Key {
    own: String,
    network: String,
    size: String,
    nation: String,
    peers: String,
    half: String,
}

impl<'a> Marks<'a> {
    /// Those of a house, and of the groups of a sheet.
    pub(super) fn new(house: &House, columns: &'a Columns) -> Self {
        Self {
            half: house.color.on_white(0.3).hex(),
            own: house.accent.hex(),
            columns,
        }
    }

    /// A strip.
    pub(super) fn draw(&self, strip: &Strip) -> String {
        let x = |place: u16| END + (SIZE.0 - 2.0 * END) * f64::from(place) / 1000.0;
        let mut drawing = Drawing::new();
        let [from, to] = strip.half.map(x);
        drawing.half(from, to.max(from + THIN), &self.half);
        let mut line = format!("M{END} {MIDDLE}H{}", SIZE.0 - END);
        line.extend(strip.peers.iter().map(|place| tick(x(*place))));
        drawing.line(&line);
        let columns = self.columns;
        let groups = [
            (strip.size, &columns.size),
            (strip.nation, &columns.nation),
            (strip.network, &columns.network),
        ];
        for (place, column) in groups {
            if let Some(place) = place {
                drawing.group(x(place), column);
            }
        }
        if let Some(place) = strip.own {
            drawing.own(x(place), &self.own);
        }
        if strip.beyond != 0 {
            let (tip, back) = if strip.beyond > 0 {
                (SIZE.0, -2.2)
            } else {
                (0.0, 2.2)
            };
            drawing.path(INK, &format!("M{tip} {MIDDLE}l{back}-2v4z"));
        }
        drawing.finish(SIZE.0)
    }

    /// Each mark alone.
    pub(super) fn key(&self) -> Key {
        let alone = |draw: &dyn Fn(&mut Drawing)| {
            let mut drawing = Drawing::new();
            draw(&mut drawing);
            drawing.finish(KEY)
        };
        let (middle, columns) = (KEY / 2.0, self.columns);
        let group = |column: &Column| alone(&|drawing| drawing.group(middle, column));
        Key {
            own: alone(&|drawing| drawing.own(middle, &self.own)),
            network: group(&columns.network),
            size: group(&columns.size),
            nation: group(&columns.nation),
            peers: alone(&|drawing| drawing.line(&tick(middle))),
            half: alone(&|drawing| drawing.half(0.0, KEY, &self.half)),
        }
    }
}

/// The path of a peer.
fn tick(x: f64) -> String {
    format!("M{x:.2} {:.1}v4.6", MIDDLE - 2.3)
}

/// An SVG that is being drawn; writing to it cannot fail.
struct Drawing(String);

impl Drawing {
    fn new() -> Self {
        Self(String::new())
    }

    fn path(&mut self, fill: &str, d: &str) {
        let _ = write!(self.0, r#"<path fill="{fill}" d="{d}"/>"#);
    }

    fn half(&mut self, from: f64, to: f64, color: &str) {
        let top = MIDDLE - 1.5;
        self.path(color, &format!("M{from:.2} {top}H{to:.2}v3H{from:.2}z"));
    }

    fn line(&mut self, d: &str) {
        let _ = write!(
            self.0,
            r#"<path fill="none" stroke="{GREY}" stroke-width=".5" d="{d}"/>"#
        );
    }

    fn own(&mut self, x: f64, color: &str) {
        let _ = write!(
            self.0,
            r#"<circle cx="{x:.2}" cy="{MIDDLE}" r="{OWN}" fill="{color}" stroke="{INK}" stroke-width=".5"/>"#
        );
    }

    /// The mark of a group, in the shape by which charts know it.
    fn group(&mut self, x: f64, column: &Column) {
        let color = &column.color;
        let Some(corners) = outline(column.shape) else {
            let r = GROUP * DISC;
            let _ = write!(
                self.0,
                r#"<circle cx="{x:.2}" cy="{MIDDLE}" r="{r}" fill="{color}"/>"#
            );
            return;
        };
        // a bar is thin, and as high as the disc of the gemeente to be seen behind it
        let half = if column.shape == Shape::Bar {
            OWN + 0.5
        } else {
            GROUP
        };
        let mut d = String::new();
        for (at, (across, down)) in corners.iter().enumerate() {
            let step = if at == 0 { 'M' } else { 'L' };
            let (x, y) = (x + across * half, MIDDLE + down * half);
            let _ = write!(d, "{step}{x:.2} {y:.2}");
        }
        self.path(color, &(d + "z"));
    }

    fn finish(self, width: f64) -> String {
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {}">{}</svg>"#,
            SIZE.1, self.0
        )
    }
}
