import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FleetReport } from '../../packages/core/src/index.ts';
import { requiresEngine } from '../support/requires.ts';
import { build, cli } from './support/cli.ts';
import { startWorld, temporaryDirectory, type World } from './support/world.ts';

requiresEngine('fleet', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ buildpacks: ['procfile'] });
    await build([world.image('team/app'), '--builder', world.builder, '--path', 'samples/apps/procfile']);
  });
  afterAll(() => world.stop());

  const prefix = () => world.image('team').replace(/:1$/, '');

  it('tells what inspect tells', async () => {
    const [fleet, inspected] = await Promise.all([
      cli(['fleet', prefix(), '--json']),
      cli(['inspect', world.image('team/app'), '--json']),
    ]);
    const { images } = JSON.parse(fleet.stdout) as FleetReport;
    const { digest, base, buildpacks, size } = JSON.parse(inspected.stdout) as Record<string, unknown>;
    expect(images).toMatchObject([{ kind: 'app', digest, base, buildpacks, size }]);
  });

  describe('ends', () => {
    it.each([
      ['with 0 where nothing is outdated', [], ['--check'], 0],
      ['with 110 where a component was found', [], ['--check', '--component', 'github.com/BurntSushi/toml'], 110],
      ['with 1 where an image is not there', ['team/gone'], [], 1],
      ['with 111 where a registry can’t be reached', ['127.0.0.1:9/team/app:1'], [], 111],
      ['with 2 where nothing is named', undefined, [], 2],
    ] as const)('%s', async (_, listed, options, expected) => {
      const directory = await temporaryDirectory('fleet');
      const file = path.join(directory, 'images');
      const more = (listed ?? []).map((name) => (name.startsWith('127.') ? name : world.image(name)));
      await writeFile(file, [world.image('team/app'), ...more].join('\n'));
      const { status, stderr } = await cli(['fleet', ...(listed === undefined ? [] : [`--list=${file}`]), ...options]);
      expect(status, stderr).toBe(expected);
    });
  });

  it('writes a page beside what it prints', async () => {
    const directory = await temporaryDirectory('fleet');
    const { status, stdout } = await cli(['fleet', prefix(), '--html', 'fleet.html', '--csv'], { directory });
    const page = await readFile(path.join(directory, 'fleet.html'), 'utf8');
    expect([status, stdout.split('\r\n').length, page.includes(world.image('team/app'))]).toEqual([0, 3, true]);
  });

  it('reads no layer but the one with bills of materials', async () => {
    world.registry.forget();
    await cli(['fleet', prefix(), '--component', 'toml']);
    const blobs = world.registry
      .requests()
      .filter(({ method, path: url }) => method === 'GET' && url.includes('/team/app/blobs/'));
    expect(blobs).toHaveLength(2);
  });
});
