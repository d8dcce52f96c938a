import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requiresEngine } from '../support/requires.ts';
import { cli, type CliOptions, type CliOutcome } from './support/cli.ts';
import { loggedIn } from './support/docker-config.ts';
import { inEveryWay, inToolImage, newPlace } from './support/ways.ts';
import { startWorld, temporaryDirectory, type World } from './support/world.ts';

const PASSWORD = 'pässword "with" blanks & more';

/** All that is more than text on a line: controls but tab, line separators, marks that reorder text. */
const MORE_THAN_TEXT = /(?!\t)[\p{Cc}\u2028-\u202e\u2066-\u2069]/u;
const ESCAPE = '\u001b';
const COLOURS = new RegExp(`${ESCAPE}\\[[0-9;]*m`, 'g');
/** What our own status line is drawn with, and how a terminal ends lines. */
const STATUS_LINE = new RegExp(`\r${ESCAPE}\\[2K|\r+\n`, 'g');

let world: World;
beforeAll(async () => {
  const auth = { kind: 'basic', users: { ann: PASSWORD } } as const;
  world = await startWorld({ buildpacks: ['hostile-output'], registry: { auth } });
});
afterAll(() => world.stop());

async function buildHostile(options: CliOptions, more: readonly string[] = []): Promise<CliOutcome> {
  const app = ['--path', 'samples/apps/procfile'];
  return cli(['build', '--json', world.image('app'), '--builder', world.builder, ...app, ...more], options);
}

/** Lines without their ends. */
function linesOf(text: string): readonly string[] {
  return text.split('\n');
}

/** Everything is there: the first and the last line, those from standard error too, the long one to its last byte. */
function expectComplete(lines: readonly string[]): void {
  const said = lines.filter((line) => line.startsWith('    '));
  expect(said.filter((line) => line.includes('hostile-output: '))).toHaveLength(2);
  expect(said.filter((line) => line.trim() === '::stop-commands::planted')).toHaveLength(2);
  expect(
    said
      .filter((line) => /^ +x+$/.test(line))
      .join('')
      .replaceAll(' ', ''),
  ).toHaveLength(1024 ** 2);
  expect(said).toContain('    ::error::planted without a line end');
}

for (const declare of [inEveryWay, inToolImage]) {
  declare('what buildpacks print', (way) => {
    it('is text, complete, and stands apart from what we say', async () => {
      const place = await newPlace(way);
      try {
        const auth = Buffer.from(`ann:${PASSWORD}`).toString('base64');
        await mkdir(path.join(place.home, '.docker'));
        await writeFile(
          path.join(place.home, '.docker/config.json'),
          JSON.stringify({ auths: { [world.registry.host]: { auth } } }),
        );
        const { status, stdout, stderr } = await buildHostile(place.options, ['--engine', way.engine]);
        expect(status).toBe(0);
        const lines = linesOf(stderr);
        expect(lines.filter((line) => MORE_THAN_TEXT.test(line))).toEqual([]);
        expect(lines.filter((line) => line.includes('planted') && !line.startsWith('    '))).toEqual([]);
        expect(lines).toContainEqual(expect.stringMatching(/^== export: done/));
        expectComplete(lines);
        expect(JSON.stringify(JSON.parse(stdout))).not.toContain('planted');
      } finally {
        await place.remove();
      }
    });
  });
}

requiresEngine('what buildpacks print, on a terminal', () => {
  it('may have colours and nothing else beside our own status line', async () => {
    const script = 'exec script --quiet --return --command "$*" /dev/null';
    const environment = { ...(await loggedIn(world.registry.host, `ann:${PASSWORD}`)), TERM: 'xterm' };
    const { status, stdout } = await buildHostile({ environment, launcher: ['sh', '-c', script, 'sh'] });
    expect(status).toBe(0);
    const lines = linesOf(stdout.replaceAll(STATUS_LINE, '\n').replaceAll(COLOURS, ''));
    expect(lines.filter((line) => MORE_THAN_TEXT.test(line))).toEqual([]);
    expectComplete(lines);
  });
});

requiresEngine('a secret that a buildpack prints', () => {
  it('is masked, in whatever form', async () => {
    const app = await temporaryDirectory('leak');
    await writeFile(
      path.join(app, 'project.toml'),
      [
        '[_]',
        'schema-version = "0.2"',
        '[[io.buildpacks.group]]',
        'id = "test/leak"',
        'version = "1"',
        '[io.buildpacks.group.script]',
        'api = "0.10"',
        `inline = '''`,
        'echo "plain $LEAK."',
        'printf "coloured \\033[31m%s\\033[0m.\\n" "$LEAK"',
        'echo "base64 $(printf %s "$LEAK" | base64 -w 0)."',
        'echo "header $(printf %s "ann:$LEAK" | base64 -w 0)."',
        'echo "json $(printf %s "$LEAK" | sed "s/\\"/\\\\\\\\\\"/g")."',
        `'''`,
      ].join('\n'),
    );
    const environment = await loggedIn(world.registry.host, `ann:${PASSWORD}`);
    const args = ['--builder', world.builder, '--path', app, '--env', `LEAK=${PASSWORD}`];
    const { status, stderr } = await cli(['build', world.image('leak'), ...args], { environment });
    expect(status).toBe(0);
    for (const form of ['plain', 'coloured', 'base64', 'header', 'json']) expect(stderr).toContain(`${form} ***.`);
  });
});
