import { describe, expect, it } from 'vitest';
import { parseImageConfig, parseManifest } from '../../src/image/manifest.ts';
import { MEDIA_TYPE } from '../../src/image/media-types.ts';
import { readAppImage } from '../../src/rebase/app-image.ts';
import { planRebase, type PlannedRebase } from '../../src/rebase/plan.ts';
import { RebaseRefusal } from '../../src/rebase/refusal.ts';
import { app, appImage, type AppOptions, base, imageOf, type ImageOptions, sha } from './images.ts';

const UBUNTU = { 'io.buildpacks.base.distro.name': 'ubuntu', 'io.buildpacks.base.distro.version': '24.04' };
const version = (number: string) => ({ ...UBUNTU, 'io.buildpacks.base.distro.version': number });
const STACK = { 'io.buildpacks.stack.id': 'a.stack' };
const mixins = (...names: readonly string[]) => ({ ...STACK, 'io.buildpacks.stack.mixins': JSON.stringify(names) });

type Base = Partial<ImageOptions> & { readonly name?: string };

/** The rules that stand against it; none when it is rebased. */
function rules(appOptions: AppOptions, baseOptions: Base = {}, force = false): readonly string[] {
  const plan = planRebase(app(appOptions), base(baseOptions), { force });
  return plan.kind === 'refused' ? plan.violations.map(({ rule }) => rule) : [];
}

function rebased(appOptions: AppOptions, baseOptions: Base = {}, force = false): PlannedRebase {
  const plan = planRebase(app(appOptions), base(baseOptions), { force });
  if (plan.kind !== 'rebase') throw new Error(`it is ${plan.kind}`);
  return plan;
}

function metadataOf({ rebased: { configBytes } }: PlannedRebase) {
  const label = parseImageConfig(configBytes).config.Labels['io.buildpacks.lifecycle.metadata'] ?? '';
  return JSON.parse(label) as { runImage: { image: string; mirrors?: string[] }; stack?: object };
}

const ARM: ImageOptions['platform'] = { os: 'linux', architecture: 'arm64' };
const variant = (name: string) => ({ os: 'linux', architecture: 'arm', variant: name });

describe('an image with targets', () => {
  it.each<[string, AppOptions, Base, readonly string[]]>([
    ['the same', { labels: UBUNTU }, { labels: UBUNTU }, []],
    ['another architecture', {}, { platform: ARM }, ['platform']],
    ['another variant', { platform: variant('v7') }, { platform: variant('v6') }, ['platform']],
    ['a variant that only one states', { platform: variant('v7') }, { platform: { ...variant(''), variant: '' } }, []],
    ['another version of the distribution', { labels: UBUNTU }, { labels: version('22.04') }, ['distribution']],
    ['a distribution where none was', {}, { labels: UBUNTU }, ['distribution']],
    ['no distribution where one was', { labels: UBUNTU }, {}, []],
    ['an image that says no', { labels: { 'io.buildpacks.rebasable': 'false' } }, {}, ['rebasable']],
    [
      'everything at once',
      { labels: { ...UBUNTU, 'io.buildpacks.rebasable': 'false' } },
      { labels: version('1'), platform: ARM, name: 'other.example/base:1' },
      ['rebasable', 'platform', 'distribution', 'run-image-name'],
    ],
  ])('%s', (_, appOptions, baseOptions, expected) => {
    expect(rules(appOptions, baseOptions)).toEqual(expected);
    expect(rules(appOptions, baseOptions, true)).toEqual([]);
  });
});

describe('an image with a stack', () => {
  const old: AppOptions = { platformApi: '0.11', runImage: { image: undefined, mirrors: undefined } };
  const stack = { runImage: { image: 'run.example/base:1' } };
  it.each<[string, AppOptions, Base, readonly string[]]>([
    ['the same', { labels: STACK }, { labels: STACK }, []],
    ['another', { labels: STACK }, { labels: { 'io.buildpacks.stack.id': 'b' } }, ['stack']],
    ['none', {}, {}, ['stack']],
    ['more mixins', { labels: mixins('run:a', 'b') }, { labels: mixins('a', 'b', 'c') }, []],
    ['fewer mixins', { labels: mixins('a', 'build:b') }, { labels: mixins('a') }, ['mixins']],
  ])('%s', (_, appOptions, baseOptions, expected) => {
    expect(rules({ ...old, stack, ...appOptions }, baseOptions)).toEqual(expected);
    expect(rules({ ...old, stack, ...appOptions }, baseOptions, true)).toEqual(expected);
  });

  it.each(['0.11', '0.9', '', '0.12=', undefined])('is what Platform API %s means', (platformApi) => {
    const env = platformApi === undefined ? [] : [`CNB_PLATFORM_API=${platformApi}`];
    expect(rules({ env, stack })).toEqual(['stack']);
  });
});

