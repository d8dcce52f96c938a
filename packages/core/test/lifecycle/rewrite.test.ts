import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BuildpacksError } from '../../src/errors/index.ts';
import { REF_NAME_ANNOTATION, rewriteImage } from '../../src/lifecycle/rewrite.ts';
import { bytes, configWith, goJson, lifecycleMetadata, manifestOf, sha, text } from './support/go-image.ts';

const BEFORE = `/layout/registry.example/run/base@${sha('e')}`;
const AFTER = `index.docker.io/library/run@${sha('f')}`;

/** Rewrites a configuration text and a manifest made for it, or another manifest. */
function rewrite(config: string, manifest?: string, refNameAnnotation?: string) {
  const configBytes = bytes(config);
  const manifestBytes = bytes(manifest ?? goJson(manifestOf(configBytes, { [REF_NAME_ANNOTATION]: '1' })));
  return rewriteImage({
    manifestBytes,
    configBytes,
    runImage: { reference: AFTER, ...(refNameAnnotation !== undefined && { refNameAnnotation }) },
  });
}

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof BuildpacksError && error.code === 'image') return error.message;
    throw error;
  }
  throw new Error('it was not refused');
}

const goConfig = (data?: unknown) => goJson(configWith(goJson(lifecycleMetadata(BEFORE, data))));
const labelled = (label: string) => goJson(configWith(label));

describe("the run image's reference", () => {
  it('is the only thing that changes in the configuration', () => {
    const { configBytes } = rewrite(goConfig());
    expect(text(configBytes)).toBe(goJson(configWith(goJson(lifecycleMetadata(AFTER)))));
  });

  it('is found beside any buildpack data, which stays as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (data) => {
        const metadata = { ...lifecycleMetadata(BEFORE, data), note: { runImage: { reference: BEFORE } } };
        const expected = { ...metadata, runImage: (lifecycleMetadata(AFTER) as { runImage: unknown }).runImage };
        const { configBytes } = rewrite(goJson(configWith(goJson(metadata))));
        expect(text(configBytes)).toBe(goJson(configWith(goJson(expected))));
      }),
    );
  });

  it.each([
    ['escapes of Go', { html: '<a href="x">&amp;</a>\u2028\u2029', control: '\u0000\n' }],
    ['JSON within a string', '","runImage":{"reference":"fake"}'],
    ['what looks like the value', BEFORE],
  ])('is replaced exactly with %s in the data', (_, data) => {
    expect(text(rewrite(goConfig(data)).configBytes)).toBe(
      goConfig(data).replace(`reference\\":\\"${BEFORE}`, `reference\\":\\"${AFTER}`),
    );
  });

  it('is replaced in a label written by another encoder, byte for byte', () => {
    const label = '{ "runImage" : { "reference":"\\u0078" , "n": 1.0e2 } }';
    const outer = JSON.stringify(label).replaceAll(' ', '\\u0020');
    const config = `{ "config": {"Labels" : {"io.buildpacks.lifecycle.metadata": ${outer} } } , "x": 1e5}\n`;
    const expected = config.replace('\\"\\\\u0078\\"', `\\"${AFTER}\\"`);
    expect(text(rewrite(config).configBytes)).toBe(expected);
  });
});

describe("the manifest's description of the configuration", () => {
  it('has the new digest and size', () => {
    const config = goConfig();
    const image = rewrite(config);
    expect(text(image.manifestBytes)).toBe(goJson(manifestOf(image.configBytes)));
  });

  it('has the new content where it holds it inline', () => {
    const config = bytes(goConfig());
    const withData = (content: Uint8Array) => {
      const manifest = manifestOf(content) as { config: Record<string, unknown> };
      return goJson({ ...manifest, config: { ...manifest.config, data: Buffer.from(content).toString('base64') } });
    };
    const image = rewrite(text(config), withData(config));
    expect(text(image.manifestBytes)).toBe(withData(image.configBytes));
  });
});

describe('the annotation for the reference name', () => {
  const own = { 'org.opencontainers.image.base.name': 'a & b', 'org.opencontainers.image.vendor': 'us' };

  it.each([
    ['is removed with its emptied map', { [REF_NAME_ANNOTATION]: '1' }, undefined, undefined],
    ['is removed from among others', { ...own, [REF_NAME_ANNOTATION]: '1' }, undefined, own],
    ['is removed from before others', { [REF_NAME_ANNOTATION]: '1', ...own }, undefined, own],
    [
      'gets the run image’s own value',
      { [REF_NAME_ANNOTATION]: '1' },
      'base <1>',
      { [REF_NAME_ANNOTATION]: 'base <1>' },
    ],
    ['may be absent', own, undefined, own],
    ['may be absent with the whole map', undefined, undefined, undefined],
  ])('%s', (_, annotations, wanted, expected) => {
    const config = goConfig();
    const image = rewrite(config, goJson(manifestOf(bytes(config), annotations)), wanted);
    expect(text(image.manifestBytes)).toBe(goJson(manifestOf(image.configBytes, expected)));
  });

  it('is missed when the run image has one', () => {
    const config = goConfig();
    expect(refusal(() => rewrite(config, goJson(manifestOf(bytes(config))), 'base'))).toContain('has lost');
  });
});

