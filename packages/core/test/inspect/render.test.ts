import { describe, expect, test } from 'vitest';
import type { Inspection } from '../../src/inspect/inspect.ts';
import { inspectionJson, renderInspection } from '../../src/inspect/render.ts';
import type { Digest } from '../../src/reference/index.ts';

const id = (letter: string): Digest => `sha256:${letter.repeat(64)}`;

const INSPECTION: Inspection = {
  schemaVersion: 1,
  name: 'registry.example/shop:1',
  digest: id('1'),
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  platform: { os: 'linux', architecture: 'amd64' },
  index: { digest: id('2'), platforms: [{ os: 'linux', architecture: 'amd64' }] },
  created: '1980-01-01T00:00:01Z',
  size: 30_000_812,
  runImage: {
    name: 'run.example/base',
    mirrors: ['mirror.example/base'],
    distribution: { name: 'debian', version: '12' },
    topLayer: id('a'),
  },
  lifecycle: { launcherVersion: '0.21.14', platformApi: '0.15' },
  buildpacks: [{ id: 'samples/nodejs', version: '1.2.3', homepage: 'https://nodejs.example' }],
  processes: [{ type: 'web', command: ['node'], args: ['server.js'], direct: true, default: true }],
  layers: [
    { digest: id('5'), diffId: id('a'), size: 30_000_000, owner: { kind: 'run-image' } },
    { digest: id('6'), diffId: id('b'), size: 812, owner: { kind: 'app' } },
  ],
  sbom: { state: 'present', digest: id('7'), files: [{ path: 'launch/samples_nodejs/sbom.cdx.json', size: 25 }] },
  rebasable: true,
  source: { type: 'git', version: { commit: 'abc123' }, metadata: { refs: ['main'] } },
  labels: { title: 'sample\nshop' },
};

describe('renderInspection', () => {
  test('calls the digest of a stored image what the engine calls it', () => {
    const [, line] = renderInspection({ ...INSPECTION, name: 'docker://shop' });
    expect(line).toBe(`Image ID      ${id('1')}`);
  });

  test('is a table', () => {
    expect(renderInspection(INSPECTION)).toEqual([
      'Image         registry.example/shop:1',
      `Digest        ${id('1')}`,
      `Index         ${id('2')}`,
      '              linux/amd64',
      'Platform      linux/amd64',
      'Created       1980-01-01T00:00:01Z',
      'Size          30 MB compressed',
      'Builder       unknown: the lifecycle does not record it',
      'Launcher      0.21.14',
      'Platform API  0.15',
      'Source        git',
      '              commit abc123',
      'Rebasable     yes',
      '',
      'Run image',
      '  Name          run.example/base',
      '  Mirrors       mirror.example/base',
      '  Distribution  debian 12',
      `  Top layer     ${id('a')}`,
      '',
      'Buildpacks',
      '  samples/nodejs  1.2.3  https://nodejs.example',
      '',
      'Processes',
      '  web (default)  node server.js',
      '',
      'Layers',
      `  30 MB  run image  ${id('a')}`,
      `  812 B  app        ${id('b')}`,
      '',
      'SBOM',
      '  1 file',
      '  25 B  launch/samples_nodejs/sbom.cdx.json',
      '',
      'Labels',
      String.raw`  title=sample\nshop`,
    ]);
  });

  test.each([
    ['none', '  none'],
    ['missing', '  its layer is not there: the image is stored without it'],
  ] as const)('says of bills of materials that are %s: %s', (state, line) => {
    expect(renderInspection({ ...INSPECTION, sbom: { state } })).toContain(line);
  });
});

test('the JSON holds the whole inspection', () => {
  expect(JSON.parse(inspectionJson(INSPECTION))).toEqual(INSPECTION);
});
