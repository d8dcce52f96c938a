import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { requiresDocker, requiresEngine } from '../support/requires.ts';
import { build, cli, type CliOptions, type CliOutcome } from './support/cli.ts';
import { packBuild, withCacheVolume } from './support/pack.ts';
import { startWorld, temporaryDirectory, type World } from './support/world.ts';

const APP = ['--path', path.resolve('samples/apps/procfile')];

let world: World;
/** Options of a build that needs nothing else. */
let app: readonly string[];
beforeAll(async () => {
  world = await startWorld({ buildpacks: ['procfile'] });
  app = ['--builder', world.builder, ...APP];
});
beforeEach(() => {
  world.registry.forget();
});
afterAll(() => world.stop());

/** A policy in a file of its own; gives the flag. */
async function policy(rules: string): Promise<string> {
  const file = path.join(await temporaryDirectory('policy'), 'buildpacks-ci.policy.toml');
  await writeFile(file, `version = 1\n${rules}\n`);
  return `--policy=${file}`;
}

/** What has come to the registry; the question for the right to push leaves nothing. */
const writes = () => world.registry.requests().filter(({ method }) => method === 'PUT' || method === 'PATCH');
const refused = (text: string | RegExp) => ({ status: 112, stderr: expect.stringMatching(text) as string });

