import { createHash } from 'node:crypto';

/** Named in the format: another table makes other chunks, and nothing of an older cache would be found again. */
const GEAR_SEED = 'buildpacks-ci gear 1';

/**
 * The 256 numbers that the rolling hash adds for each value of a byte: the first four bytes, little-endian, of
 * `SHA-256("buildpacks-ci gear 1 " + value in decimal)` (`docs/cache-format.md`). As signed numbers, which additions give anyway.
 */
export function gearTable(): Int32Array {
  return Int32Array.from({ length: 256 }, (_, value) =>
    createHash('sha256').update(`${GEAR_SEED} ${value}`).digest().readInt32LE(0),
  );
}
