import type { Digest } from '../../src/reference/index.ts';
import type { BuildResult } from '../../src/report/result.ts';

const id = (letter: string): Digest => `sha256:${letter.repeat(64)}`;

/** A result with every optional part and every kind of output. */
export const SAMPLE_RESULT: BuildResult = {
  schemaVersion: 1,
  image: 'registry.example/shop:1',
  digest: id('1'),
  tags: ['registry.example/shop:1', 'registry.example/shop:latest'],
  platform: { os: 'linux', architecture: 'arm64', variant: 'v8' },
  builder: { name: 'registry.example/builder:2', digest: id('2') },
  runImage: { name: 'registry.example/run:3', digest: id('3') },
  previousImage: { name: 'registry.example/shop:latest', digest: id('4') },
  lifecycle: { version: '0.21.14', platformApi: '0.15' },
  engine: 'docker 28.2',
  hermetic: true,
  policies: [{ name: '/etc/buildpacks-ci/policy.toml', digest: id('7') }],
  buildpacks: [{ id: 'samples/nodejs', version: '1.2.3', homepage: 'https://nodejs.example' }],
  processes: [
    {
      type: 'web',
      command: ['node'],
      args: ['server.js'],
      direct: true,
      default: true,
      workingDirectory: '/workspace',
    },
    { type: 'worker', command: ['node'], args: ['worker.js'], direct: true, default: false },
  ],
  labels: { 'org.opencontainers.image.source': 'https://git.example/shop', tier: 'front' },
  annotations: { 'org.opencontainers.image.title': 'The shop' },
  layers: [
    { digest: id('5'), diffId: id('a'), size: 30_000_000, owner: { kind: 'run-image' }, origin: 'base' },
    {
      digest: id('6'),
      diffId: id('b'),
      size: 5_250_000,
      owner: { kind: 'buildpack', buildpack: 'samples/nodejs', layer: 'modules' },
      origin: 'reused',
    },
    { digest: id('7'), diffId: id('c'), size: 812, owner: { kind: 'app' }, origin: 'added' },
  ],
  outputs: [
    {
      kind: 'registry',
      references: ['registry.example/shop:1', 'registry.example/shop:latest'],
      blobs: { present: 6, mounted: 0, uploaded: 2 },
      bytesUploaded: 4_100,
    },
    { kind: 'oci', path: '/out/image' },
    { kind: 'oci-archive', path: '/out/image.tar' },
    { kind: 'engine', engine: 'docker', references: ['registry.example/shop:1'] },
  ],
  sbom: { files: ['launch/samples_nodejs/sbom.cdx.json'] },
  phases: [
    { name: 'prepare', milliseconds: 412 },
    { name: 'run', milliseconds: 65_000 },
    { name: 'run/detect', milliseconds: 1_240 },
    { name: 'publish', milliseconds: 95 },
  ],
  traffic: { requests: 31, bytesUp: 4_100, bytesDown: 1_200_000 },
  cache: {
    mode: 'write',
    stores: [
      {
        name: 'dir:/cache',
        restore: { outcome: 'miss', reason: 'it has expired', layers: 0, lost: 0 },
        save: { outcome: 'saved', layers: 2, skipped: 1 },
        requests: 3,
        bytesDown: 0,
        bytesUp: 812_000,
      },
      {
        name: 'registry:registry.example/cache',
        restore: { outcome: 'hit', scope: 'default', layers: 3, lost: 1 },
        save: { outcome: 'unchanged', layers: 0, skipped: 0 },
        requests: 1,
        bytesDown: 70_000_000,
        bytesUp: 0,
      },
    ],
  },
  warnings: ['the cache was damaged'],
};