describe('before a build', () => {
  it('everything that the inputs break is told at once, and no registry is asked', async () => {
    const rules = await policy(
      [
        'help = "Ask in #platform."',
        '[builders]\nallow = ["registry.example/platform/*"]\nmessage = "Ours are patched daily."',
        '[environment]\ndeny = ["*_TOKEN"]',
        '[targets]\nallow = ["registry.example/apps/**"]',
        '[build]\nlocked = true\nhermetic = true',
      ].join('\n'),
    );
    const outcome = await cli(['build', world.image('none'), ...app, '--publish', '--env', 'NPM_TOKEN=s3cret', rules]);
    const host = world.registry.host;
    expect(outcome).toMatchObject(refused('the build breaks 5 rules of its policy'));
    for (const text of [
      `:4:1: builders.allow: the builder "${host}/builder:1" is not allowed; allowed: registry.example/platform/*`,
      'Ours are patched daily.',
      'environment.deny: the variable "NPM_TOKEN" is denied by "*_TOKEN"',
      `targets.allow: the target "${host}/none:1" is not allowed`,
      'build.locked: the build uses no lock',
      'build.hermetic: the build is not hermetic',
      'hint: Ask in #platform.',
    ]) {
      expect(outcome.stderr).toContain(text);
    }
    expect(outcome.stderr).not.toContain('s3cret');
    expect(world.registry.requests()).toEqual([]);
  });

  it('what only registries tell is judged before anything is pulled', async () => {
    const released = { 'io.buildpacks.base.released': '2026-01-01T00:00:00Z' };
    const old = await world.addRunImage('old/run', { labels: released });
    const builder = await world.addBuilder('old/builder', { runImage: old });
    world.registry.forget();
    const rules = await policy(`[run-images]\nmax-age = "1h"\nallow = ["**@sha256:${'0'.repeat(64)}"]`);
    const outcome = await cli(['build', world.image('none'), '--builder', builder, ...APP, rules]);
    expect(outcome).toMatchObject(
      refused(/breaks 2 rules[^]*old\/run:1" was made \d+ (?:days|hours) ago \(2026-01-01\)/),
    );
    expect(writes()).toEqual([]);
    const read = world.registry.requests().filter((each) => each.method === 'GET' && each.path.includes('/blobs/'));
    // The configurations of builder and run image, and no layer.
    expect(read).toHaveLength(2);
  });

  it('an index is known by its own digest and by that of its manifest', async () => {
    const index = await world.addRunImage('index/run', { index: true });
    const builder = await world.addBuilder('index/builder', { runImage: index });
    const digest = await world.digest(index);
    const preview = async (allowed: string) =>
      cli(['policy', 'preview', '--builder', builder, ...APP, await policy(`[run-images]\nallow = ["**@${allowed}"]`)]);
    expect(await preview(digest)).toMatchObject({ status: 0 });
    expect(await preview(`sha256:${'0'.repeat(64)}`)).toMatchObject(refused('1 of 1 are not allowed'));
  });

  it.each([
    ['inline', '[buildpacks]\nfrom = ["builder"]', /the buildpack "my\/script" comes from inline; allowed: builder/],
    ['named', '[buildpacks]\ndeny = ["my/script@<2"]', /the buildpack "my\/script@1.0.0" is denied/],
  ])('a buildpack that project.toml brings is judged: %s', async (_name, rules, message) => {
    const directory = await temporaryDirectory('app');
    const group = 'id = "my/script"\nversion = "1.0.0"\nscript = { api = "0.10", inline = "true" }';
    await writeFile(
      path.join(directory, 'project.toml'),
      `[_]\nschema-version = "0.2"\n[[io.buildpacks.group]]\n${group}\n`,
    );
    const args = [world.image('none'), '--builder', world.builder, '--path', directory, await policy(rules)];
    expect(await cli(['build', ...args])).toMatchObject(refused(message));
    expect(writes()).toEqual([]);
  });
});

requiresEngine('after a build', () => {
  it('an image without a label that is required is published nowhere', async () => {
    const rules = await policy('[labels]\nrequire = ["team=shop"]\nmessage = "See the list of teams."');
    const layout = path.join(await temporaryDirectory('output'), 'app');
    const args = ['build', world.image('labels'), ...app, '--output', `oci:${layout}`, rules];
    expect(await cli(args)).toMatchObject(
      refused(
        /the image breaks one rule[^]*the image has no label "team"; required: team=shop[^]*See the list of teams/,
      ),
    );
    expect(writes()).toEqual([]);
    const allowed = await cli([...args, '--labels', 'team=shop']);
    expect(allowed).toMatchObject({ status: 0 });
  });

  it('buildpacks that have made an image are judged', async () => {
    const rules = await policy('[buildpacks]\nallow = ["paketo-buildpacks/*"]');
    const outcome = await cli(['build', world.image('foreign'), ...app, rules]);
    expect(outcome).toMatchObject(refused(/the image breaks one rule[^]*the buildpack "samples\/procfile@/));
    expect(writes()).toEqual([]);
  });

  it("the launcher's bill of materials, which is in every image, is none of a buildpack", async () => {
    const outcome = await cli(['build', world.image('bare'), ...app, await policy('[build]\nsbom = true')]);
    expect(outcome).toMatchObject(refused('the image has no bill of materials of a buildpack'));
    expect(writes()).toEqual([]);
  });

  it('an image that keeps every rule is the same as without a policy', async () => {
    const rules = await policy(
      `[builders]\nallow = ["${world.registry.host}/*"]\n[buildpacks]\nallow = ["samples/*@>=0.1 <1"]\n[build]\nhermetic = true`,
    );
    const args = [...app, '--network', 'none'];
    const plain = await build([world.image('plain'), ...args]);
    expect(await build([world.image('kept'), ...args, rules])).toMatchObject({
      digest: plain.digest,
      policies: [{ name: rules.slice('--policy='.length) }],
    });
  });
});

describe('where a policy comes from', () => {
  it('an artifact, which is named by digest', async () => {
    const file = (await policy('[targets]\nallow = []')).slice('--policy='.length);
    const target = `oci://${world.image('platform/policy')}`;
    const pushed = await cli(['policy', 'push', file, target]);
    const name = pushed.stdout.trim();
    expect(name).toMatch(/^oci:\/\/.*\/platform\/policy@sha256:[0-9a-f]{64}$/);
    expect((await cli(['policy', 'push', file, target])).stdout.trim()).toBe(name);
    const args = ['build', world.image('none'), ...app];
    expect(await cli([...args, '--policy', name])).toMatchObject(refused(`${name}:3:1: targets.allow`));
    expect(await cli([...args, '--policy', target])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('has no digest, and whoever moves the tag would change the rules') as string,
    });
  });

  it('nothing else on a registry is one', async () => {
    const name = `oci://${world.builder.replace(/:1$/, '')}@${await world.digest(world.builder)}`;
    expect(await cli(['build', world.image('none'), ...app, '--policy', name])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('is no policy: it has no layer of the type') as string,
    });
  });

  it.each(['policy.toml', 'link.toml', '../checkout/policy.toml'])(
    'not the checkout of an untrusted run: %s',
    async (text) => {
      const directory = path.join(await temporaryDirectory('place'), 'checkout');
      await mkdir(directory);
      await writeFile(path.join(directory, 'policy.toml'), 'version = 1\n');
      await symlink('/dev/null', path.join(directory, 'link.toml'));
      const args = ['build', world.image('none'), ...app, '--policy', text];
      expect(await cli([...args, '--trust', 'untrusted'], { directory })).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('which an untrusted run may have changed') as string,
      });
    },
  );

  it('all of several hold', async () => {
    const [one, other] = [await policy('[targets]\nallow = []'), await policy('[build]\nlocked = true')];
    expect(await cli(['build', world.image('none'), ...app, one, other])).toMatchObject(refused('breaks 2 rules'));
  });

  it('one that is wrong is told with its line, and nothing is built', async () => {
    const outcome = await cli(['build', world.image('none'), ...app, await policy('[builders]\nalow = []')]);
    expect(outcome).toMatchObject({ status: 2, stderr: expect.stringMatching(/toml:3:1: builders.alow/) as string });
  });
});

