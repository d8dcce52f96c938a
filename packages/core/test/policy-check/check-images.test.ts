import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkImages } from '../../src/policy-check/check-images.ts';
import { type CheckInputs, parseCheckInputs } from '../../src/policy-check/inputs.ts';
import { type CheckedSubject, checkVerdict } from '../../src/policy-check/outcome.ts';
import { checkJson, renderCheck } from '../../src/policy-check/render.ts';
import { type FleetRegistry, startFleetRegistry } from '../fleet/fleet-registry.ts';
import { NOW, portsOf } from '../fleet/survey.ts';
import { openNetwork } from '../support/network.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const NOTHING: CheckInputs = { images: [], lists: [], prefixes: [], tags: [], exclude: [], excludeTags: [] };

async function check(
  wanted: readonly string[] | Partial<CheckInputs>,
  rules: string,
  raw: Readonly<Record<string, string>> = {},
  signal = new AbortController().signal,
) {
  const file = path.join(await temporaryDirectory(), 'policy.toml');
  await writeFile(file, `version = 1\n${rules}\n`);
  const context = { environment: {}, workingDirectory: '/', now: NOW, architecture: 'amd64' };
  const inputs = { ...NOTHING, ...('length' in wanted ? { images: wanted } : wanted) };
  const ports = { ...portsOf(), network: openNetwork({}, { signal }), signal };
  return checkImages(parseCheckInputs(inputs, { ...raw, policy: file }, context), ports);
}

const found = (subject: CheckedSubject | undefined) =>
  subject === undefined || 'problem' in subject ? subject : subject.violations.map(({ message }) => message);

/** A run image, and an app that says that it stands on it. */
async function startWorld(layer = 'base', name?: string): Promise<FleetRegistry> {
  const world = await startFleetRegistry();
  const digest = world.addBase('good/run:1.5', { layer: 'base', created: '2026-11-01T00:00:00Z' });
  await world.addApp('team/app:1', { base: { layer, name: name ?? world.name('good/run:1.5'), digest } });
  return world;
}

const RUN = '[run-images]\nallow = ["**/good/run:1.*"]\nmax-age = "30d"';

describe('the run image', () => {
  it('is allowed when the image stands on it', async () => {
    const world = await startWorld();
    const { subjects } = await check([world.name('team/app:1')], RUN);
    expect(subjects).toMatchObject([{ violations: [], unjudged: [] }]);
  });

  it('does not count when the layers are others', async () => {
    const world = await startWorld('evil');
    const outcome = await check([world.name('team/app:1')], RUN);
    expect(outcome.subjects).toMatchObject([
      { code: 'policy', problem: expect.stringContaining('the layers are others') as string },
    ]);
    expect(checkVerdict(outcome)?.code).toBe('policy');
  });

  it('does not count when nobody can look at it', async () => {
    const world = await startFleetRegistry();
    const base = { layer: 'base', name: world.name('good/run:1.5'), digest: `sha256:${'0'.repeat(64)}` } as const;
    await world.addApp('team/app:1', { base });
    const { subjects } = await check([world.name('team/app:1')], RUN);
    expect(subjects).toMatchObject([{ code: 'policy', problem: expect.stringContaining('is not there') as string }]);
  });

  it('has no tag of another repository', async () => {
    const world = await startFleetRegistry();
    const digest = world.addBase('odd/run:0', { layer: 'base' });
    world.addBase('good/run:1.5', { layer: 'base' });
    const labels = {
      'io.buildpacks.lifecycle.metadata': JSON.stringify({
        runImage: {
          ...(await topLayerOf(world)),
          reference: `${world.name('odd/run')}@${digest}`,
          image: 'other.example/x:1.5',
        },
      }),
    };
    await world.addApp('team/app:1', { base: { layer: 'base' }, labels });
    const { subjects } = await check([world.name('team/app:1')], '[run-images]\nallow = ["**/run:1.*"]');
    expect(found(subjects[0])).toEqual([expect.stringContaining('is not allowed; allowed: **/run:1.*')]);
  });

  it('is not asked for when no rule is about it', async () => {
    const world = await startWorld('evil');
    const { subjects } = await check([world.name('team/app:1')], '[labels]\nrequire = ["team"]');
    expect(found(subjects[0])).toEqual(['the image has no label "team"; required: team']);
  });
});

async function topLayerOf(world: FleetRegistry): Promise<{ readonly topLayer: string }> {
  const { bytes } = world.registry.manifests.get('odd/run:0') ?? { bytes: Buffer.from('{}') };
  const { layers } = JSON.parse(Buffer.from(bytes).toString()) as { layers: readonly { digest: string }[] };
  return Promise.resolve({ topLayer: layers[0]?.digest ?? '' });
}

