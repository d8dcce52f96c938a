import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crane } from '../bench/images.ts';
import { type Registry, startRegistry } from '../bench/registry.ts';
import { requiresDocker, requiresRoot } from '../support/requires.ts';
import { cli, type CliOptions } from './support/cli.ts';
import { listAppFiles } from './support/app-files.ts';
import { loggedIn } from './support/docker-config.ts';
import { startWorld, temporaryDirectory, type World } from './support/world.ts';

const APP = ['--path', path.resolve('samples/apps/procfile')];
/** Of the platforms that images are built for, one that this machine is not. */
const FOREIGN = process.arch === 'arm64' ? 'amd64' : 'arm64';
const HEX = '0'.repeat(64);

/** What a refused run says: pieces of the text after `error:`, and of the hint. */
interface Refusal {
  readonly says: string | readonly string[];
  readonly hint: string;
  /** Default 2. */
  readonly status?: number;
}

let world: World;
/** Paths that a build must not ask for: the layers of everything that is on the registry at the start. */
let layers: readonly string[];

beforeAll(async () => {
  world = await startWorld({ buildpacks: ['procfile', 'env-probe'], runImage: { index: true } });
  const references = [
    world.builder,
    world.runImage,
    await world.addBuilder('no-lifecycle', { lifecycle: 'none' }),
    await world.addBuilder('old-platform', { platformApis: ['0.10', '0.11'] }),
    await world.addBuilder('foreign', { architecture: FOREIGN }),
    await world.addRunImage('foreign-run', { architecture: FOREIGN }),
  ];
  layers = (await Promise.all(references.map(layersOf))).flat();
  world.registry.forget();
});
afterAll(() => world.stop());

/** Runs a build that must be refused before anything is pulled, and looks at what it says to its user. */
async function refuses(args: readonly string[], refusal: Refusal, options: CliOptions = {}): Promise<void> {
  world.registry.forget();
  const { status, stdout, stderr } = await cli(['build', ...args], options);
  const error = stderr.slice(stderr.indexOf('error: '));
  for (const text of [refusal.says].flat()) expect(error).toContain(text);
  expect(error.slice(error.indexOf('hint: '))).toContain(refusal.hint);
  expect({ status, stdout, pulled: pulled() }).toEqual({ status: refusal.status ?? 2, stdout: '', pulled: [] });
}

function pulled(): readonly string[] {
  return world.registry
    .requests()
    .map((request) => request.path)
    .filter((url) => layers.some((digest) => url.includes(digest)));
}

async function layersOf(reference: string): Promise<readonly string[]> {
  const platform = ['--platform', `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`];
  const text = await crane(['manifest', ...(reference === world.runImage ? platform : []), reference], reference);
  return (JSON.parse(text) as { layers: { digest: string }[] }).layers.map(({ digest }) => digest);
}

describe('names', () => {
  it.each<[string, () => readonly string[], Refusal]>([
    [
      'no image',
      () => ['--builder', world.builder],
      { says: 'image: it is missing', hint: 'Set "image" to registry/repository[:tag].' },
    ],
    [
      'an image that is no reference',
      () => ['Registry.example/a b', '--builder', world.builder],
      { says: 'image: "Registry.example/a b" is not an image reference', hint: 'lower-case letters and digits' },
    ],
    [
      'an image with a digest',
      () => [`registry.example/app@sha256:${HEX}`, '--builder', world.builder],
      { says: 'an image is published under a tag', hint: 'Write registry.example/app:TAG.' },
    ],
    ['no builder', () => [world.image('app')], { says: 'builder: it is missing', hint: 'Set "builder"' }],
    [
      'a builder that is not there',
      () => [world.image('app'), '--builder', world.image('nothing')],
      { says: [`builder: "`, `nothing:1" does not exist`], hint: 'Check the name and the tag' },
    ],
    [
      'a tag of the builder that is not there',
      () => [world.image('app'), '--builder', world.image('builder', 'gone')],
      { says: 'builder:gone" does not exist', hint: 'Check the name and the tag' },
    ],
    [
      'a run image that is not there',
      () => [world.image('app'), '--builder', world.builder, '--run-image', world.image('run', 'gone')],
      { says: 'run-image: "', hint: 'Check the name and the tag' },
    ],
    [
      'a misspelt buildpack',
      () => [world.image('app'), '--builder', world.builder, '--pre-buildpacks', 'samples/procfiel'],
      {
        says: 'pre-buildpacks: "samples/procfiel" is no buildpack of the builder',
        hint: 'Did you mean samples/procfile@',
      },
    ],
    [
      'a buildpack of the public registry',
      () => [world.image('app'), '--builder', world.builder, '--buildpacks', 'urn:cnb:registry:example/java@1.2.3'],
      { says: 'is in the public buildpack registry, which is not used', hint: 'docker://REGISTRY/example/java:1.2.3' },
    ],
    [
      'a version that the builder does not have',
      () => [world.image('app'), '--builder', world.builder, '--buildpacks', 'samples/procfile@9.9.9'],
      { says: 'which has another version of it', hint: 'Give one of samples/procfile@' },
    ],
    [
      'an image that is no buildpack',
      () => [world.image('app'), '--builder', world.builder, '--buildpacks', `docker://${world.runImage}`],
      { says: ['buildpacks: ', "can't be used as a buildpack"], hint: 'pack buildpack package' },
    ],
  ])('%s', async (_, args, refusal) => {
    await refuses([...args(), ...APP], refusal);
  });
});