describe('what is no run image', () => {
  it.each([
    ['an app', 'io.buildpacks.lifecycle.metadata'],
    ['an app whose other label is lost', 'io.buildpacks.build.metadata'],
    ['a builder', 'io.buildpacks.builder.metadata'],
  ])('is refused, by force too: %s', (_, label) => {
    const labels = { ...UBUNTU, [label]: '{}' };
    for (const force of [false, true]) expect(rules({ labels: UBUNTU }, { labels }, force)).toEqual(['run-image-kind']);
  });

  it('is not what has only lost such a label', () => {
    expect(rules({ labels: UBUNTU }, { labels: { ...UBUNTU, 'io.buildpacks.builder.metadata': '' } })).toEqual([]);
  });
});

describe('the name of the run image', () => {
  const name = 'run.example/base:2';
  it.each<[string, AppOptions, Base]>([
    ['the recorded one', {}, {}],
    ['a recorded mirror', {}, { name: 'mirror.example/base:1' }],
    ['in its short form', { runImage: { image: 'index.docker.io/library/base' } }, { name: 'base' }],
    ['by digest', {}, { name: `run.example/base:1@${sha('x')}` }],
    ['of a stack beside it', { stack: { runImage: { image: name } } }, { name }],
  ])('is known: %s', (_, appOptions, baseOptions) => {
    expect(rebased(appOptions, baseOptions).decisions.filter((each) => each.includes('not recorded'))).toEqual([]);
  });

  it('may be another when platform and distribution agree, and the recorded one stays', () => {
    const plan = rebased({ labels: UBUNTU }, { labels: UBUNTU, name });
    expect(plan.decisions).toEqual([
      `${name} is not recorded in the image, which names run.example/base:1: accepted, since linux/amd64, ubuntu 24.04 agree; the recorded name stays`,
    ]);
    expect(metadataOf(plan).runImage).toMatchObject({
      image: 'run.example/base:1',
      mirrors: ['mirror.example/base:1'],
    });
  });

  it.each<[string, AppOptions, Base]>([
    ['the distribution is not stated', {}, { name }],
    [
      'stack ids differ',
      { labels: { ...UBUNTU, ...STACK } },
      { labels: { ...UBUNTU, 'io.buildpacks.stack.id': 'tiny' }, name },
    ],
    [
      'target ids differ',
      { labels: { ...UBUNTU, 'io.buildpacks.base.id': 'a' } },
      { labels: { ...UBUNTU, 'io.buildpacks.base.id': 'b' }, name },
    ],
  ])('may be no other when %s', (_, appOptions, baseOptions) => {
    expect(rules(appOptions, baseOptions)).toEqual(['run-image-name']);
  });

  it('is recorded by force, as the lifecycle does it', () => {
    const metadata = metadataOf(rebased({ labels: UBUNTU }, { labels: UBUNTU, name }, true));
    expect(metadata.runImage).not.toHaveProperty('mirrors');
    expect(metadata).toMatchObject({ runImage: { image: name }, stack: { runImage: { image: name } } });
  });
});

describe('an image', () => {
  it('with the layers of the newest run image is up to date, whatever its labels', () => {
    const newest = base({ layers: ['base-1', 'base-2'], labels: { 'io.buildpacks.stack.released': 'today' } });
    expect(planRebase(app(), newest, { force: false })).toEqual({ kind: 'current' });
  });

  it('gets the layers of the run image below its own', () => {
    const { rebased: made, base: fromBase, own } = rebased({});
    const layers = parseManifest(made.raw).layers.map(({ digest }) => digest);
    expect(layers).toEqual([sha('base-1'), sha('base-3'), sha('app')]);
    expect([...fromBase, ...own].map(({ digest }) => digest)).toEqual(layers);
  });

  it('has annotations of its own, and keeps them with its types', () => {
    const { rebased: made, decisions } = rebased({ annotations: { 'a.b': '<c>' } });
    expect(parseManifest(made.raw)).toMatchObject({
      mediaType: MEDIA_TYPE.ociManifest,
      config: { mediaType: MEDIA_TYPE.ociConfig },
      annotations: { 'a.b': '<c>' },
    });
    expect(decisions).toEqual([expect.stringContaining('keeps its annotations (a.b)')]);
  });

  it.each<[string, ReturnType<typeof appImage>, string]>([
    ['without labels', imageOf({ layers: ['a'] }), 'built-with-buildpacks'],
    ['with a label that is no JSON', appImageWith('{'), 'readable'],
    ['with a label of another kind', appImageWith('{"buildpacks":7}'), 'readable'],
    ['with a field that no image needs', appImage({ manifest: { artifactType: 'a/b' } }), 'readable'],
    ['whose run image ends nowhere', appImage({ runImage: { topLayer: sha('elsewhere') } }), 'base-layers'],
    ['without the end of its run image', appImage({ runImage: { topLayer: '' } }), 'base-layers'],
  ])('%s is refused', (_, image, rule) => {
    try {
      readAppImage(image);
    } catch (error) {
      if (!(error instanceof RebaseRefusal)) throw error;
      expect(error.violations).toMatchObject([{ rule }]);
      return;
    }
    throw new Error('it was read');
  });
});

function appImageWith(label: string) {
  return imageOf({ layers: ['a'], labels: { 'io.buildpacks.lifecycle.metadata': label } });
}
