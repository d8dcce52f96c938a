import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildpackDirectory } from '../bench/images.ts';
import { cli } from './support/cli.ts';
import { startWorld, type World } from './support/world.ts';

const HEX = 'c'.repeat(64);
const DEPENDENCY = `
[[metadata.dependencies]]
id = "tool"
version = "1.2.3"
uri = "https://downloads.example/tool.tgz"
sha256 = "${HEX}"
stacks = ["*"]
`;

describe('verify', () => {
  let world: World;
  let directory: string;
  let app: string;
  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'e2e-verify-'));
    const fetching = path.join(directory, 'fetching');
    await cp(await buildpackDirectory('procfile'), fetching, { recursive: true });
    const description = path.join(fetching, 'buildpack.toml');
    await writeFile(description, `${await readFile(description, 'utf8')}${DEPENDENCY}`);
    world = await startWorld({ buildpacks: ['procfile'], builder: { buildpacks: [fetching] } });
    app = path.join(directory, 'app');
    await mkdir(app);
    await writeFile(path.join(app, 'package-lock.json'), '{}');
    await mkdir(path.join(directory, 'mapping'));
    await writeFile(path.join(directory, 'mapping/type'), 'dependency-mapping');
    await writeFile(path.join(directory, 'mapping', HEX), 'file:///deps/tool.tgz');
  });
  afterAll(async () => {
    await world.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const verify = (...flags: readonly string[]) =>
    cli(['verify', `--builder=${world.builder}`, `--path=${app}`, ...flags], { directory });

  it('lists what a build would need', async () => {
    const { status, stdout, stderr } = await verify('--json');
    expect(status).toBe(112);
    expect(JSON.parse(stdout)).toEqual({
      needs: [
        expect.objectContaining({ kind: 'image', role: 'builder', name: world.builder }),
        expect.objectContaining({ kind: 'image', role: 'run-image', name: world.runImage }),
        {
          kind: 'dependency',
          id: 'tool',
          version: '1.2.3',
          buildpack: expect.stringMatching(/^samples\/procfile@/) as string,
          uri: 'https://downloads.example/tool.tgz',
          host: 'downloads.example',
        },
        { kind: 'packages', manager: 'npm', file: 'package-lock.json', host: 'registry.npmjs.org' },
      ],
      unread: [],
    });
    expect(stderr).toContain('a build with these inputs may need 4 things from outside');
  });

  it('reaches nobody that such a build may not', async () => {
    world.registry.forget();
    const { status, stdout } = await verify('--offline');
    expect(status).toBe(112);
    expect(stdout).toContain(`builder ${world.builder}`);
    expect(stdout).toContain('could not be read:');
    expect(world.registry.requests()).toEqual([]);
  });

  it('is content with a registry, a mapping and a mirror in the closed network', async () => {
    const { status, stdout } = await verify(
      '--offline',
      '--offline-hosts=127.0.0.1',
      `--bindings=deps=${path.join(directory, 'mapping')}`,
      '--env=NPM_CONFIG_REGISTRY=https://127.0.0.1/npm',
    );
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'nothing is needed from outside\n' });
  });

  it('counts what a lock names as carried over', async () => {
    const lock = await cli(['lock', `--builder=${world.builder}`, `--path=${app}`, '--tool-image=none'], { directory });
    expect(lock.status).toBe(0);
    const { status, stdout } = await verify('--locked', '--network=none');
    expect(status).toBe(112);
    expect(stdout).not.toContain('images;');
    expect(stdout).toContain('downloads.example by samples/procfile@');
  });

  it.each([
    ['a name that nobody has', () => world.image('gone'), 2],
    ['a host that nobody knows', () => 'registry.invalid/builder:1', 111],
  ])('takes no trouble outside for a need: %s', async (_what, builder, expected) => {
    const name = builder();
    const { status, stdout, stderr } = await cli(['verify', `--builder=${name}`, `--path=${app}`], { directory });
    expect({ status, stdout }).toEqual({ status: expected, stdout: '' });
    expect(stderr).toContain(name.split('/')[0]);
  });

  it('refuses a folder without its option, rather than look at another one', async () => {
    const { status, stderr } = await cli(['verify', app, `--builder=${world.builder}`], { directory });
    expect(status).toBe(2);
    expect(stderr).toContain(`--path=${app}`);
  });
});
