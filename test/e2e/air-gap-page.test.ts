import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requiresRoot } from '../support/requires.ts';
import { type AirGapWorld, type Side, startAirGapWorld } from './support/air-gap-world.ts';
import { type GuideExample, readGuide, wrongLine } from './support/guide.ts';

const PAGE = readFileSync(path.resolve(import.meta.dirname, '../../docs/air-gap.md'), 'utf8');
const EXAMPLES = readGuide(PAGE).map((example) => [example.title, example] as const);
/** The heading below which the builder's tag has become another image. */
const MOVED = 'When something has moved';

requiresRoot('docs/air-gap.md', () => {
  let world: AirGapWorld;
  let hasMoved = false;
  beforeAll(async () => {
    world = await startAirGapWorld();
  });
  afterAll(() => world.stop());

  // Each goes on where the one before it has stopped.
  it.each(EXAMPLES)('line %s', async (title, { commands, output }) => {
    if (!hasMoved && title.endsWith(MOVED)) {
      await world.moveBuilder();
      hasMoved = true;
    }
    const printed = await world.run(sideOf({ commands }), commands);
    const digest = printed.find((line) => /^sha256:[0-9a-f]{64}$/.test(line));
    if (digest !== undefined) world.tell(digest);
    const wrong = wrongLine(output.map(withoutChance), printed.map(withoutChance));
    expect(wrong, `${commands} prints\n${printed.join('\n')}`).toBeUndefined();
  });

  it('tells of both sides', () => {
    expect(new Set(EXAMPLES.map(([, example]) => sideOf(example)))).toEqual(new Set(['outside', 'inside']));
    expect(hasMoved).toBe(true);
  });
});

function sideOf({ commands }: Pick<GuideExample, 'commands'>): Side {
  const [, side] = /^# (outside|inside)\n/.exec(commands) ?? [];
  if (side === 'outside' || side === 'inside') return side;
  throw new Error(`the example does not say on which side it is typed:\n${commands}`);
}

/** What differs from run to run and from machine to machine, and how wide columns are for it. */
function withoutChance(line: string): string {
  return line
    .replace(/sha256:([0-9a-f]{64}|[0-9a-f]*…)/g, 'sha256:…')
    .replace(/\b\d+(\.\d+)? (B|kB|MB)\b/g, 'some bytes')
    .replace(/linux\/\w+/g, 'linux/…')
    .replace(/(buildpacks-ci\/buildpacks-ci):\d+\.\d+\.\d+/g, '$1:…')
    .replace(/\b\d+(\.\d+)? s\b/g, 'some time')
    .replace(/(\S) {2,}/g, '$1  ');
}
