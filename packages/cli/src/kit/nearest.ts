/** The word that somebody probably meant, or undefined when none is near. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const most = Math.max(1, Math.floor(word.length / 3));
  const found = words
    .map((each) => ({ each, distance: distance(word, each) }))
    .filter((each) => each.distance <= most)
    .sort((a, b) => a.distance - b.distance);
  return found[0]?.each;
}

/** ` Did you mean --check?`, or nothing. */
export function suggestion(word: string, words: readonly string[]): string {
  const found = nearest(word, words);
  return found === undefined ? '' : ` Did you mean ${found}?`;
}

/** How many letters differ; two that are swapped count as one. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number) => rows[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          at(i - 1, j - 1) + (isSame ? 0 : 1),
          isSwapped ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return at(a.length, b.length);
}