describe('buildpacks', () => {
  it('of either label count', async () => {
    const world = await startFleetRegistry();
    const metadata = { buildpacks: [{ key: 'evil/x', version: '1.0.0', layers: {} }], runImage: {} };
    const labels = { 'io.buildpacks.lifecycle.metadata': JSON.stringify(metadata) };
    await world.addApp('team/app:1', { base: { layer: 'base' }, labels });
    const { subjects } = await check([world.name('team/app:1')], '[buildpacks]\nallow = ["samples/*"]');
    expect(found(subjects[0])).toEqual(['the buildpack "evil/x@1.0.0" is not allowed; allowed: samples/*']);
  });

  it('that are not told are refused', async () => {
    const world = await startFleetRegistry();
    await world.addApp('team/app:1', { base: { layer: 'base' }, labels: { 'io.buildpacks.build.metadata': '' } });
    const { subjects } = await check([world.name('team/app:1')], '[buildpacks]\nallow = ["samples/*"]');
    expect(subjects).toMatchObject([{ code: 'policy', problem: expect.stringContaining('does not tell') as string }]);
  });
});

describe('an index', () => {
  const rules = '[labels]\nrequire = ["team"]';
  async function startIndex(): Promise<FleetRegistry> {
    const world = await startFleetRegistry();
    const base = { layer: 'base' };
    const good = await world.addApp('team/app:good', { base, labels: { team: 'a' } });
    const bad = await world.addApp('team/app:bad', { base, architecture: 'arm64' });
    world.addIndex('team/app:1', [
      { digest: good, architecture: 'amd64' },
      { digest: bad, architecture: 'arm64' },
    ]);
    return world;
  }

  it('is judged by the images of all its platforms', async () => {
    const world = await startIndex();
    const outcome = await check([world.name('team/app:1')], rules);
    expect(outcome.subjects.map(found)).toEqual([[], ['the image has no label "team"; required: team']]);
    expect(checkVerdict(outcome)?.message).toBe('1 of 2 are not allowed by the policy');
  });

  it('but for one platform that is wanted', async () => {
    const world = await startIndex();
    const { subjects } = await check([world.name('team/app:1')], rules, { platform: 'linux/amd64' });
    expect(subjects.map(found)).toEqual([[]]);
  });
});

describe('the verdict', () => {
  const rules = '[labels]\nrequire = ["team"]';
  it('on an image that does not exist is no refusal', async () => {
    const world = await startFleetRegistry();
    const verdict = checkVerdict(await check([world.name('team/none:1')], rules));
    expect(verdict).toMatchObject({ code: 'input', message: '1 of 1 could not be judged' });
  });

  it('counts refusals and what could not be judged apart', async () => {
    const world = await startWorld();
    const verdict = checkVerdict(await check([world.name('team/app:1'), world.name('team/none:1')], rules));
    expect(verdict).toMatchObject({
      code: 'policy',
      message: '1 of 2 are not allowed by the policy, and 1 of 2 could not be judged',
    });
  });

  it('has nothing in its lines that commands a terminal or a CI', async () => {
    const world = await startFleetRegistry();
    const labels = { team: 'x\n::error::\u001b[31m\u2028' };
    await world.addApp('team/app:1', { base: { layer: 'base' }, labels });
    const outcome = await check([world.name('team/app:1')], '[labels]\nrequire = ["team=y"]');
    expect(renderCheck(outcome).join('')).not.toMatch(/[\n\u001b\u2028]/);
    expect(checkJson(outcome)).not.toMatch(/[\u001b\u2028]/);
  });
});

