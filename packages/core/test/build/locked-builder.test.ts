import { expect, it } from 'vitest';
import { resolveBuilder } from '../../src/build/prepare/builder.ts';
import type { EnginePorts } from '../../src/engine/index.ts';
import { type BuilderSource, parseConnectionInputs } from '../../src/inputs/index.ts';
import { SILENT_LOG } from '../../src/ports/index.ts';
import { createRegistryClient } from '../../src/registry/index.ts';
import { openNetwork } from '../support/network.ts';

const CONNECTION = parseConnectionInputs({}, { environment: {}, workingDirectory: '/', now: 0 });
const PORTS: EnginePorts = {
  processes: { run: () => Promise.reject(new Error('nothing is to be started')) },
  log: SILENT_LOG,
  clock: { now: () => 0, sleep: () => Promise.resolve() },
  environment: {},
  signal: new AbortController().signal,
  machine: { uid: 0, gid: 0, home: '/root', temporary: '/tmp', architecture: 'amd64', workingDirectory: '/' },
};

it.each<[string, BuilderSource]>([
  ['docker://corp/builder:1', { kind: 'engine', name: 'corp/builder:1' }],
  ['oci:/srv/builder', { kind: 'layout', path: '/srv/builder' }],
])('a locked build takes no builder that its lock can not name: %s', async (name, builder) => {
  const credentials = { lookup: () => Promise.resolve(undefined) };
  const registry = createRegistryClient({ ...PORTS, network: openNetwork(), credentials });
  const platform = { os: 'linux', architecture: 'amd64' };
  const request = { builder, platform, connection: CONNECTION, lock: { images: [], file: 'app.lock.json' } };
  await expect(resolveBuilder(request, registry, PORTS)).rejects.toThrow(
    `builder: "${name}" is no image of a registry, and "app.lock.json" names no others`,
  );
});
