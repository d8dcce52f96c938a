import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { rawManifest } from '../../src/image/manifest.ts';
import { MEDIA_TYPE } from '../../src/image/media-types.ts';
import { POLICY_LAYER_TYPE } from '../../src/policy/artifact.ts';
import { loadPolicies, parsePolicySource } from '../../src/policy/index.ts';
import type { PolicyPorts } from '../../src/policy/load.ts';
import { digestOf } from '../../src/reference/index.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const TEXT = 'version = 1\n[targets]\nallow = []\n';
const DIGEST = `sha256:${'a'.repeat(64)}`;

interface Stored {
  readonly layers: readonly { readonly mediaType: string; readonly text: string }[];
}

/** A registry that has one manifest. */
function portsWith(stored: Stored | undefined, policyFile?: string) {
  const admitted: string[] = [];
  const texts = new Map(stored?.layers.map(({ text }) => [digestOf(Buffer.from(text)), text]));
  const layers = stored?.layers.map(({ mediaType, text }) => {
    return { mediaType, digest: digestOf(Buffer.from(text)), size: Buffer.byteLength(text) };
  });
  const config = { mediaType: 'application/vnd.oci.empty.v1+json', digest: digestOf(Buffer.from('{}')), size: 2 };
  const json = JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPE.ociManifest, config, layers });
  const registry = {
    manifest: () => Promise.resolve(stored && rawManifest(Buffer.from(json), MEDIA_TYPE.ociManifest)),
    readBlob: (_: unknown, { digest }: { digest: (typeof config)['digest'] }) =>
      Promise.resolve(Readable.from([Buffer.from(texts.get(digest) ?? '')])),
  };
  const reach = { admit: (host: string) => admitted.push(host) };
  const machine = policyFile === undefined ? {} : { policyFile };
  return { admitted, context: { registry, ports: { network: { reach }, machine } } as unknown as PolicyPorts };
}

const artifact = (text = TEXT, mediaType = POLICY_LAYER_TYPE) => ({ layers: [{ mediaType, text }] });
const SURROUNDINGS = { workingDirectory: '/', untrusted: [] };
const NAME = `oci://r.example/policy@${DIGEST}`;
const SOURCE = parsePolicySource(NAME, SURROUNDINGS);

describe('an artifact', () => {
  test('is read by its one layer, from a registry that offline admits', async () => {
    const { admitted, context } = portsWith(artifact());
    expect(await loadPolicies([SOURCE], context)).toMatchObject([{ name: NAME, digest: digestOf(Buffer.from(TEXT)) }]);
    expect(admitted).toEqual(['r.example']);
  });

  test.each([
    ['is not there', undefined, 'does not exist'],
    ['is an image', artifact(TEXT, MEDIA_TYPE.ociLayer), 'is no policy'],
    ['has two of them', { layers: [...artifact().layers, ...artifact('version = 1').layers] }, 'is no policy'],
    ['is too large', artifact(`${TEXT}#${'x'.repeat(300_000)}`), 'bytes'],
    ['is no TOML', artifact('version'), 'it is not valid TOML'],
  ])('that %s is refused', async (_name, stored, message) => {
    await expect(loadPolicies([SOURCE], portsWith(stored).context)).rejects.toThrow(message);
  });
});

describe('the policy of the machine', () => {
  test('holds beside those of the inputs; the same text counts once', async () => {
    const file = path.join(await temporaryDirectory(), 'policy.toml');
    await writeFile(file, TEXT);
    expect(await loadPolicies([SOURCE], portsWith(artifact(), file).context)).toMatchObject([{ name: file }]);
    const other = artifact('version = 1\n');
    expect(await loadPolicies([SOURCE], portsWith(other, file).context)).toMatchObject([
      { name: file },
      { name: NAME },
    ]);
  });

  test('is none where there is no file', async () => {
    const file = path.join(await temporaryDirectory(), 'policy.toml');
    expect(await loadPolicies([], portsWith(undefined, file).context)).toEqual([]);
  });

  test.each(['a directory', 'a link to nothing'])('is not passed over where it is %s', async (what) => {
    const file = path.join(await temporaryDirectory(), 'policy.toml');
    await (what === 'a directory' ? mkdir(file) : symlink('/none', file));
    await expect(loadPolicies([], portsWith(undefined, file).context)).rejects.toThrow(`"${file}"`);
  });
});

describe('the input policy', () => {
  test.each([
    ['oci://r.example/policy:1', 'has no digest'],
    ['oci://r.example/policy', 'has no digest'],
    ['https://r.example/policy', "can't be read"],
    ['none.toml', 'does not exist'],
    ['/etc', 'is a directory'],
    ['oci://R E', 'is not an image reference'],
  ])('can not be "%s"', (text, message) => {
    expect(() => parsePolicySource(text, SURROUNDINGS)).toThrow(message);
  });

  test.each([
    ['in the folder', 'policy.toml', false],
    ['in the checkout above it', '../policy.toml', false],
    ['a link that leads out', 'out.toml', false],
    ['a link from outside that leads in', '../../in.toml', false],
    ['outside', '../../policy.toml', true],
  ])('of an untrusted run, %s', async (_name, text, allowed) => {
    const root = await temporaryDirectory();
    const folder = path.join(root, 'checkout/app');
    await mkdir(folder, { recursive: true });
    await mkdir(path.join(root, 'checkout/.git/objects'), { recursive: true });
    await writeFile(path.join(root, 'checkout/.git/HEAD'), 'ref: refs/heads/main\n');
    for (const file of ['policy.toml', 'checkout/policy.toml', 'checkout/app/policy.toml'])
      await writeFile(path.join(root, file), TEXT);
    await symlink('../../policy.toml', path.join(folder, 'out.toml'));
    await symlink('checkout/policy.toml', path.join(root, 'in.toml'));
    const read = () => parsePolicySource(text, { workingDirectory: folder, untrusted: [folder] });
    if (allowed) expect(read()).toMatchObject({ kind: 'file' });
    else expect(read).toThrow('which an untrusted run may have changed');
    expect(parsePolicySource(text, { workingDirectory: folder, untrusted: [] })).toMatchObject({ kind: 'file' });
  });
});