describe('builders and run images', () => {
  it.each<[string, () => readonly string[], Refusal]>([
    [
      'an image that is no builder',
      () => ['--builder', world.image('foreign-run'), '--platform', `linux/${FOREIGN}`],
      { says: 'it is no builder: it has no label io.buildpacks.builder.metadata', hint: 'Give a builder' },
    ],
    [
      'a builder without a lifecycle',
      () => ['--builder', world.image('no-lifecycle')],
      { says: 'it holds no lifecycle', hint: 'Use a builder that was made with one' },
    ],
    [
      'a builder with an old Platform API',
      () => ['--builder', world.image('old-platform')],
      { says: 'Platform API 0.10, 0.11; 0.12 to 0.15 are supported', hint: '0.17.0 or later' },
    ],
    [
      'a builder for another architecture',
      () => ['--builder', world.image('foreign')],
      { says: `is for linux/${FOREIGN}, and the build is for linux/`, hint: 'Use a builder that has this platform' },
    ],
    [
      'a run image for another architecture',
      () => ['--builder', world.builder, '--run-image', world.image('foreign-run')],
      { says: [`run-image: "`, `is for linux/${FOREIGN}`], hint: 'Use a run image that has this platform' },
    ],
    [
      'a multi-platform image without the platform',
      () => ['--builder', world.runImage, '--platform', 'linux/s390x'],
      { says: ['builder: "', 'has no image for linux/s390x, only for linux/'], hint: 'built for this platform' },
    ],
    [
      'an execution environment that the lifecycle does not know',
      () => ['--builder', world.image('old-platform'), '--exec-env', 'test'],
      { says: 'Platform API', hint: '' },
    ],
    [
      'a builder that is no layout',
      () => ['--builder', 'oci:samples'],
      { says: 'builder: "samples" is no OCI layout', hint: 'oci:DIR' },
    ],
    [
      'a builder that the container engine does not have',
      () => ['--builder', 'docker://bench.invalid/nothing:1'],
      { says: 'docker://bench.invalid/nothing:1', hint: 'docker' },
    ],
  ])('%s', async (_, args, refusal) => {
    await refuses([world.image('app'), ...args(), ...APP], refusal);
  });
});

