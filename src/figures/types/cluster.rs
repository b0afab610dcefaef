//! Clustering, on a table of numbers without a hole: the tree of Ward, how well a cut of it holds together, and how alike
//! two cuts are.
//!
//! Rows come in region order, and everything here is a function of the rows and their order alone. Of distances that are
//! equal the tree takes the first in that order; `kodama` sorts its steps by height and keeps the order of equal ones.

use kodama::{Method, linkage};

use crate::base::sum::Sum;

/// Which part each row belongs to: numbered from 0, in the order in which they first appear.
pub type Partition = Vec<usize>;

/// The distances of all pairs of rows, row by row, without those that are there already.
#[derive(Clone, Debug)]
pub struct Distances {
    rows: usize,
    pairs: Vec<f64>,
}

impl Distances {
    /// Euclidean distances.
    pub fn of(rows: &[Vec<f64>]) -> Self {
        let mut pairs = Vec::with_capacity(rows.len() * rows.len().saturating_sub(1) / 2);
        for (place, one) in rows.iter().enumerate() {
            let others = rows[place + 1..].iter();
            pairs.extend(others.map(|other| euclidean(one, other)));
        }
        Self {
            rows: rows.len(),
            pairs,
        }
    }

    /// The distance of two rows.
    pub fn between(&self, one: usize, other: usize) -> f64 {
        let (low, high) = (one.min(other), one.max(other));
        if low == high {
            return 0.0;
        }
        // the rows before `low` have rows - 1, rows - 2, ... pairs
        self.pairs[low * self.rows - low * (low + 1) / 2 + high - low - 1]
    }
}

fn euclidean(one: &[f64], other: &[f64]) -> f64 {
    let squares = one.iter().zip(other).map(|(a, b)| (a - b) * (a - b));
    squares.collect::<Sum>().total().sqrt()
}

/// A step of a tree: which two parts become one. The parts are rows first, then what the steps made.
type Step = (usize, usize);

/// The tree of Ward: each step joins the two parts that add least to the squares within parts.
#[derive(Clone, Debug)]
pub struct Tree {
    rows: usize,
    steps: Vec<Step>,
}

impl Tree {
    /// Of some distances, which are finite.
    pub fn ward(distances: &Distances) -> Self {
        let mut pairs = distances.pairs.clone();
        let made = linkage(&mut pairs, distances.rows, Method::Ward);
        let steps = made.steps().iter();
        Self {
            rows: distances.rows,
            steps: steps.map(|step| (step.cluster1, step.cluster2)).collect(),
        }
    }

    /// The parts that are left when the last steps are undone: so many parts, or one per row where there are fewer.
    pub fn cut(&self, parts: usize) -> Partition {
        let joined = self.rows.saturating_sub(parts.max(1));
        // each row and step leads to the step that took it in
        let mut parents: Vec<usize> = (0..self.rows + joined).collect();
        for (nth, (one, other)) in self.steps.iter().take(joined).enumerate() {
            parents[*one] = self.rows + nth;
            parents[*other] = self.rows + nth;
        }
        // a step comes behind what it takes in
        for place in (0..parents.len()).rev() {
            parents[place] = parents[parents[place]];
        }
        in_order(&parents[..self.rows])
    }
}

/// Numbers parts in the order in which they first appear.
pub fn in_order(parts: &[usize]) -> Partition {
    let mut seen: Vec<usize> = Vec::new();
    let number = |part: &usize| {
        seen.iter().position(|of| of == part).unwrap_or_else(|| {
            seen.push(*part);
            seen.len() - 1
        })
    };
    parts.iter().map(number).collect()
}

/// How many rows each part has.
pub fn sizes(partition: &[usize]) -> Vec<usize> {
    let parts = partition.iter().max().map_or(0, |last| last + 1);
    let size = |part: usize| partition.iter().filter(|of| **of == part).count();
    (0..parts).map(size).collect()
}

