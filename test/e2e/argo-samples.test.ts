import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { makeAuthority } from '../bench/certificates.ts';
import { loadToolImage } from '../bench/tool-image.ts';
import { argoSample, parametersOf } from '../support/argo-samples.ts';
import { requiresDocker } from '../support/requires.ts';
import { type Argo, configMap, secret, startArgo } from './support/argo.ts';
import { type Copies, startCopies } from './support/copies.ts';
import { temporaryDirectory } from './support/world.ts';

const APP = path.resolve('samples/apps/procfile');
const ZEROS = 'sha256:0000000000000000000000000000000000000000000000000000000000000000';

requiresDocker("Argo's samples", () => {
  let argo: Argo;
  let copies: Copies;
  beforeAll(async () => {
    argo = await startArgo({ buildpacks: ['procfile'] });
    copies = await startCopies(argo.world, await loadToolImage());
  });
  afterAll(() => argo.stop());

  it('closed-cluster reads nothing but the copies that are locked', async () => {
    const { host } = argo.world.registry;
    const { text: sample } = argoSample('closed-cluster');
    const parameters = parametersOf(
      sample.replaceAll(ZEROS, copies.builderDigest).replaceAll('registry.example', host),
    );
    const { certificate } = await makeAuthority(await temporaryDirectory('authority'));
    const [{ metadata, data }] = parseAllDocuments(sample).map((document) => document.toJS() as ConfigMap) as [
      ConfigMap,
    ];
    const login = JSON.stringify({ auths: { [host]: { username: 'USER', password: 'PASSWORD' } } });
    const { succeeded, text, outputs } = await argo.run({
      parameters,
      claims: { shop: await copies.lockedApp(APP) },
      objects: [
        configMap(metadata.name, Object.fromEntries(Object.keys(data).map((file) => [file, certificate]))),
        secret('buildpacks-ci-registry', { '.dockerconfigjson': login }),
      ],
    });
    expect(succeeded, text).toBe(true);
    expect(await copies.runImageOf(`${host}/shop@${outputs['digest'] ?? ''}`)).toBe(copies.runImage);
  });
});

interface ConfigMap {
  readonly metadata: { readonly name: string };
  readonly data: Readonly<Record<string, string>>;
}