describe('values', () => {
  it('of one run, all of them at once and each with a remedy', async () => {
    const wrong: readonly (readonly [readonly string[], string, string])[] = [
      [['--push'], '--push: is not an option', 'Use "publish"'],
      [['--context', '.'], '--context: is not an option', 'Use "path"'],
      [['--buidler', 'x'], '--buidler: is not an option', 'Did you mean --builder?'],
      [['--env', 'NOT_SET_HERE'], 'env: "NOT_SET_HERE" has no value', 'Write K=V'],
      [['--env', '1ST=x'], 'env: "1ST" is not a name for a variable', 'A name has letters'],
      [['--volumes', '/tmp:/workspace/x'], 'would cover "/workspace"', 'Choose another target'],
      [['--volumes', '/tmp'], 'volumes: "/tmp" is not source:target', 'Write source:target'],
      [['--uid', '0'], 'uid: "0" is root', 'Give another id'],
      [['--tags', 'type=pep440'], 'has the type "pep440"', 'docker/metadata-action'],
      [['--tags', 'a,b'], 'tags: "a,b" is not a tag', 'Write one tag per line'],
      [['--cache=on'], 'cache: "on" is not one of its values', 'Write one of auto, off'],
      [['--bindings', 'db=nothing'], '"nothing" of "db" does not exist', 'db/KEY=FILE'],
      [['--buildpacks', `http://h.invalid/b.tgz#sha256:${HEX}`], 'would be fetched in plain http', 'Use https'],
      [['--builder', 'A B'], 'builder: "A B" is not an image reference', 'Each part'],
      [['--path', 'nothing'], 'path: "nothing" does not exist', 'Give the app directory'],
    ];
    const { status, stderr } = await cli(['build', 'registry.example/app', ...wrong.flatMap(([args]) => args)]);
    const told = stderr.split(/^ {2}- /m).slice(1);
    for (const [, says, hint] of wrong) {
      expect(told).toContainEqual(expect.stringMatching(new RegExp(`${escaped(says)}[^]*hint: .*${escaped(hint)}`)));
    }
    expect({ status, problems: told.length }).toEqual({ status: 2, problems: wrong.length });
  });

  it('those that only the registry can tell, too', async () => {
    const args = ['--run-image', world.image('foreign-run'), '--pre-buildpacks', 'samples/procfiel'];
    const { status, stderr } = await cli(['build', world.image('app'), '--builder', world.builder, ...APP, ...args]);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringMatching(/2 problems[^]*run-image: [^]*pre-buildpacks: /) as string,
    });
  });
});

describe('the app', () => {
  it.each<[string, readonly string[], Refusal]>([
    [
      'a path that is not there',
      ['nothing'],
      { says: 'path: "nothing" does not exist', hint: 'Give the app directory' },
    ],
    [
      'a file that is no zip',
      ['README.md'],
      { says: '"README.md" is neither a directory nor a file in zip format', hint: 'Give the app directory' },
    ],
  ])('%s', async (_, args, refusal) => {
    await refuses([world.image('app'), '--builder', world.builder, '--path', ...args], refusal);
  });

  it('a project.toml with mistakes, each with its place', async () => {
    const app = await temporaryDirectory('app');
    const toml = [
      '[_]',
      'schema-version = "0.2"',
      '[io.buildpacks]',
      'include = "src"',
      '[[io.buildpacks.group]]',
      'version = "1"',
    ];
    await writeFile(path.join(app, 'project.toml'), toml.join('\n'));
    await refuses([world.image('app'), '--builder', world.builder, '--path', app], {
      says: ['project.toml:4:', 'project.toml:5:'],
      hint: '',
    });
  });

  it('a project.toml that is no TOML', async () => {
    const app = await temporaryDirectory('app');
    await writeFile(path.join(app, 'project.toml'), '[_]\nschema-version = 0.2.1\n');
    await refuses([world.image('app'), '--builder', world.builder, '--path', app], {
      says: 'project.toml:2:',
      hint: '',
    });
  });

  requiresDocker('links that lead out of it', () => {
    it('are kept as links and never followed', async () => {
      const directory = await temporaryDirectory('links');
      const app = path.join(directory, 'app');
      await mkdir(path.join(directory, 'secret'));
      await mkdir(app);
      await writeFile(path.join(directory, 'secret/key'), 'not for the image');
      await writeFile(path.join(app, 'Procfile'), 'web: true\n');
      await symlink('../secret', path.join(app, 'folder'));
      await symlink('../secret/key', path.join(app, 'file'));
      const image = world.image('links');
      expect(await cli(['build', image, '--builder', world.builder, '--path', app])).toMatchObject({ status: 0 });
      const files = await listAppFiles(image, world.registry.access);
      expect(files.flatMap((file) => /\/workspace\/(f.*)/.exec(file)?.[1] ?? [])).toEqual([
        'file -> ../secret/key',
        'folder -> ../secret',
      ]);
    });
  });
});

