import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

interface Described {
  mediaType: string;
  digest: string;
  size: number;
}

/** The parts of an image that attacks are about; more is in it, and stays. */
export interface ManifestJson {
  config: Described;
  layers: Described[];
  annotations?: Record<string, string>;
}

export interface ConfigJson {
  rootfs: { diff_ids: string[] };
  config: { Labels: Record<string, string> };
}

/** An OCI layout with one image, as an attacker changes it: consistent with itself, whatever is done to the two documents. */
export interface LayoutEditor {
  readonly directory: string;
  file(...parts: readonly string[]): string;
  blob(digest: string): string;
  addBlob(content: string): Promise<Described>;
  manifest(): Promise<ManifestJson>;
  /** Changes the documents as objects. */
  edit(change: (manifest: ManifestJson, config: ConfigJson) => void): Promise<void>;
  /** Changes their texts; the manifest then names the configuration that came out. */
  editText(change: { readonly manifest?: TextChange; readonly config?: TextChange }): Promise<void>;
}

type TextChange = (text: string) => string;

export function editLayout(directory: string): LayoutEditor {
  const file = (...parts: readonly string[]) => path.join(directory, ...parts);
  const blob = (digest: string) => file('blobs', ...digest.split(':'));
  const readIndex = async () => JSON.parse(await readFile(file('index.json'), 'utf8')) as { manifests: [Described] };
  const readManifest = async () => readFile(blob((await readIndex()).manifests[0].digest), 'utf8');
  const addBlob = async (content: string, mediaType = '') => {
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
    await writeFile(blob(digest), content);
    return { mediaType, digest, size: Buffer.byteLength(content) };
  };
  const editText: LayoutEditor['editText'] = async ({ manifest: changeManifest, config: changeConfig }) => {
    const index = await readIndex();
    let manifest = await readManifest();
    const { config } = JSON.parse(manifest) as ManifestJson;
    if (changeConfig !== undefined) {
      const added = await addBlob(changeConfig(await readFile(blob(config.digest), 'utf8')));
      manifest = manifest.replace(config.digest, added.digest).replace(`"size":${config.size}`, `"size":${added.size}`);
    }
    const added = await addBlob(changeManifest?.(manifest) ?? manifest, index.manifests[0].mediaType);
    await writeFile(file('index.json'), JSON.stringify({ ...index, manifests: [added] }));
  };
  return {
    directory,
    file,
    blob,
    addBlob: (content) => addBlob(content),
    manifest: async () => JSON.parse(await readManifest()) as ManifestJson,
    editText,
    edit: async (change) => {
      const manifest = JSON.parse(await readManifest()) as ManifestJson;
      const config = JSON.parse(await readFile(blob(manifest.config.digest), 'utf8')) as ConfigJson;
      change(manifest, config);
      Object.assign(manifest.config, { ...(await addBlob(JSON.stringify(config), manifest.config.mediaType)) });
      await editText({ manifest: () => JSON.stringify(manifest) });
    },
  };
}