/// The silhouette of each row (Rousseeuw 1987): how much nearer its own part is than the next, from -1 to 1; 0 for a row
/// that is a part of its own.
pub fn silhouettes(distances: &Distances, partition: &[usize]) -> Vec<f64> {
    let sizes = sizes(partition);
    let silhouette = |row: usize| {
        let mut sums = vec![Sum::default(); sizes.len()];
        for (other, part) in partition.iter().enumerate() {
            sums[*part].add(distances.between(row, other));
        }
        let own = partition[row];
        if sizes[own] < 2 {
            return 0.0;
        }
        let within = sums[own].total() / (sizes[own] - 1) as f64;
        let others = (0..sizes.len()).filter(|part| *part != own);
        let means = others.map(|part| sums[part].total() / sizes[part] as f64);
        let Some(next) = means.min_by(f64::total_cmp) else {
            return 0.0;
        };
        let larger = within.max(next);
        if larger > 0.0 {
            (next - within) / larger
        } else {
            0.0
        }
    };
    (0..partition.len()).map(silhouette).collect()
}

/// The mean of some numbers, in their order; 0 of none.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().copied().collect::<Sum>().total() / values.len().max(1) as f64
}

/// How many rows lie in each pair of parts of two partitions.
fn table(one: &[usize], other: &[usize]) -> Vec<Vec<usize>> {
    let mut counts = vec![vec![0; sizes(other).len()]; sizes(one).len()];
    for (a, b) in one.iter().zip(other) {
        counts[*a][*b] += 1;
    }
    counts
}

/// How alike two partitions are: the adjusted Rand index (Hubert and Arabie 1985), 1 for the same parts, 0 for what
/// chance gives.
pub fn adjusted_rand(one: &[usize], other: &[usize]) -> f64 {
    let pairs = |count: usize| (count * count.saturating_sub(1) / 2) as f64;
    let together: f64 = table(one, other)
        .iter()
        .flatten()
        .map(|of| pairs(*of))
        .sum();
    let [first, second] = [one, other].map(|of| -> f64 {
        let sizes = sizes(of);
        sizes.iter().map(|size| pairs(*size)).sum()
    });
    let all = pairs(one.len());
    let expected = if all > 0.0 { first * second / all } else { 0.0 };
    let most = f64::midpoint(first, second);
    // both one part, or both all apart
    if (most - expected).abs() < f64::EPSILON {
        return 1.0;
    }
    (together - expected) / (most - expected)
}

/// Per row whether it stays where it was, when each part of the other partition is taken for one part of the first such
/// that most rows stay; of matchings that keep as many the first counts.
pub fn kept(one: &[usize], other: &[usize]) -> Vec<bool> {
    let counts = table(one, other);
    let best = matching(&counts, sizes(other).len());
    one.iter()
        .zip(other)
        .map(|(a, b)| best[*a] == Some(*b))
        .collect()
}

/// The most that is counted with a set of columns, and the column of the last row.
type Most = Option<(usize, Option<usize>)>;

/// Which column each row of a table takes, none twice, so that most is counted: by all sets of columns, of which there
/// are few.
fn matching(counts: &[Vec<usize>], columns: usize) -> Vec<Option<usize>> {
    let sets = 1_usize << columns;
    // the most that the rows so far count with a set of columns taken, and the column of the last of them
    let mut ways: Vec<Vec<Most>> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; sets];
    before[0] = Some(0);
    for row in counts {
        let mut now: Vec<Most> = vec![None; sets];
        let reached = before.iter().enumerate();
        for (set, most) in reached.filter_map(|(set, most)| Some((set, (*most)?))) {
            let taken = (0..columns)
                .filter(|column| set & (1 << column) == 0)
                .map(|column| (set | (1 << column), most + row[column], Some(column)));
            for (set, most, column) in taken.chain([(set, most, None)]) {
                if now[set].is_none_or(|(known, _)| most > known) {
                    now[set] = Some((most, column));
                }
            }
        }
        before = now.iter().map(|of| of.map(|(most, _)| most)).collect();
        ways.push(now);
    }
    let mut set = 0;
    for (next, most) in before.iter().enumerate() {
        if *most > before[set] {
            set = next;
        }
    }
    let mut best = vec![None; counts.len()];
    for (row, way) in ways.iter().enumerate().rev() {
        best[row] = way[set].and_then(|(_, column)| column);
        if let Some(column) = best[row] {
            set &= !(1 << column);
        }
    }
    best
}
