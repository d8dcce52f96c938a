import { describe, expect, it } from 'vitest';
import { platformContents } from '../../src/build/prepare/platform-contents.ts';
import type { BuilderImage } from '../../src/engine/index.ts';
import { parseConnectionInputs, type RawInputs } from '../../src/inputs/index.ts';
import { AUTHORITY } from '../trust/samples.ts';

const USERS = [{ name: 'own', entries: [] }];
const builder = {
  image: { config: { config: { Env: ['PATH=/bin', 'PIP_CERT=/etc/pip=1'] } } },
} as unknown as BuilderImage;

function contents(inputs: RawInputs, environment: Readonly<Record<string, string>> = {}, network = 'default') {
  const connection = parseConnectionInputs(inputs, { environment: {}, workingDirectory: '/', now: 0 });
  return platformContents({ connection, environment, bindings: USERS, network }, builder, { environment: {} });
}

describe('what buildpacks get beside what the user gave', () => {
  it('is nothing without certificates', () => {
    expect(contents({ 'embed-ca-certificates': 'true' }, { A: 'b' })).toEqual({
      environment: { A: 'b' },
      bindings: USERS,
    });
  });

  it('is a binding with the certificates, one with bundles, and variables that lead to them', () => {
    const { environment, bindings } = contents({ 'ca-certificates': AUTHORITY }, { A: 'b' });
    expect(bindings.map(({ name }) => name)).toEqual([
      'own',
      'buildpacks-ci-ca-certificates',
      'buildpacks-ci-ca-bundle',
    ]);
    expect(environment).toMatchObject({ A: 'b', GIT_SSL_CAINFO: '/platform/bindings/buildpacks-ci-ca-bundle/all.pem' });
  });

  it('leaves variables of the user and of the builder image alone', () => {
    const { environment } = contents({ 'ca-certificates': AUTHORITY }, { NODE_EXTRA_CA_CERTS: '/mine' });
    expect(environment).toHaveProperty('NODE_EXTRA_CA_CERTS', '/mine');
    expect(environment).not.toHaveProperty('PIP_CERT');
  });

  it('is as the user wants it', () => {
    const inputs = { 'ca-certificates': AUTHORITY, 'build-ca-variables': 'none', 'embed-ca-certificates': 'true' };
    const { environment, bindings } = contents(inputs);
    expect([environment, bindings.length]).toEqual([{ BP_EMBED_CERTS: 'true' }, 2]);
  });
});
