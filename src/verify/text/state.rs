//! What goes on while the content of a page is read: places, colours, the font, and what is open.
//!
//! In: operands. Out: places on the page. Nothing fails: what is no number counts as none. The peculiarity it exists for: what a glyph
//! looks like and where depends on all operations before it.

use lopdf::{Dictionary, Object};

use super::paint::{Bounds, Color, Point};

pub(super) type Matrix = [f64; 6];
pub(super) const IDENTITY: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// First `a`, then `b`.
pub(super) fn times(a: Matrix, b: Matrix) -> Matrix {
    [
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    ]
}

/// What `q` keeps and `Q` brings back.
#[derive(Clone, Copy)]
pub(super) struct State {
    pub(super) matrix: Matrix,
    pub(super) font: Option<*const Dictionary>,
    pub(super) size: f64,
    /// Whether text is painted.
    pub(super) shows: bool,
    pub(super) fill: Color,
    pub(super) clip: Bounds,
}

impl Default for State {
    fn default() -> Self {
        Self {
            matrix: IDENTITY,
            font: None,
            size: 0.0,
            shows: true,
            fill: [0.0; 3],
            clip: Bounds::default(),
        }
    }
}

/// Where the middle of small letters lies above the line, for a size of 1.
pub(super) const MIDDLE: f64 = 0.27;

/// What goes on while content is read.
pub(super) struct Running {
    pub(super) state: State,
    pub(super) saved: Vec<State>,
    pub(super) line: Matrix,
    /// Whether a text object is open.
    pub(super) is_open: bool,
    /// Whether the path cuts away what lies outside it.
    pub(super) cuts: bool,
    pub(super) text: String,
}

impl Running {
    /// Where content starts.
    pub(super) const fn new(start: State) -> Self {
        Self {
            state: start,
            saved: Vec::new(),
            line: IDENTITY,
            is_open: false,
            cuts: false,
            text: String::new(),
        }
    }

    /// Height of the line of text on the page.
    pub(super) fn baseline(&self) -> f64 {
        times(self.line, self.state.matrix)[5]
    }
}

/// Where a point comes to lie.
pub(super) fn point(matrix: Matrix, (x, y): Point) -> Point {
    (
        matrix[0] * x + matrix[2] * y + matrix[4],
        matrix[1] * x + matrix[3] * y + matrix[5],
    )
}

pub(super) fn number(object: &Object) -> f64 {
    object.as_float().map_or(0.0, f64::from)
}

pub(super) fn numbers(operands: &[Object]) -> Matrix {
    let mut matrix = [0.0; 6];
    for (place, operand) in matrix.iter_mut().zip(operands) {
        *place = number(operand);
    }
    matrix
}
