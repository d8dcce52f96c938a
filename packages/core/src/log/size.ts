const UNITS = ['kB', 'MB', 'GB', 'TB', 'PB'] as const;
const STEP = 1000;

/** Bytes for people, in powers of 1000 as registries and `docker` show them: `512 B`, `4.1 kB`, `70 MB`. */
export function formatSize(bytes: number): string {
  if (bytes < STEP) return `${bytes} B`;
  let value = bytes;
  let unit: string = 'B';
  for (const next of UNITS) {
    if (Number(significant(value)) < STEP) break;
    value /= STEP;
    unit = next;
  }
  return `${significant(value)} ${unit}`;
}

/** One decimal below ten, none from there on. */
function significant(value: number): string {
  const short = value.toFixed(1);
  return Number(short) < 10 && !short.endsWith('.0') ? short : value.toFixed(0);
}
