import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requiresDocker, requiresRoot, requiresSquid } from '../support/requires.ts';
import { type GuideExample, readGuide, wrongLine } from './support/guide.ts';
import { type GuideWorld, startGuideWorld } from './support/guide-world.ts';

const PAGE = readFileSync(path.resolve(import.meta.dirname, '../../docs/enterprise.md'), 'utf8');
const EXAMPLES = readGuide(PAGE);

requiresRoot('docs/enterprise.md', () => {
  requiresSquid('in the company that it tells of', () => {
    let world: GuideWorld;
    beforeAll(async () => {
      world = await startGuideWorld();
    });
    afterAll(() => world.stop());

    const check = async (example: GuideExample) => {
      const printed = await world.run(example);
      const wrong = wrongLine(example.output.map(withoutChance), printed.map(withoutChance));
      expect(wrong, `${example.commands} prints\n${printed.join('\n')}`).toBeUndefined();
    };

    it.each(titled(EXAMPLES.filter((example) => !usesDocker(example))))('line %s', (_, example) => check(example));

    requiresDocker('with docker', () => {
      it.each(titled(EXAMPLES.filter(usesDocker)))('line %s', (_, example) => check(example));
    });
  });
});

function titled(examples: readonly GuideExample[]): [string, GuideExample][] {
  return examples.map((example) => [example.title, example]);
}

function usesDocker({ commands }: GuideExample): boolean {
  return commands.includes('--engine container');
}

/** What differs from run to run and from machine to machine, and how wide columns are for it. */
function withoutChance(line: string): string {
  return line
    .replace(/sha256:[0-9a-f]{12}/g, 'sha256:…')
    .replace(/SHA-256 [0-9A-F:]{95}/g, 'SHA-256 …')
    .replace(/\b20\d\d-\d\d-\d\d\b/g, 'a day')
    .replace(/linux\/\w+/g, 'linux/…')
    .replace(/docker \d[\w.+~-]*/g, 'docker …')
    .replace(/^ +\d+ {2}(Node\.js|\/etc\/ssl\/certs.*|trusted in all.*|SSL_CERT_FILE.*|[\w-]+\.pem)$/, '  … $1')
    .replace(/\d+ of (Node\.js|\/etc\/ssl\/certs)/g, '… of $1')
    .replace(/(\S) {2,}/g, '$1  ');
}
