//! Maps for a screen. In: the SVG of a picture. Out: the same with borders of fewer points in fewer letters, or nothing where it
//! draws no borders. Nothing fails. The peculiarity it answers: paper shows a border to 200 m, a screen half as sharp, and
//! places on a lattice stay one border for the two gemeenten that share it.

use std::fmt::Write as _;

/// Lattice of the borders, in the units of a drawing.
const LATTICE: f64 = 5.0;
/// What has fewer points is no border.
const BORDER: usize = 24;

/// The drawing with lighter borders; none where it has none.
pub fn lighter(svg: &str) -> Option<String> {
    let mut out = String::with_capacity(svg.len() / 2);
    let mut found = false;
    for line in svg.split_inclusive('\n') {
        match border(line) {
            Some(path) => {
                found = true;
                out += &path;
            }
            None => out += line,
        }
    }
    found.then_some(out)
}

/// A polygon of many points as a path of steps on the lattice.
fn border(line: &str) -> Option<String> {
    let rest = line.strip_prefix("<polygon")?;
    let (before, rest) = rest.split_once(" points=\"")?;
    let (points, after) = rest.split_once('"')?;
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
    let mut path = String::new();
    let mut at = *kept.first()?;
    // writing to a string cannot fail
    let _ = write!(path, "M{} {}l", at.0 * unit, at.1 * unit);
    for &to in &kept[1..] {
        for step in [(to.0 - at.0) * unit, (to.1 - at.1) * unit] {
            // a minus sign parts two numbers as well as a blank does
            let apart = !path.ends_with('l') && step >= 0;
            let _ = write!(path, "{}{step}", if apart { " " } else { "" });
        }
        at = to;
    }
    Some(format!("<path{before} d=\"{path}z\"{after}"))
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
        let side = |n: i64| (0..10).map(move |at| (n, at));
        let mut points: Vec<(i64, i64)> = side(0).map(|(_, at)| (at * 10, 0)).collect();
        points.extend(side(0).map(|(_, at)| (100, at * 10)));
        points.extend([(100, 100), (0, 101), (0, 50), (0, 2)]);
        let text: Vec<String> = points.iter().map(|(x, y)| format!("{x},{y}")).collect();
        let svg = format!(
            "<svg>\n<polygon fill=\"#FFF\" points=\"{}\"/>\n</svg>\n",
            text.join(" ")
        );
        assert_eq!(
            lighter(&svg).unwrap(),
            "<svg>\n<path fill=\"#FFF\" d=\"M0 0l100 0 0 100-100 0 0-100z\"/>\n</svg>\n"
        );
    }

    #[test]
    fn what_draws_no_border_stays() {
        assert_eq!(lighter("<polygon points=\"0,0 5,5 0,5\"/>\n"), None);
    }
}