describe('many images', () => {
  const rules = '[labels]\nrequire = ["team"]\n[targets]\ndeny = ["**/old:*"]';
  async function startTeam(): Promise<FleetRegistry> {
    const world = await startFleetRegistry();
    const base = { layer: 'base' };
    for (const path of ['team/a:1', 'team/a:2', 'team/a:1-before-20261122', 'team/old:1']) {
      await world.addApp(path, { base, labels: path.startsWith('team/a:1') ? { team: 'a' } : {} });
    }
    return world;
  }
  const names = ({ subjects }: Awaited<ReturnType<typeof check>>, world: FleetRegistry) =>
    subjects.map(({ name }) => name.slice(world.name('').length));

  it('are found below a place, those under tags that keep old images too', async () => {
    const world = await startTeam();
    const outcome = await check({ prefixes: [world.name('team')] }, rules);
    expect(names(outcome, world).sort()).toEqual(['team/a:1', 'team/a:1-before-20261122', 'team/a:2', 'team/old:1']);
  });

  it('are found under tags that are somewhat like those of signatures, and told under those', async () => {
    const world = await startTeam();
    const [like, aside] = ['sha256-0123456789abcdef', `sha256-${'0'.repeat(64)}.sig`];
    for (const tag of [like, aside]) await world.addApp(`team/a:${tag}`, { base: { layer: 'base' } });
    const outcome = await check({ prefixes: [world.name('team/a')], tags: ['sha256-*'] }, rules);
    expect(names(outcome, world)).toEqual([`team/a:${like}`]);
    expect(outcome.leftOut).toMatchObject([{ tags: [aside], reason: 'attached' }]);
  });

  it('are left out by their tags and names', async () => {
    const world = await startTeam();
    const exclude = [`${world.registry.host}/team/old`];
    const outcome = await check(
      { prefixes: [world.name('team')], tags: ['*'], exclude, excludeTags: ['2', '*-before-*'] },
      rules,
    );
    expect(names(outcome, world)).toEqual(['team/a:1']);
  });

  it('are taken from a list', async () => {
    const world = await startTeam();
    const text = `# ours\n${world.name('team/a:1')}\n${world.name('team/a:2')}\n`;
    const outcome = await check({ lists: [{ text, file: 'images' }] }, rules);
    expect(names(outcome, world)).toEqual(['team/a:1', 'team/a:2']);
  });

  it('are summed up, with the rules that they break', async () => {
    const world = await startTeam();
    const images = ['team/a:1', 'team/a:2', 'team/old:1', 'team/none:1'].map((path) => world.name(path));
    expect(renderCheck(await check(images, rules)).slice(-3)).toEqual([
      '4 images: 1 allowed, 2 not allowed, 1 not judged',
      '  labels.require  2 images',
      '  targets.deny    1 image',
    ]);
  });

  it('are summed up with the topics whose rules ask for what they do not prove', async () => {
    const world = await startWorld('evil');
    await world.addApp('team/app:2', { base: { layer: 'base' }, labels: { 'io.buildpacks.build.metadata': '' } });
    const policy = `${RUN}\n[buildpacks]\nallow = ["samples/*"]`;
    expect(renderCheck(await check({ prefixes: [world.name('team')] }, policy)).slice(-3)).toEqual([
      '2 images: 2 not allowed',
      '  buildpacks  1 image',
      '  run-images  1 image',
    ]);
  });

  it('that were judged are told when the check is ended', async () => {
    const end = new AbortController();
    const world = await startFleetRegistry(({ url }) => {
      if (url.pathname.includes('/team/b/')) end.abort();
      return end.signal.aborted;
    });
    for (const path of ['team/a:1', 'team/b:1', 'team/c:1']) await world.addApp(path, { base: { layer: 'base' } });
    const images = ['team/a:1', 'team/b:1', 'team/c:1'].map((path) => world.name(path));
    const outcome = await check({ images, parallel: '1' }, rules, {}, end.signal);
    expect(renderCheck(outcome).at(-2)).toBe('3 images: 1 not allowed, 2 not judged');
    expect(checkVerdict(outcome)).toMatchObject({
      code: 'cancelled',
      message: 'the check was ended: 1 of 3 are not allowed by the policy, and 2 of 3 could not be judged',
    });
  });

  it('that are nowhere are an error', async () => {
    const world = await startTeam();
    await expect(check({ prefixes: [world.name('tea')] }, rules)).rejects.toThrow('there is no image at');
  });

  it('ask for a run image once', async () => {
    const world = await startWorld();
    const digest = world.addBase('good/run:1.5', { layer: 'base', created: '2026-11-01T00:00:00Z' });
    await world.addApp('team/app:2', { base: { layer: 'base', name: world.name('good/run:1.5'), digest } });
    await check([world.name('team/app:1'), world.name('team/app:2')], RUN);
    const asked = world.registry.lines().filter((line) => line.includes('/good/run/manifests/'));
    expect(asked).toHaveLength(1);
  });
});

it('a label does not lead to a service of this machine that nobody has named', async () => {
  const [world, other] = [await startWorld(), await startFleetRegistry()];
  const digest = other.addBase('good/run:1.5', { layer: 'base' });
  await world.addApp('team/app:2', { base: { layer: 'base', name: other.name('good/run:1.5'), digest } });
  const { subjects } = await check([world.name('team/app:2')], RUN);
  expect(subjects).toMatchObject([
    { code: 'policy', problem: expect.stringContaining('only the label names it') as string },
  ]);
  expect(other.registry.lines()).toEqual([]);
});

it.each([
  [{}, 'none is named'],
  [{ images: ['r.example/a'], tags: ['1'] }, 'counts with "all" only'],
  [{ images: ['r.example/a'], parallel: '0' }, '"0" is not a number from 1 to 64'],
  [{ prefixes: ['oci:x'] }, 'only registries are looked at'],
])('the inputs %j are refused: %s', async (inputs, message) => {
  await expect(check(inputs, '[build]\nsbom = true')).rejects.toThrow(message);
});
