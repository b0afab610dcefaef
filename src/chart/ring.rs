//! Rings of a map on paper: rounded to a lattice, hatched, measured. In: rings in points. Out: rings and lines in points.
//! Nothing fails: a ring that vanishes on the lattice comes back with fewer than three points. The peculiarity it
//! answers: neighbours share their borders point by point, so both must be simplified alike.

/// An open ring in points: the last point joins the first.
pub(crate) type Ring = Vec<(f64, f64)>;

/// Distance of hatching lines, in points.
const HATCH: f64 = 2.6;

/// A ring on a lattice, without repeated points and points on a straight run.
pub(crate) fn simplified(ring: impl Iterator<Item = (f64, f64)>, lattice: f64) -> Ring {
    let mut cells: Vec<(i64, i64)> = Vec::new();
    for (x, y) in ring {
        let cell = ((x / lattice).round() as i64, (y / lattice).round() as i64);
        if cells.last() == Some(&cell) {
            continue;
        }
        if let [.., a, b] = cells[..] {
            let (u, v) = ((b.0 - a.0, b.1 - a.1), (cell.0 - b.0, cell.1 - b.1));
            if u.0 * v.1 == u.1 * v.0 && u.0 * v.0 + u.1 * v.1 > 0 {
                cells.pop();
            }
        }
        cells.push(cell);
    }
    if cells.len() > 1 && cells.first() == cells.last() {
        cells.pop();
    }
    cells
        .into_iter()
        .map(|(x, y)| (x as f64 * lattice, y as f64 * lattice))
        .collect()
}

/// Slanting lines inside a ring, all on one lattice so that neighbours join.
pub(crate) fn hatch(ring: &[(f64, f64)]) -> Vec<[(f64, f64); 2]> {
    let step = HATCH * std::f64::consts::SQRT_2;
    let sums = ring.iter().map(|(x, y)| x + y);
    let (first, last) = sums.fold((f64::INFINITY, f64::NEG_INFINITY), |r, s| {
        (r.0.min(s), r.1.max(s))
    });
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
    ring.iter()
        .copied()
        .zip(ring.iter().copied().cycle().skip(1))
}

/// Area of a ring.
pub(crate) fn area(ring: &[(f64, f64)]) -> f64 {
    edges(ring)
        .map(|(a, b)| a.0 * b.1 - b.0 * a.1)
        .sum::<f64>()
        .abs()
        / 2.0
}

/// Whether a point lies in a ring.
pub(crate) fn inside(point: (f64, f64), ring: &[(f64, f64)]) -> bool {
    let crossed = edges(ring).filter(|(a, b)| {
        (a.1 > point.1) != (b.1 > point.1)
            && point.0 < (b.0 - a.0) * (point.1 - a.1) / (b.1 - a.1) + a.0
    });
    crossed.count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rings_lose_what_does_not_show_and_keep_their_shape() {
        let square = [
            (0.0, 0.0),
            (5.0, 0.02),
            (10.0, 0.0),
            (10.0, 10.0),
            (0.0, 10.0),
            (0.0, 0.0),
        ];
        let ring = simplified(square.into_iter(), 0.2);
        assert_eq!(ring, [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]);
        assert!((area(&ring) - 100.0).abs() < 1e-9);
        assert!(inside((5.0, 5.0), &ring) && !inside((11.0, 5.0), &ring));
        assert!(
            hatch(&ring)
                .iter()
                .flatten()
                .all(|p| (-1e-9..=10.0 + 1e-9).contains(&p.0))
        );
        assert_eq!(hatch(&ring).len(), 6);
        assert!(simplified([(0.0, 0.0), (0.01, 0.0), (0.0, 0.01)].into_iter(), 0.2).len() < 3);
    }
}
