import { describe, expect, it } from 'vitest';
import {
  deliverCertificates,
  type DeliveryOptions,
  loadTrustStore,
  readUserCertificates,
  TRUST_VARIABLES,
} from '../../src/trust/index.ts';
import { AUTHORITY, OTHER_AUTHORITY } from './samples.ts';

const PLACES = { files: [], directories: [] };

function deliver(pem: string, options?: DeliveryOptions) {
  const user = readUserCertificates(pem, { workingDirectory: '/', now: 0 });
  const { bindings, environment } = deliverCertificates(
    loadTrustStore({ user, environment: {}, places: PLACES }),
    options,
  );
  const files = bindings.flatMap(({ name, entries }) =>
    entries.map(
      ({ key, content }) => [`/platform/bindings/${name}/${key}`, new TextDecoder().decode(content)] as const,
    ),
  );
  return { environment, files: new Map<string, string>(files), names: bindings.map(({ name }) => name) };
}

const BINDING = '/platform/bindings/buildpacks-ci-ca-certificates';

describe('what buildpacks get', () => {
  it('is a binding with one file per certificate, and the user’s alone', () => {
    const { files } = deliver(OTHER_AUTHORITY + AUTHORITY, { variables: [] });
    expect(new Set(files)).toEqual(
      new Set([
        [`${BINDING}/type`, 'ca-certificates'],
        [`${BINDING}/ca-fa3ac766a6e4e78f.pem`, AUTHORITY],
        [expect.stringMatching(/ca-[0-9a-f]{16}\.pem$/), OTHER_AUTHORITY],
      ]),
    );
  });

  it('is the same in whatever order certificates are given', () => {
    expect([...deliver(AUTHORITY + OTHER_AUTHORITY).files]).toEqual([...deliver(OTHER_AUTHORITY + AUTHORITY).files]);
  });

  it('is nothing without certificates of the user', () => {
    expect(deliver('', { embed: true })).toEqual({ environment: {}, files: new Map(), names: [] });
  });

  it('has variables that point to files of the bindings', () => {
    const { environment, files } = deliver(AUTHORITY, { variables: TRUST_VARIABLES });
    for (const value of Object.values(environment)) {
      expect([...files.keys()]).toContain(value.replace('-Djavax.net.ssl.trustStore=', ''));
    }
  });

  it('gives Node the user’s certificates, which it adds to its own', () => {
    const { environment, files } = deliver(AUTHORITY);
    expect(files.get(environment['NODE_EXTRA_CA_CERTS'] ?? '')).toBe(AUTHORITY);
  });

  it.each(['REQUESTS_CA_BUNDLE', 'PIP_CERT', 'CURL_CA_BUNDLE', 'GIT_SSL_CAINFO', 'CARGO_HTTP_CAINFO'])(
    'gives %s public authorities too, since it takes the place of a list',
    (variable) => {
      const { environment, files } = deliver(AUTHORITY);
      const bundle = files.get(environment[variable] ?? '') ?? '';
      expect(bundle.split('BEGIN CERTIFICATE').length).toBeGreaterThan(100);
      expect(bundle).toContain(AUTHORITY);
    },
  );

  it('leaves the variables alone from which certificates get into the image', () => {
    const { environment } = deliver(AUTHORITY);
    expect(Object.keys(environment)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/SSL_CERT|JAVA|EMBED/)]),
    );
  });

  it('leaves variables alone that the user or the builder has', () => {
    expect(deliver(AUTHORITY, { taken: ['PIP_CERT'] }).environment).not.toHaveProperty('PIP_CERT');
  });

  it('has no bundle that no variable needs', () => {
    expect(deliver(AUTHORITY, { variables: ['PIP_CERT'], taken: ['PIP_CERT'] }).names).toEqual([
      'buildpacks-ci-ca-certificates',
    ]);
  });

  it('goes into the image when that is asked for', () => {
    expect(deliver(AUTHORITY, { variables: [], embed: true }).environment).toEqual({ BP_EMBED_CERTS: 'true' });
  });
});
