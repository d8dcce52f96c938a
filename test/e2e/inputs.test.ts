import { chmod, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { zipFile } from '../../packages/core/test/archive/zip-file.ts';
import { asRecord, parseJson } from '../../packages/core/src/json/json.ts';
import { command } from '../bench/command.ts';
import { requiresEngine } from '../support/requires.ts';
import { extractAppFiles } from './support/app-files.ts';
import { build, cli } from './support/cli.ts';
import { startWorld, temporaryDirectory, type World } from './support/world.ts';

const PROCFILE = 'samples/apps/procfile';
const PROBES = ['env-probe', 'binding-probe', 'network-probe'];

/** Values that a careless hand-over changes. */
const VALUES: Readonly<Record<string, string>> = {
  EQUALS: 'a=b==c=',
  LINES: 'first\nsecond',
  LINE_END: 'ends here\n',
  QUOTES: `"double" 'single' \`back\` \\`,
  EMPTY: '',
  SHELL: '$(id) ${HOME} $HOME; exit 1 & | < > * ~ # %s',
  DASHES: '--env',
  BLANKS: '  both ends\t ',
  UNICODE: 'ä € 😀',
  'dotted.name-with_all': 'a name that shells do not like',
};

let world: World;
beforeAll(async () => {
  world = await startWorld({
    buildpacks: ['procfile', 'nodejs', ...PROBES],
    builder: {
      order: [
        [...PROBES.map((name) => ({ id: `test/${name}` })), { id: 'samples/procfile' }],
        [{ id: 'samples/nodejs' }],
      ],
    },
  });
});
afterAll(() => world.stop());

/** What is in a layer of the app image that these builds made. */
function layer(image: string, buildpack: string): Promise<string> {
  return extractAppFiles(image, `/layers/${buildpack}/report`, world.registry.access);
}

requiresEngine('what is handed to buildpacks', () => {
  it('arrives as it was given: variables', async () => {
    const app = await temporaryDirectory('app');
    await cp(PROCFILE, app, { recursive: true });
    const variable = (name: string, value: string) =>
      `[[io.buildpacks.build.env]]\nname = "${name}"\nvalue = "${value}"\n`;
    const declared = ['PROJECT', 'FILE_WINS', 'ENV_WINS'].map((name) => variable(name, 'project.toml')).join('');
    await writeFile(path.join(app, 'project.toml'), `[_]\nschema-version = "0.2"\n${declared}`);
    const file = path.join(await temporaryDirectory('env'), 'variables');
    await writeFile(file, 'FILE_WINS=file\nENV_WINS=file\nBLOCK<<END\none\n\n  two "quoted"\nEND\nOF_JOB\n');
    const given = Object.entries({ ...VALUES, ENV_WINS: 'env' }).flatMap(([name, value]) => [
      '--env',
      `${name}=${value}`,
    ]);
    const image = world.image('variables');
    await build([image, '--builder', world.builder, '--path', app, '--env-files', file, ...given], {
      environment: { OF_JOB: 'the job has it', NOT_ASKED_FOR: 'stays out' },
    });

    const report = await layer(image, 'test_env-probe');
    const arrived = await readValues(path.join(report, 'values'));
    expect(arrived).toEqual({
      ...VALUES,
      PROJECT: 'project.toml',
      FILE_WINS: 'file',
      ENV_WINS: 'env',
      BLOCK: 'one\n\n  two "quoted"',
      OF_JOB: 'the job has it',
    });
    expect(await readFile(path.join(report, 'refused.txt'), 'utf8')).toBe('');
  });

  it('arrives as it was given: bindings', async () => {
    const directory = await temporaryDirectory('binding');
    await mkdir(path.join(directory, 'database'));
    const files = { type: 'postgres', password: 'geheim\n', 'ca.pem': '\0\u00ff binary', '.hidden': 'left out' };
    for (const [name, content] of Object.entries(files))
      await writeFile(path.join(directory, 'database', name), content);
    await writeFile(path.join(directory, 'settings'), '<settings/>');
    const bindings = [
      'database=database',
      'maven/type=maven',
      'maven/settings.xml=settings',
      'database/password=settings',
    ];
    const image = world.image('bindings');
    const args = [image, '--builder', world.builder, '--path', path.resolve(PROCFILE)];
    await build([...args, ...bindings.flatMap((line) => ['--bindings', line])], { directory });

    const report = await layer(image, 'test_binding-probe');
    expect(await readFile(path.join(report, 'root.txt'), 'utf8')).toBe('/platform/bindings\n');
    expect(await readValues(path.join(report, 'bindings'))).toEqual({
      'database/type': 'postgres',
      'database/password': '<settings/>',
      'database/ca.pem': files['ca.pem'],
      'maven/type': 'maven',
      'maven/settings.xml': '<settings/>',
    });
  });

  it('is no network where none is wanted', async () => {
    const image = world.image('network');
    const addresses = `BP_PROBE_ADDRESSES=${world.registry.host} 192.0.2.1:80`;
    await build([image, '--builder', world.builder, '--path', PROCFILE, '--network', 'none', '--env', addresses]);

    const report = await layer(image, 'test_network-probe');
    expect(await readFile(path.join(report, 'interfaces.txt'), 'utf8')).toBe('lo\n');
    expect(await readFile(path.join(report, 'addresses.txt'), 'utf8')).not.toMatch(/ reachable/);
  });

  it('are volumes, read-only unless they are asked for otherwise', async () => {
    const directory = await temporaryDirectory('volumes');
    await mkdir(path.join(directory, 'in'));
    await mkdir(path.join(directory, 'out'));
    await chmod(directory, 0o755);
    await chmod(path.join(directory, 'in'), 0o777);
    await chmod(path.join(directory, 'out'), 0o777);
    await writeFile(path.join(directory, 'in/given, "quoted"'), 'from this machine');
    const app = await temporaryDirectory('app');
    const script = 'cat /mnt/in/given* >/mnt/out/copied; if touch /mnt/in/new; then echo written >/mnt/out/hole; fi';
    const toml = [
      '[_]',
      'schema-version = "0.2"',
      '[[io.buildpacks.group]]',
      'id = "test/script"',
      '[io.buildpacks.group.script]',
      'api = "0.10"',
      `inline = '''${script}'''`,
    ];
    await writeFile(path.join(app, 'project.toml'), toml.join('\n'));
    const volumes = ['--volumes', `${directory}/in:/mnt/in`, '--volumes', `${directory}/out:/mnt/out:rw`];
    await build([world.image('volumes'), '--builder', world.builder, '--path', app, ...volumes]);

    expect(await readdir(path.join(directory, 'out'))).toEqual(['copied']);
    expect(await readFile(path.join(directory, 'out/copied'), 'utf8')).toBe('from this machine');
    expect(await readdir(path.join(directory, 'in'))).toHaveLength(1);
  });
});

requiresEngine('the app', () => {
  let plain: string;
  beforeAll(async () => {
    plain = (await build([world.image('plain'), '--builder', world.builder, '--path', PROCFILE])).digest;
  });

  it.each(['app.zip', 'app.jar'])('gives the same image from %s', async (name) => {
    const file = path.join(await temporaryDirectory('archive'), name);
    const names = (await readdir(PROCFILE)).sort();
    const members = await Promise.all(
      names.map(async (member) => ({
        name: member,
        content: await readFile(path.join(PROCFILE, member), 'utf8'),
        unixMode: 0o100644,
      })),
    );
    await writeFile(file, zipFile(members));
    expect(await build([world.image('archive'), '--builder', world.builder, '--path', file])).toMatchObject({
      digest: plain,
    });
  });

  it('gives the same image from a checkout that everyone may write to', async () => {
    const app = path.join(await temporaryDirectory('checkout'), 'app');
    await cp(PROCFILE, app, { recursive: true });
    await command('chmod', ['-R', 'a+w', app]);
    expect(await build([world.image('umask'), '--builder', world.builder, '--path', app])).toMatchObject({
      digest: plain,
    });
  });

  it('is known by its commit where that is wanted, and keeps its repository without credentials', async () => {
    const app = await temporaryDirectory('repository');
    await cp(PROCFILE, app, { recursive: true });
    const git = (...args: string[]) => command('git', ['-C', app, ...args]);
    await git('init', '--quiet', '--initial-branch', 'main');
    await git('remote', 'add', 'origin', 'https://ann:token-of-ann@code.invalid/team/app.git');
    await git('config', 'http.https://code.invalid/.extraheader', 'AUTHORIZATION: basic token-of-ann');
    await git('add', '.');
    const who = ['-c', 'user.name=Ann', '-c', 'user.email=ann@code.invalid'];
    await git(...who, 'commit', '--quiet', '--message', 'First', '--date', '2024-05-06T07:08:09Z');
    await git('tag', 'v1');
    const [commit, time] = (await git('log', '-1', '--format=%H %ct')).trim().split(' ');
    const image = world.image('repository');
    const metadata = ['--source-metadata', 'git', '--creation-time', 'commit'];
    await build([image, '--builder', world.builder, '--path', app, '--git-directory', ...metadata]);

    const { created, config } = await world.config(image);
    expect(parseJson(config.Labels['io.buildpacks.project.metadata'] ?? '')).toEqual({
      source: {
        type: 'git',
        version: { commit, describe: 'v1' },
        metadata: { refs: ['main', 'v1'], url: 'https://code.invalid/team/app.git' },
      },
    });
    expect(Date.parse(created) / 1000).toBe(Number(time));
    const files = await extractAppFiles(image, '/workspace', world.registry.access);
    expect((await command('git', ['-C', files, 'remote', 'get-url', 'origin'])).trim()).toBe(
      'https://code.invalid/team/app.git',
    );
    await expect(command('grep', ['-r', 'token-of-ann', files])).rejects.toThrow();
    const others = ['--path', app, '--git-directory=false'];
    expect(await build([world.image('no-git'), '--builder', world.builder, ...others])).toMatchObject({
      digest: plain,
    });
  });

  it('is created when it is built, where that is wanted', async () => {
    const started = Math.floor(Date.now() / 1000);
    const image = world.image('now');
    await build([image, '--builder', world.builder, '--path', PROCFILE, '--creation-time', 'now']);
    expect(Date.parse((await world.config(image)).created) / 1000).toBeGreaterThanOrEqual(started);
  });
});

requiresEngine('a layer cache', () => {
  it('is restored in the next build, unless it is to be cleared', async () => {
    const store = path.join(await temporaryDirectory('cache'), 'deep/store');
    const image = world.image('cached');
    const args = [image, '--builder', world.builder, '--path', 'samples/apps/nodejs', '--cache-store', `dir:${store}`];
    const outcomes = [
      await cli(['build', '--json', ...args]),
      await cli(['build', '--json', ...args]),
      await cli(['build', '--json', ...args, '--clear-cache']),
    ];
    expect(outcomes.map(({ status, stderr }) => [status, stderr.includes('from the cache')])).toEqual([
      [0, false],
      [0, true],
      [0, false],
    ]);
    const results = outcomes.map(({ stdout }) => asRecord(parseJson(stdout)));
    expect(new Set(results.map((result) => result?.['digest'])).size).toBe(1);
  });
});

/** The files below a directory, decoded from base64, by their path in it. */
async function readValues(directory: string): Promise<Readonly<Record<string, string>>> {
  const entries = (await readdir(directory, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  const values = entries.map(async ({ parentPath, name }) => {
    const file = path.join(parentPath, name);
    const value = Buffer.from(await readFile(file, 'utf8'), 'base64').toString();
    return [path.relative(directory, file), value] as const;
  });
  return Object.fromEntries(await Promise.all(values));
}
