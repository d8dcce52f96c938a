import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkVerdict, checkJson, type CheckedSubject, renderCheck } from '../../src/policy/index.ts';
import { checkImages } from '../../src/policy-check/check-images.ts';
import { parseCheckInputs } from '../../src/policy-check/inputs.ts';
import { type FleetRegistry, startFleetRegistry } from '../fleet/fleet-registry.ts';
import { NOW, portsOf } from '../fleet/survey.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

async function check(images: readonly string[], rules: string, raw: Readonly<Record<string, string>> = {}) {
  const file = path.join(await temporaryDirectory(), 'policy.toml');
  await writeFile(file, `version = 1\n${rules}\n`);
  const context = { environment: {}, workingDirectory: '/', now: NOW, architecture: 'amd64' };
  return checkImages(parseCheckInputs(images, { ...raw, policy: file }, context), portsOf());
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