describe('labels and annotations of the user', () => {
  const metadata = goJson(lifecycleMetadata(AFTER));
  const labelsOf = (config: Uint8Array) =>
    (JSON.parse(text(config)) as { config: { Labels: Record<string, string> } }).config.Labels;
  const put = (additions: Pick<Parameters<typeof rewriteImage>[0], 'labels' | 'annotations'>, manifest?: string) => {
    const configBytes = bytes(goConfig());
    const manifestBytes = bytes(manifest ?? goJson(manifestOf(configBytes, { [REF_NAME_ANNOTATION]: '1' })));
    return rewriteImage({ manifestBytes, configBytes, runImage: { reference: AFTER }, ...additions });
  };

  it('change nothing when there are none', () => {
    expect(put({ labels: {}, annotations: {} })).toEqual(rewrite(goConfig()));
  });

  it('stand in the configuration where Go would have put them, and nothing else changes there', () => {
    const labels = { 'a.label': '<new>', 'b.label': 'b=c "d"', 'z.label': '' };
    const { configBytes } = put({ labels });
    const expected = configWith(metadata) as { config: { Labels: Record<string, string> } };
    const { 'io.buildpacks.build.metadata': build = '', 'io.buildpacks.lifecycle.metadata': own = '' } =
      expected.config.Labels;
    expected.config.Labels = {
      'a.label': '<new>',
      'b.label': 'b=c "d"',
      'io.buildpacks.build.metadata': build,
      'io.buildpacks.lifecycle.metadata': own,
      'z.label': '',
    };
    expect(text(configBytes)).toBe(goJson(expected));
  });

  it('do not depend on the order in which they were given', () => {
    expect(put({ labels: { y: '1', x: '2' } })).toEqual(put({ labels: { x: '2', y: '1' } }));
  });

  it('make the manifest describe the labelled configuration, its annotations last', () => {
    const image = put({ labels: { x: '1' }, annotations: { title: 'a & b', author: 'us' } });
    expect(labelsOf(image.configBytes)).toMatchObject({ x: '1' });
    expect(text(image.manifestBytes)).toBe(goJson(manifestOf(image.configBytes, { author: 'us', title: 'a & b' })));
  });

  it('join the annotations of the run image', () => {
    const config = bytes(goConfig());
    const manifest = goJson(manifestOf(config, { [REF_NAME_ANNOTATION]: '1', vendor: 'them' }));
    const image = put({ annotations: { author: 'us', vendor: 'us' } }, manifest);
    expect(text(image.manifestBytes)).toBe(goJson(manifestOf(image.configBytes, { author: 'us', vendor: 'us' })));
  });

  it.each([
    ['a label', goConfig().replace('"a.label":', '"x":"1","x":"2","a.label":'), { labels: { x: '3' } }],
    ['an annotation', goConfig(), { annotations: { x: '3' } }],
  ])('are refused where the build has %s twice', (_, config, additions) => {
    const configBytes = bytes(config);
    const manifest = goJson(manifestOf(configBytes, { x: '1' })).replace('"x":"1"', '"x":"1","x":"2"');
    const input = { manifestBytes: bytes(manifest), configBytes, runImage: { reference: AFTER }, ...additions };
    expect(refusal(() => rewriteImage(input))).toContain('it has "x" more than once');
  });
});

describe('a hostile image is refused', () => {
  const twice = (key: string, value: unknown) => `{"runImage":{"reference":"a"},"${key}":${goJson(value)}}`;

  it.each([
    ['configuration that is not JSON', '{', 'configuration is not valid JSON'],
    ['configuration that is an array', '[]', 'where an object belongs'],
    ['no labels', '{"config":{}}', 'has no config.Labels'],
    ['no lifecycle label', '{"config":{"Labels":{}}}', 'has no config.Labels.io.buildpacks'],
    ['a label that is no string', '{"config":{"Labels":{"io.buildpacks.lifecycle.metadata":{}}}}', 'is not a string'],
    ['a label that is not JSON', labelled('{'), 'is not valid JSON'],
    ['a label without a run image', labelled('{}'), 'has no runImage.reference'],
    ['a run image that is a string', labelled('{"runImage":"x"}'), 'where an object belongs'],
    ['a reference that is a number', labelled('{"runImage":{"reference":1}}'), 'is not a string'],
    ['two run images', labelled(twice('runImage', { reference: 'b' })), 'more than one way to read runImage'],
    ['a second run image in escapes', labelled(twice('run\\u0049mage', {})), 'more than one way'],
    ['a second run image for Go only', labelled(twice('RUNIMAGE', { reference: 'b' })), 'more than one way'],
    ['a run image for Go only', labelled('{"RunImage":{"reference":"a"}}'), 'more than one way'],
    ['a label map for Go only', '{"config":{"labels":{},"Labels":{}}}', 'more than one way to read Labels'],
  ])('%s', (_, config, reason) => {
    expect(refusal(() => rewrite(config))).toContain(reason);
  });

  it('whose manifest names another configuration', () => {
    const other = goJson(manifestOf(bytes('{}'), { [REF_NAME_ANNOTATION]: '1' }));
    expect(refusal(() => rewrite(goConfig(), other))).toContain('does not name its configuration');
  });

  it.each([
    ['two configurations', (manifest: string) => manifest.replace('{', '{"Config":{},')],
    ['two maps of annotations', (manifest: string) => manifest.replace('{', '{"annotations":{},')],
    [
      'annotations that are an array',
      (manifest: string) => manifest.replace(/"annotations":\{.*?\}/, '"annotations":[]'),
    ],
  ])('whose manifest has %s', (_, spoil) => {
    const config = goConfig();
    const manifest = goJson(manifestOf(bytes(config), { [REF_NAME_ANNOTATION]: '1' }));
    expect(refusal(() => rewrite(config, spoil(manifest)))).toMatch(/more than one way|where an object belongs/);
  });

  it('whose configuration is not UTF-8', () => {
    const configBytes = Uint8Array.of(0x22, 0xff, 0x22);
    const manifestBytes = bytes(goJson(manifestOf(configBytes)));
    expect(refusal(() => rewriteImage({ manifestBytes, configBytes, runImage: { reference: AFTER } }))).toContain(
      'UTF-8',
    );
  });
});
