import { foldField } from '../../json/fold-field.ts';
import { BuildpacksError } from '../../errors/index.ts';
import { documentSpan, itemsOf, type Member, membersOf, type Span } from '../../json/span.ts';
import { type Digest, isDigest } from '../../reference/index.ts';

/** The fields that we read. */
const FIELDS: ReadonlySet<string> = new Set(['sbom', 'buildpacks', 'key', 'layers', 'sha']);
const NOTHING: Span = { start: 0, end: 0 };
const LAYERS = '/layers';
const SBOM = `${LAYERS}/sbom/cache`;
const BUILDPACK_ID = /^[A-Za-z0-9._/+-]{1,200}$/;
const LAYER_NAME = /^[^/\0]{1,200}$/;

/**
 * The layers that the lifecycle's cache metadata names, each with the folder that its tar must fill: `/layers/<buildpack>/<layer>`, or the
 * SBOM's. The names become paths in the build, so that metadata from outside must not choose them freely, and must not hold
 * fields which the lifecycle reads and we do not.
 *
 * @throws BuildpacksError `image` when it is no such metadata, or reads in two ways
 */
export function cachedLayers(metadata: string): ReadonlyMap<Digest, string> {
  const root = documentSpan(metadata);
  if (root === undefined) throw refused('it is no JSON');
  const layers = new Map<Digest, string>();
  const folders = new Set<string>();
  const add = (layer: Span | undefined, folder: string) => {
    const sha = textOf(metadata, fieldsOf(metadata, layer).get('sha'));
    if (sha === undefined || !isDigest(sha)) return;
    if (layers.has(sha)) throw refused(`it names the layer ${sha} twice`);
    // Each tar is scanned by itself: in a folder of two, one would be extracted through the links of the other.
    if (folders.has(folder)) throw refused(`it has two layers for ${folder}`);
    layers.set(sha, folder);
    folders.add(folder);
  };
  const fields = fieldsOf(metadata, root);
  add(fields.get('sbom'), SBOM);
  for (const item of itemsOf(metadata, fields.get('buildpacks') ?? NOTHING) ?? []) {
    const buildpack = fieldsOf(metadata, item);
    const id = textOf(metadata, buildpack.get('key')) ?? '';
    for (const [name, layer] of keysOf(metadata, buildpack.get('layers'))) add(layer, folderOf(id, name));
  }
  return layers;
}

/** As the lifecycle names it (`launch.EscapeID`). */
function folderOf(id: string, layer: string): string {
  const escaped = id.replaceAll('/', '_');
  const isGood = BUILDPACK_ID.test(id) && LAYER_NAME.test(layer) && ![escaped, layer].some(isDots);
  if (!isGood) throw refused(`it has the layer ${JSON.stringify(`${id}:${layer}`.slice(0, 200))}`);
  return `${LAYERS}/${escaped}/${layer}`;
}

function isDots(name: string): boolean {
  return name === '.' || name === '..';
}

/** The fields of an object that Go decodes into a struct: it would take `SHA` for `sha`, and the last of several. */
function fieldsOf(text: string, span: Span | undefined): ReadonlyMap<string, Span> {
  const members = membersOf(text, span ?? NOTHING) ?? [];
  const strange = members.find(({ key }) => FIELDS.has(foldField(key)) && !FIELDS.has(key));
  if (strange !== undefined) throw refused(`it has the field ${JSON.stringify(strange.key)}`);
  return uniqueMembers(members);
}

/** The entries of an object that Go decodes into a map. */
function keysOf(text: string, span: Span | undefined): ReadonlyMap<string, Span> {
  return uniqueMembers(membersOf(text, span ?? NOTHING) ?? []);
}

function uniqueMembers(members: readonly Member[]): ReadonlyMap<string, Span> {
  const found = new Map(members.map(({ key, value }) => [key, value]));
  if (found.size < members.length) throw refused('it has a field more than once');
  return found;
}

function textOf(text: string, span: Span | undefined): string | undefined {
  if (span === undefined) return undefined;
  const value: unknown = JSON.parse(text.slice(span.start, span.end));
  return typeof value === 'string' ? value : undefined;
}

function refused(why: string): BuildpacksError {
  return new BuildpacksError('image', `the metadata of the layer cache can't be used: ${why}`);
}
