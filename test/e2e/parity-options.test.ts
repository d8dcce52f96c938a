import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requiresDocker } from '../support/requires.ts';
import { buildWithBoth } from './support/both.ts';
import { pack } from './support/pack.ts';
import { startWorld, temporaryDirectory, type World } from './support/world.ts';

const APP = ['--path', 'samples/apps/procfile'];
const LABEL_DATA = path.resolve('test/buildpacks/label-data');
const ENV_PROBE = path.resolve('test/buildpacks/env-probe');

/** Values that a careless hand-over changes, one per variable. */
const VARIABLES = [
  'EQUALS=a=b==c=',
  'LINES=first\nsecond\n\n',
  `QUOTES="double" 'single' \`back\` \\`,
  'EMPTY=',
  'SHELL_TEXT=$HOME $(id) ; & | < > * ~ #',
  'BLANKS=  both ends\t ',
  'UNICODE=ä € 😀',
];

requiresDocker('digests equal those of pack build --publish, whatever is asked for', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ buildpacks: ['procfile'] });
  });
  afterAll(() => world.stop());

  /** Options that have one name in both. */
  it.each([
    ['awkward text in labels and metadata', ['--pre-buildpack', LABEL_DATA]],
    ['env', ['--pre-buildpack', ENV_PROBE, ...VARIABLES.flatMap((variable) => ['--env', variable])]],
    [
      'pre and post buildpacks',
      ['--pre-buildpack', LABEL_DATA, '--pre-buildpack', ENV_PROBE, '--post-buildpack', LABEL_DATA],
    ],
    [
      "explicit buildpacks around the builder's",
      ['--buildpack', ENV_PROBE, '--buildpack', 'from=builder', '--buildpack', LABEL_DATA],
    ],
    ['a buildpack of the builder by its id', ['--buildpack', 'samples/procfile', '--buildpack', ENV_PROBE]],
    ['default process', ['--default-process', 'once']],
    ['creation time', ['--creation-time', '1700000000']],
    ['execution environment', ['--exec-env', 'test', '--pre-buildpack', ENV_PROBE]],
    ['user and group', ['--uid', '65534', '--gid', '65534']],
    ['group', ['--gid', '0']],
  ])('%s', async (_, args) => {
    const common = ['--builder', world.builder, ...APP];
    const ours = args.map((arg) => arg.replace(/^--((?:pre-|post-)?buildpack)$/, '--$1s'));
    const digests = await buildWithBoth(world, { common, ours, pack: args });
    expect(digests.ours).toEqual(digests.pack);
  });

  it('a pre-buildpack from an image', async () => {
    const directory = await temporaryDirectory('package');
    const config = path.join(directory, 'package.toml');
    await writeFile(config, `[buildpack]\nuri = ${JSON.stringify(ENV_PROBE)}\n`);
    await pack([
      'buildpack',
      'package',
      world.image('env-probe'),
      '--config',
      config,
      '--publish',
      '--target',
      'linux/amd64',
    ]);
    const common = ['--builder', world.builder, ...APP];
    const { ours, pack: peer } = await buildWithBoth(world, {
      common,
      ours: ['--pre-buildpacks', world.image('env-probe')],
      pack: ['--pre-buildpack', world.image('env-probe')],
    });
    expect(ours).toEqual(peer);
  });
});
