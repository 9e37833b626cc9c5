import { shortened } from './paths.ts';

const MOST_TOLD = 20;

/** The known name that was probably meant, by edit distance; null when none is near. */
export function nearest(word: string, known: readonly string[]): string | null {
  const ranked = known
    .map((name) => ({ name, distance: editDistance(word.slice(0, 64).toLowerCase(), name.slice(0, 64).toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && word.length > 2 && best.distance <= Math.ceil(word.length / 4) ? best.name : null;
}

/** `; did you mean "connections"?`, or else what there is to choose from. */
export function suggestion(word: string, known: readonly string[]): string {
  const meant = nearest(word, known);
  if (meant !== null) return `did you mean "${shortened(meant)}"?`;
  const told = known.slice(0, MOST_TOLD).map(shortened).join(', ');
  const more = known.length > MOST_TOLD ? ` and ${known.length - MOST_TOLD} more` : '';
  return known.length === 1 ? `there is ${told}` : `there are ${told}${more}`;
}

/** Damerau-Levenshtein (adjacent letters that changed places count once). */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const above = rows[i - 1] as number[];
      const change = (above[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? (rows[i - 2]?.[j - 2] as number) + 1 : change;
      row.push(Math.min(change, swap, (above[j] as number) + 1, (row[j - 1] as number) + 1));
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] as number;
}
