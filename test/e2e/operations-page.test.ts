import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requiresEngine } from '../support/requires.ts';
import { readGuide, wrongLine } from './support/guide.ts';
import { type OperationsWorld, startOperationsWorld } from './support/operations-world.ts';

const PAGE = readFileSync(path.resolve(import.meta.dirname, '../../docs/operations.md'), 'utf8');

/** The page is a story: each example finds what those before it have left. */
requiresEngine('docs/operations.md', () => {
  let operations: OperationsWorld;
  beforeAll(async () => {
    operations = await startOperationsWorld();
  });
  afterAll(() => operations.stop());

  it.each(readGuide(PAGE).map((example) => [example.title, example] as const))('line %s', async (_, example) => {
    const printed = await operations.run(example);
    const wrong = wrongLine(example.output.map(withoutChance), printed.map(withoutChance));
    expect(wrong, `${example.commands} prints\n${printed.join('\n')}`).toBeUndefined();
  });
});

/** What differs from run to run and from machine to machine. */
function withoutChance(line: string): string {
  return line
    .replaceAll(/(?<=\S) {2,}|^ {3,}/g, '  ')
    .replaceAll(/sha256:[0-9a-f]{12,64}/g, 'sha256:…')
    .replaceAll(/linux\/\w+/g, 'linux/…')
    .replaceAll(/\b(debian|ubuntu) [\d.]+/g, 'a distribution')
    .replaceAll(/-before-\d{8}/g, '-before-…')
    .replaceAll(/\d+(\.\d+)? (B|kB|KB|KiB|MB|MiB)\b/g, '… bytes')
    .replaceAll(/\d+ requests?, [\d.]+ (ms|s)$/g, '… requests, a while');
}