requiresDocker('a machine with a policy', () => {
  it('has it in every build, whatever the inputs say', async () => {
    const directory = path.dirname((await policy('[builders]\nallow = []')).slice('--policy='.length));
    await writeFile(path.join(directory, 'policy.toml'), 'version = 1\n[builders]\nallow = []\n');
    const mounts = ['--network', 'host', '--volume', `${directory}:/etc/buildpacks-ci:ro`];
    const args = ['policy', 'preview', '--builder', world.builder, '--path', '/tmp'];
    expect(await cli(args, { directory: '/tmp', container: mounts })).toMatchObject({
      status: 112,
      stdout: expect.stringContaining('/etc/buildpacks-ci/policy.toml:3:1: builders.allow') as string,
    });
  });
});

requiresDocker('stages of a build', () => {
  let options: CliOptions;
  const stage = (name: string, directory: string, args: readonly string[] = []): Promise<CliOutcome> =>
    cli([name, '--build-directory', directory, ...args], options);
  const prepared = async (args: readonly string[]) => {
    const directory = await temporaryDirectory('build');
    const prepare = await stage('prepare', directory, [...app, '--allow-builder-tag', ...args]);
    expect(prepare).toMatchObject({ status: 0 });
    expect(await stage('run', directory)).toMatchObject({ status: 0 });
    return directory;
  };
  beforeEach(() => {
    options = {};
  });

  it('the last one keeps to the policy of the first one, which it is not told of', async () => {
    const directory = await prepared([world.image('staged'), await policy('[labels]\nrequire = ["team"]')]);
    expect(await stage('publish', directory)).toMatchObject(refused('the image has no label "team"'));
    expect(writes()).toEqual([]);
  });

  it('the last one has its own, whatever it is handed', async () => {
    const directory = await prepared([world.image('staged'), '--env', 'NPM_TOKEN=1']);
    const rules = await policy('[environment]\ndeny = ["*_TOKEN"]\n[builders]\nallow = ["registry.example/**"]');
    expect(await stage('publish', directory, [rules])).toMatchObject(refused(/breaks 2 rules[^]*"NPM_TOKEN"/));
    expect(writes()).toEqual([]);
  });

  it('nobody vouches that a build was hermetic, which is told at once', async () => {
    const args = [world.image('none'), ...app, '--allow-builder-tag', '--network', 'none'];
    const rules = await policy('[build]\nhermetic = true');
    expect(await stage('prepare', await temporaryDirectory('build'), [...args, rules])).toMatchObject(
      refused('the build is not hermetic'),
    );
  });
});

requiresDocker('images that exist', () => {
  it('are judged by what they tell, ours and those of pack alike', async () => {
    const [ours, theirs, bare] = [world.image('ours'), world.image('theirs'), world.runImage];
    await build([ours, ...app, '--labels', 'team=shop']);
    await withCacheVolume((cache) => packBuild(theirs, ['--builder', world.builder, ...APP], cache));
    const rules = await policy(
      '[labels]\nrequire = ["team"]\n[buildpacks]\nallow = ["samples/*"]\n[builders]\nallow = []\n[run-images]\nallow = ["**/run:1"]',
    );
    const outcome = await cli(['policy', 'check', ours, theirs, bare, rules]);
    expect(outcome).toMatchObject(refused('1 of 3 are not allowed by the policy, and 1 of 3 could not be judged'));
    expect(outcome.stdout).toMatch(/\/ours:1@sha256:[0-9a-f]{64}: allowed\n {2}not known here: builders.allow\n/);
    expect(outcome.stdout).toMatch(/\/theirs:1@sha256:[0-9a-f]{64}: 1 violation\n- .*labels.require: .*"team"/);
    expect(outcome.stdout).toMatch(/\/run:1@sha256:[0-9a-f]{64}: not judged\n- .*was not built with buildpacks/);
    const json = JSON.parse((await cli(['policy', 'check', ours, theirs, rules, '--json'])).stdout) as object;
    expect(json).toMatchObject({
      schemaVersion: 1,
      policies: [{ digest: expect.stringMatching(/^sha256:/) as string }],
      subjects: [
        { violations: [], unjudged: ['builders.allow'] },
        { violations: [{ rule: 'labels.require', place: expect.stringMatching(/:3:1$/) as string }] },
      ],
    });
  });
});

describe('policy', () => {
  it.each([
    [['policy'], 'what to do is missing'],
    [['policy', 'chek'], 'Did you mean "check"?'],
    [['policy', 'check', '--policy=none.toml'], '"none.toml" does not exist'],
    [['policy', 'check', 'registry.example/app'], 'neither is one given, nor has the machine one'],
    [['policy', 'push', 'a'], 'file or target is missing'],
  ])('%j is an error', async (args, message) => {
    expect(await cli(args)).toMatchObject({ status: 2, stderr: expect.stringContaining(message) as string });
  });
});
