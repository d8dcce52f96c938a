import { chmod, cp, link, mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requiresDocker } from '../support/requires.ts';
import { buildWithBoth } from './support/both.ts';
import { startWorld, temporaryDirectory, type World } from './support/world.ts';

/** Adds to a copy of the sample app, a checkout with usual modes. */
type Change = (app: string) => Promise<unknown>;

const descriptor =
  (text: string): Change =>
  (app) =>
    writeFile(path.join(app, 'project.toml'), `[_]\nschema-version = "0.2"\n\n${text}`);

const files =
  (...names: readonly string[]): Change =>
  async (app) => {
    for (const name of names) {
      await mkdir(path.dirname(path.join(app, name)), { recursive: true });
      await writeFile(path.join(app, name), `${name}\n`);
    }
  };

const TREE = files(
  'a.log',
  'kept.log',
  'logs/b.log',
  'logs/deep/c.txt',
  'target/x',
  'src/target/y',
  'src/main.c',
  'ä ö',
);

requiresDocker('digests equal those of pack build --publish, whatever the app is', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ buildpacks: ['procfile', 'env-probe', 'label-data'], builder: { order: ORDER } });
  });
  afterAll(() => world.stop());

  const ORDER = [[{ id: 'samples/procfile' }, { id: 'test/env-probe', optional: true }]];

  it.each<[string, readonly Change[]]>([
    ['links, hard links and programs', [TREE, links]],
    [
      'project.toml that excludes',
      [TREE, descriptor('[io.buildpacks]\nexclude = ["*.log", "!kept.log", "/target", "logs/deep/"]\n')],
    ],
    [
      'project.toml that includes',
      [TREE, descriptor('[io.buildpacks]\ninclude = ["Procfile", "greet.sh", "src/", "*.log"]\n')],
    ],
    ['project.toml with variables', [descriptor(VARIABLES)]],
    [
      'project.toml with a group',
      [
        descriptor(
          '[[io.buildpacks.group]]\nid = "test/label-data"\nversion = "0.1.0"\n\n[[io.buildpacks.group]]\nid = "samples/procfile"\n',
        ),
      ],
    ],
    [
      'project.toml with pre and post groups',
      [
        descriptor(
          '[[io.buildpacks.pre.group]]\nid = "test/label-data"\n\n[[io.buildpacks.post.group]]\nuri = "urn:cnb:builder:test/env-probe"\n',
        ),
      ],
    ],
    ['project.toml with a script', [descriptor(SCRIPT)]],
  ])('%s', async (_, changes) => {
    const app = await temporaryDirectory('app');
    await cp('samples/apps/procfile', app, { recursive: true });
    for (const change of changes) await change(app);
    const { ours, pack } = await buildWithBoth(world, { common: ['--builder', world.builder, '--path', app] });
    expect(ours).toEqual(pack);
  });
});

async function links(app: string): Promise<void> {
  await symlink('src/main.c', path.join(app, 'relative'));
  await symlink('/etc/passwd', path.join(app, 'absolute'));
  await symlink('nothing', path.join(app, 'dangling'));
  await symlink('..', path.join(app, 'src/upward'));
  await link(path.join(app, 'src/main.c'), path.join(app, 'hard'));
  await chmod(path.join(app, 'src/main.c'), 0o755);
  await mkdir(path.join(app, 'empty'));
}

const VARIABLES = `[[io.buildpacks.build.env]]
name = "EQUALS"
value = "a=b="

[[io.buildpacks.build.env]]
name = "LINES"
value = """
first
second
"""

[[io.buildpacks.build.env]]
name = "EMPTY"
value = ""
`;

const SCRIPT = `[[io.buildpacks.group]]
id = "example/script"
version = "1.2.3"

[io.buildpacks.group.script]
api = "0.10"
inline = """
mkdir -p "$1/made"
echo 'made by <script> & "quotes"' >"$1/made/file"
printf '[types]\\nlaunch = true\\n' >"$1/made.toml"
"""

[[io.buildpacks.group]]
id = "samples/procfile"
`;
