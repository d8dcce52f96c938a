import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { inputError } from '../errors/problems.ts';
import { parseManifest, rawManifest } from '../image/manifest.ts';
import { isManifestType, MEDIA_TYPE } from '../image/media-types.ts';
import { NO_CONFIG, NO_CONFIG_DESCRIPTOR } from '../image/no-config.ts';
import { type DigestReference, digestOf, type TagReference } from '../reference/index.ts';
import type { RegistryReader, RegistryTarget } from '../registry/index.ts';
import { POLICY_FILE } from './policy.ts';
import { MAX_POLICY } from './source.ts';

/** What the manifest of a policy says that it is, and its only layer: `oras push --artifact-type` makes the same. */
const POLICY_ARTIFACT_TYPE = 'application/vnd.buildpacks-ci.policy.v1';
export const POLICY_LAYER_TYPE = 'application/vnd.buildpacks-ci.policy.v1+toml';

const TITLE = 'org.opencontainers.image.title';
/**
 * The bytes of a policy that is an OCI artifact: a manifest with one layer of `POLICY_LAYER_TYPE`.
 *
 * @param name for messages
 * @throws InputError on `policy` when there is none
 */
export async function readPolicyArtifact(
  reference: DigestReference,
  name: string,
  registry: RegistryReader,
): Promise<Uint8Array> {
  const raw = await registry.manifest(reference);
  if (raw === undefined) throw inputError('policy', `"${name}" does not exist, or these credentials may not read it`);
  const layers = isManifestType(raw.mediaType) ? parseManifest(raw).layers : [];
  const [layer, ...more] = layers.filter(({ mediaType }) => mediaType === POLICY_LAYER_TYPE);
  if (layer === undefined || more.length > 0) {
    const hint = 'Publish it with "buildpacks-ci policy push".';
    throw inputError('policy', `"${name}" is no policy: it has no layer of the type ${POLICY_LAYER_TYPE}`, hint);
  }
  if (layer.size > MAX_POLICY) throw inputError('policy', `"${name}" has ${layer.size} bytes`);
  return new Uint8Array(await buffer(await registry.readBlob(reference.repository, layer)));
}

/**
 * Publishes a policy under a tag, without any time in it: the same text has the same digest.
 *
 * @returns the artifact by digest
 */
export async function pushPolicyArtifact(
  bytes: Uint8Array,
  reference: TagReference,
  registry: RegistryTarget,
): Promise<DigestReference> {
  const layer = { mediaType: POLICY_LAYER_TYPE, digest: digestOf(bytes), size: bytes.length };
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.ociManifest,
    artifactType: POLICY_ARTIFACT_TYPE,
    config: NO_CONFIG_DESCRIPTOR,
    layers: [{ ...layer, annotations: { [TITLE]: POLICY_FILE } }],
  };
  const raw = rawManifest(Buffer.from(JSON.stringify(manifest)), MEDIA_TYPE.ociManifest);
  const { repository, tag } = reference;
  await registry.uploadBlob(repository, NO_CONFIG_DESCRIPTOR, () => Readable.from([NO_CONFIG]));
  await registry.uploadBlob(repository, layer, () => Readable.from([Buffer.from(bytes)]));
  await registry.putManifest(repository, tag, raw);
  return { kind: 'digest', repository, digest: raw.digest };
}
