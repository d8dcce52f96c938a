import type { BuildResult } from '@buildpacks-ci/core';

function digest(character: string): BuildResult['digest'] {
  return `sha256:${character.repeat(64)}`;
}

/** What a build of the project's image gives. */
export const RESULT: BuildResult = {
  schemaVersion: 1,
  image: 'registry.example/group/shop:latest',
  digest: digest('a'),
  tags: ['registry.example/group/shop:latest', 'registry.example/group/shop:1'],
  platform: { os: 'linux', architecture: 'amd64' },
  builder: { name: 'index.docker.io/example/builder:base', digest: digest('b') },
  runImage: { name: 'index.docker.io/example/run:base', digest: digest('c') },
  lifecycle: { version: '0.21.17', platformApi: '0.15' },
  engine: 'rootfs',
  buildpacks: [],
  processes: [],
  layers: [],
  outputs: [],
  sbom: { files: [] },
  phases: [],
  traffic: { requests: 0, bytesUp: 0, bytesDown: 0 },
  warnings: [],
};