describe('registries', () => {
  it.each<[string, (free: string) => readonly string[], Refusal]>([
    [
      'a registry of the image that does not listen',
      (free) => [`${free}/app`, '--builder', world.builder],
      { says: "can't push to 127.0.0.1", hint: 'Check that a registry listens on', status: 111 },
    ],
    [
      'a registry of the builder that does not listen',
      (free) => [world.image('app'), '--builder', `${free}/builder`],
      { says: 'refused the connection', hint: 'Check that a registry listens on', status: 111 },
    ],
    [
      'an unknown host of the image',
      () => ['nowhere.invalid/app', '--builder', world.builder],
      {
        says: 'the host name "nowhere.invalid" is not known',
        hint: 'Check the spelling of nowhere.invalid',
        status: 111,
      },
    ],
    [
      'an unknown host of the builder',
      () => [world.image('app'), '--builder', 'nowhere.invalid/builder'],
      {
        says: 'the host name "nowhere.invalid" is not known',
        hint: 'Check the spelling of nowhere.invalid',
        status: 111,
      },
    ],
  ])('%s', async (_, args, refusal) => {
    await refuses([...args(await freePort()), ...APP], refusal);
  });

  describe('of the image, which gives tokens', () => {
    let registry: Registry;
    beforeAll(async () => {
      const reader = { password: 'right', grants: { '*': ['pull'] } } as const;
      registry = await startRegistry({ auth: { kind: 'token', users: { reader } } });
    });
    afterAll(() => registry.stop());

    it.each([
      ['a wrong password', 'reader:wrong', 'get a token for', 'Check that the credential for'],
      ['no right to push', 'reader:right', 'push to', 'is valid and may push'],
      ['no credential', undefined, 'push to', 'No credential is configured'],
    ])('%s', async (_, user, says, hint) => {
      const environment = await loggedIn(registry.host, user);
      await refuses([`${registry.host}/app`, '--builder', world.builder, ...APP], { says, hint }, { environment });
      expect(registry.requests().filter(({ method }) => method === 'PUT' || method === 'PATCH')).toEqual([]);
    });
  });
});

describe('places that are written to', () => {
  it('a file where a directory is wanted, and files of others', async () => {
    const directory = await temporaryDirectory('places');
    const file = path.join(directory, 'file');
    await writeFile(file, '');
    await mkdir(path.join(directory, 'full'));
    await writeFile(path.join(directory, 'full/notes'), 'mine');
    const builder = ['--builder', world.builder, ...APP];
    await refuses([...builder, '--output', `oci:${file}`], {
      says: 'is a file and oci: needs a directory',
      hint: 'oci-archive:',
    });
    await refuses([...builder, '--output', `oci:${directory}/full`], {
      says: 'holds files and is no OCI layout',
      hint: 'empty',
    });
    await refuses([...builder, '--output', `oci:${file}/x`], {
      says: [`"${file}/x" can't be written`, `"${file}" is no`],
      hint: 'Give another place',
    });
    await refuses([...builder, '--output', 'oci:x', '--report-directory', file], { says: 'is no directory', hint: '' });
    expect(await readFile(path.join(directory, 'full/notes'), 'utf8')).toBe('mine');
  });

  it('no place for temporary files', async () => {
    const directory = await temporaryDirectory('places');
    const environment = { TMPDIR: path.join(directory, 'nothing') };
    await refuses(
      [world.image('app'), '--builder', world.builder, ...APP],
      { says: '/nothing" does not exist', hint: 'Set TMPDIR' },
      { environment },
    );
  });

  requiresRoot('a read-only file system', () => {
    it.each(['--output=oci:', '--output=oci-archive:', '--sbom-directory=', '--report-directory='])(
      '%s',
      async (option) => {
        const directory = await temporaryDirectory('places');
        // The mount is in a namespace of its own and goes with it.
        const script = 'mount -t tmpfs -o ro tmpfs "$0" && exec "$@"';
        const launcher = ['unshare', '--mount', 'sh', '-c', script, directory];
        await refuses(
          [world.image('app'), '--builder', world.builder, ...APP, `${option}${directory}/out`],
          {
            says: `/out" can't be written: "${directory}" is no directory that we may write to`,
            hint: 'Give another place',
          },
          { launcher },
        );
      },
    );
  });
});

/** `127.0.0.1` and a port on which nothing listens any more. */
async function freePort(): Promise<string> {
  const registry = await startRegistry();
  await registry.stop();
  return registry.host;
}

function escaped(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
}
