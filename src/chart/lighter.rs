//! Maps for a screen. In: the SVG of a picture. Out: the same with borders of fewer points, and what looks alike as one
//! path, or nothing where it draws no borders. Nothing fails. The peculiarity it answers: paper shows a border to 200 m, a screen half as sharp, and
//! places on a lattice stay one border for the two gemeenten that share it.

use std::fmt::Write as _;

/// Lattice of the borders, in the units of a drawing.
const LATTICE: f64 = 8.0;
/// What has fewer points is no border.
const BORDER: usize = 12;

/// The drawing with lighter borders; none where it has none.
pub fn lighter(svg: &str) -> Option<String> {
    let mut out = String::with_capacity(svg.len() / 2);
    let (mut found, mut path) = (false, Path::default());
    for line in svg.split_inclusive('\n') {
        let border = border(line);
        found |= border.is_some();
        if let Some((look, steps)) = border.or_else(|| stroke(line)) {
            path.add(look, &steps, &mut out);
        } else {
            path.end(&mut out);
            out += line;
        }
    }
    path.end(&mut out);
    found.then_some(out)
}

/// What follows each other and looks alike, as one path.
#[derive(Default)]
struct Path<'a> {
    look: &'a str,
    steps: String,
}

impl<'a> Path<'a> {
    fn add(&mut self, look: &'a str, steps: &str, out: &mut String) {
        if look != self.look {
            self.end(out);
            self.look = look;
        }
        self.steps += steps;
    }

    fn end(&mut self, out: &mut String) {
        if !self.steps.is_empty() {
            // writing to a string cannot fail
            let _ = writeln!(out, "<path{} d=\"{}\"/>", self.look, self.steps);
            self.steps.clear();
        }
    }
}

/// How a stroke of two points looks, and its steps.
fn stroke(line: &str) -> Option<(&str, String)> {
    let (look, rest) = line.strip_prefix("<polyline")?.split_once(" points=\"")?;
    let (points, _) = rest.split_once('"')?;
    let mut numbers = points.split([' ', ',']).map(str::parse);
    let mut next = || numbers.next()?.ok();
    let [x, y, to_x, to_y]: [i64; 4] = [next()?, next()?, next()?, next()?];
    let (right, down) = (to_x - x, to_y - y);
    let apart = if down < 0 { "" } else { " " };
    numbers
        .next()
        .is_none()
        .then(|| (look, format!("M{x} {y}l{right}{apart}{down}")))
}

/// How a border looks, closed or not, and its steps on the lattice.
fn border(line: &str) -> Option<(&str, String)> {
    let (rest, end) = match line.strip_prefix("<polygon") {
        Some(rest) => (rest, "z"),
        None => (line.strip_prefix("<polyline")?, ""),
    };
    let (look, rest) = rest.split_once(" points=\"")?;
    let (points, after) = rest.split_once('"')?;
    if after.trim_end() != "/>" {
        return None;
    }
    let points: Vec<(i64, i64)> = points
        .split_whitespace()
        .map(|point| {
            let (x, y) = point.split_once(',')?;
            let on = |text: &str| Some((text.parse::<f64>().ok()? / LATTICE).round() as i64);
            Some((on(x)?, on(y)?))
        })
        .collect::<Option<_>>()?;
    if points.len() < BORDER {
        return None;
    }
    let mut kept: Vec<(i64, i64)> = Vec::with_capacity(points.len());
    for point in points {
        if kept.last() == Some(&point) {
            continue;
        }
        if let [.., a, b] = kept[..]
            && is_between(a, b, point)
        {
            kept.pop();
        }
        kept.push(point);
    }
    let unit = LATTICE as i64;
    let mut steps = String::new();
    let mut at = *kept.first()?;
    let _ = write!(steps, "M{} {}l", at.0 * unit, at.1 * unit);
    for &to in &kept[1..] {
        for step in [(to.0 - at.0) * unit, (to.1 - at.1) * unit] {
            // a minus sign parts two numbers as well as a blank does
            let apart = !steps.ends_with('l') && step >= 0;
            let _ = write!(steps, "{}{step}", if apart { " " } else { "" });
        }
        at = to;
    }
    steps += end;
    Some((look, steps))
}

/// Whether the middle one of three points lies on the way between the others.
const fn is_between(a: (i64, i64), b: (i64, i64), c: (i64, i64)) -> bool {
    let (ab, bc) = ((b.0 - a.0, b.1 - a.1), (c.0 - b.0, c.1 - b.1));
    ab.0 * bc.1 == ab.1 * bc.0 && ab.0 * bc.0 + ab.1 * bc.1 >= 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_border_keeps_its_corners_and_loses_what_lies_between() {
        let mut points: Vec<(i64, i64)> = (0..10).map(|at| (at * 8, 0)).collect();
        points.extend((0..10).map(|at| (80, at * 8)));
        points.extend([(80, 80), (0, 81), (0, 40), (0, 2)]);
        let text: Vec<String> = points.iter().map(|(x, y)| format!("{x},{y}")).collect();
        let svg = format!(
            "<svg>\n<polygon fill=\"#FFF\" points=\"{}\"/>\n</svg>\n",
            text.join(" ")
        );
        assert_eq!(
            lighter(&svg).unwrap(),
            "<svg>\n<path fill=\"#FFF\" d=\"M0 0l80 0 0 80-80 0 0-80z\"/>\n</svg>\n"
        );
    }

    #[test]
    fn strokes_that_look_alike_are_one_path() {
        let stroke =
            |color: &str, to: u8| format!("<polyline stroke=\"{color}\" points=\"0,0 9,{to}\"/>\n");
        let border: Vec<String> = (0..12)
            .map(|at| format!("{},{}", at * 8, at * at * 8))
            .collect();
        let border = format!("<polygon points=\"{}\"/>\n", border.join(" "));
        let svg = [stroke("a", 1), stroke("a", 2), stroke("b", 3), border].concat();
        let light = lighter(&svg).unwrap();
        assert!(light.starts_with(
            "<path stroke=\"a\" d=\"M0 0l9 1M0 0l9 2\"/>\n<path stroke=\"b\" d=\"M0 0l9 3\"/>\n<path d=\"M0 0l"
        ));
    }

    #[test]
    fn what_draws_no_border_stays() {
        assert_eq!(lighter("<polygon points=\"0,0 5,5 0,5\"/>\n"), None);
    }
}
