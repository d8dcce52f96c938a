import { describe, expect, it } from 'vitest';
import { pullObstacle } from '../../src/build/prepare/pull-obstacle.ts';
import type { Image } from '../../src/image/source.ts';
import { type ConnectionInputs, parseConnectionInputs, type RawInputs } from '../../src/inputs/index.ts';
import { parseReference } from '../../src/reference/index.ts';

const HUB = 'index.docker.io/team/builder';

interface Case {
  readonly inputs?: RawInputs;
  readonly environment?: Readonly<Record<string, string>>;
  readonly more?: Partial<ConnectionInputs>;
  /** Where our client read the image. */
  readonly readFrom?: string;
}

function obstacle(
  name: string,
  { inputs = {}, environment = {}, more = {}, readFrom = name }: Case,
): string | undefined {
  const connection = { ...parseConnectionInputs(inputs, { environment, workingDirectory: '/', now: 0 }), ...more };
  return pullObstacle(parseReference(name).repository, { source: { name: readFrom } } as Image, connection);
}

const clientCertificates = new Map([['registry.corp:5000', { source: '', certificate: '', key: '' }]]);

describe('an engine', () => {
  it.each<[string, string, Case]>([
    ['a mirror', HUB, { readFrom: 'mirror.corp/hub/team/builder' }],
    ['a client certificate', 'registry.corp:5000/builder', { more: { clientCertificates } }],
    ['plain http', 'registry.corp/builder', { inputs: { 'insecure-registries': ['registry.corp'] } }],
    ['a proxy', HUB, { inputs: { 'https-proxy': 'proxy.corp:1' } }],
    ['offline', 'registry.corp/builder', { inputs: { offline: 'true', 'offline-hosts': 'registry.corp' } }],
  ])('is not asked where an input gave %s', (_, name, given) => {
    expect(obstacle(name, given)).toEqual(expect.any(String));
  });

  it.each<[string, string, Case]>([
    ['nothing is in the way', HUB, {}],
    ['the proxy comes from the environment, which it may have as well', HUB, { environment: { HTTPS_PROXY: 'proxy' } }],
    [
      'the proxy is not on the way',
      HUB,
      { inputs: { 'https-proxy': 'proxy.corp:1', 'no-proxy': 'registry-1.docker.io' } },
    ],
    ['another registry needs inputs', 'registry.corp/builder', { more: { clientCertificates } }],
  ])('is asked when %s', (_, name, given) => {
    expect(obstacle(name, given)).toBeUndefined();
  });
});
