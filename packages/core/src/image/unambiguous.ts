import { BuildpacksError } from '../errors/index.ts';
import { foldField } from '../json/fold-field.ts';
import { documentSpan, itemsOf, type Member, membersOf, type Span } from '../json/span.ts';

/** The fields of manifests and descriptors that an image needs (OCI image specification, manifest.md and descriptor.md). */
const MANIFEST_FIELDS = ['schemaVersion', 'mediaType', 'config', 'layers', 'annotations'] as const;
const DESCRIPTOR_FIELDS = ['mediaType', 'digest', 'size', 'data', 'urls', 'annotations', 'platform', 'artifactType'];

/**
 * Refuses an image that other programs would read differently than we do: Go takes `Layers` for `layers` and the last of several
 * fields, others do not. Fields of the manifest beside the usual ones are refused too, `subject` among them: it would put the image
 * into the list of referrers of another one.
 *
 * @throws BuildpacksError `image` naming the field
 */
export function requireUnambiguous(manifestBytes: Uint8Array, configBytes: Uint8Array): void {
  const manifest = new Document('manifest', manifestBytes);
  const fields = manifest.fields(manifest.root, MANIFEST_FIELDS);
  const layers = itemsOf(manifest.text, fields.get('layers')?.value ?? EMPTY) ?? [];
  for (const descriptor of [fields.get('config')?.value, ...layers]) manifest.fields(descriptor, DESCRIPTOR_FIELDS);

  const config = new Document('configuration', configBytes);
  const parts = config.fields(config.root);
  for (const part of ['config', 'rootfs']) config.fields(parts.get(part)?.value);
  for (const entry of itemsOf(config.text, parts.get('history')?.value ?? EMPTY) ?? []) config.fields(entry);
}

const EMPTY: Span = { start: 0, end: 0 };

class Document {
  readonly text: string;
  readonly root: Span | undefined;
  readonly #name: string;

  constructor(name: string, bytes: Uint8Array) {
    this.#name = name;
    this.text = new TextDecoder().decode(bytes);
    this.root = documentSpan(this.text);
  }

  /** The fields of an object by their names, if that is what is there. */
  fields(span: Span | undefined, allowed?: readonly string[]): ReadonlyMap<string, Member> {
    const found = new Map<string, Member>();
    const folded = new Set<string>();
    for (const member of membersOf(this.text, span ?? EMPTY) ?? []) {
      const { key } = member;
      if (folded.has(foldField(key))) throw this.#refused(key, 'more than once');
      if (allowed?.includes(key) === false) throw this.#refused(key, 'which no image needs');
      folded.add(foldField(key));
      found.set(key, member);
    }
    return found;
  }

  #refused(key: string, why: string): BuildpacksError {
    const field = JSON.stringify(key.slice(0, 100));
    return new BuildpacksError('image', `the image's ${this.#name} has the field ${field} ${why}`);
  }
}
