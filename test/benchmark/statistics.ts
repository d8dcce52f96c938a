/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const around = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]].filter((value) => value !== undefined);
  return around.reduce((sum, value) => sum + value, 0) / around.length;
}

/** Two decimals say enough about a ratio or a time. */
export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
