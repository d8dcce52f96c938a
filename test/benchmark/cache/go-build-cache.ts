import { createHash } from 'node:crypto';
import { machineCode } from './machine-code.ts';
import type { LayerFile } from './fixture.ts';
import { Random } from './random.ts';

/** As in a real one: most packages are small, few are large; 300 KB on average. */
const SMALL = 30_000;
const LARGE = 1_400_000;
const LARGE_IN = 5;

/**
 * Files like those of a Go build cache: for each compiled package what was compiled, a short text, and the object file, both named
 * by hashes in one of 256 folders. A package that is compiled again has other names; the older files stay.
 */
export function* goBuildCache(units: readonly number[]): Generator<LayerFile> {
  const entries = units.flatMap((unit) => {
    const [action, output] = [hashOf(`action ${unit}`), hashOf(`output ${unit}`)];
    return [
      {
        name: `${action.slice(0, 2)}/${action}-a`,
        content: () => `v1 ${action} ${output} ${sizeOf(unit)} 1795000000\n`,
      },
      { name: `${output.slice(0, 2)}/${output}-d`, content: () => machineCode(unit, sizeOf(unit)) },
    ];
  });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, content } of entries) yield { name, content: content() };
}

function sizeOf(unit: number): number {
  const random = new Random(unit);
  const average = random.below(LARGE_IN) === 0 ? LARGE : SMALL;
  return average / 2 + random.below(average);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
