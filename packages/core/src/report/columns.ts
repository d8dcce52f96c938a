/** How a column's cells stand in it. */
export type Alignment = 'left' | 'right';

/**
 * Lays rows out so that the columns line up. Trailing space is never written, so that a row can be copied.
 *
 * @param alignments one for each column; columns beyond them stand left
 */
export function alignColumns(
  rows: readonly (readonly string[])[],
  alignments: readonly Alignment[] = [],
): readonly string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(0, ...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return alignments[column] === 'right' ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}

/** A name and its values, one below the other; a fact without values is left out. */
export interface Fact {
  readonly name: string;
  readonly values: readonly string[];
}

/** `Name  value`, the values of all facts beginning in the same column. */
export function alignFacts(facts: readonly Fact[]): readonly string[] {
  return alignColumns(
    facts.flatMap(({ name, values }) => values.map((value, index) => [index === 0 ? name : '', value])),
  );
}

/** `1 layer`, `2 layers`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
