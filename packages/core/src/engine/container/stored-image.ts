import { BuildpacksError, InputError } from '../../errors/index.ts';
import { MEDIA_TYPE } from '../../image/media-types.ts';
import { parseImageConfig } from '../../image/manifest.ts';
import type { Image } from '../../image/source.ts';
import { asRecord, asText, type JsonRecord, parseJson } from '../../json/json.ts';
import { type Digest, isDigest } from '../../reference/index.ts';
import type { ContainerClient } from './client.ts';

/**
 * An image in the engine's own store, as far as `image inspect` tells: its configuration and its id, which stands for the manifest's
 * digest. Engines do not give out the manifest, so there are no layers to read.
 *
 * @param name a reference, or an id
 * @throws InputError on `builder` when the engine does not have it
 */
export async function storedImage(client: ContainerClient, name: string, signal: AbortSignal): Promise<Image> {
  const outcome = await client.run(['image', 'inspect', '--format', '{{json .}}', name], { signal });
  const json = asRecord(parseJson(outcome.stdout));
  if (outcome.status !== 0 || json === undefined) throw notInEngine(client, name);
  const id = idOf(json);
  const configBytes = Buffer.from(JSON.stringify(configurationOf(json)));
  const mediaType = MEDIA_TYPE.dockerManifest;
  return {
    source: storeSource(`docker://${name}`),
    raw: { mediaType, digest: id, bytes: new Uint8Array() },
    manifest: { mediaType, config: { mediaType: MEDIA_TYPE.dockerConfig, digest: id, size: 0 }, layers: [] },
    configBytes,
    config: parseImageConfig(configBytes),
  };
}

export function notInEngine({ facts }: ContainerClient, name: string): InputError {
  const { program } = facts;
  return new InputError([
    {
      input: 'builder',
      message: `"docker://${name}" is not in the store of ${program}`,
      hint: `Build or pull it first, and look with "${program} image ls"; or name it without docker:// to have it pulled.`,
    },
  ]);
}

/** Podman leaves the algorithm out. */
function idOf(json: JsonRecord): Digest {
  const text = asText(json['Id']) ?? '';
  const id = text.includes(':') ? text : `sha256:${text}`;
  if (isDigest(id)) return id;
  throw new BuildpacksError('engine', `the container engine names an image by "${text}", which is no id`);
}

/** In the words of an image configuration. */
function configurationOf(json: JsonRecord): JsonRecord {
  return {
    os: json['Os'],
    architecture: json['Architecture'],
    variant: json['Variant'],
    config: json['Config'],
    rootfs: { type: 'layers', diff_ids: asRecord(json['RootFS'])?.['Layers'] },
  };
}

function storeSource(name: string): Image['source'] {
  const unreadable = () =>
    Promise.reject(new BuildpacksError('engine', `the layers of "${name}" can't be read out of its store`));
  return { name, manifest: () => Promise.resolve(undefined), has: () => Promise.resolve(false), open: unreadable };
}
