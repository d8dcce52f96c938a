import { encodeGoString } from '../json/go-string.ts';
import { putStrings } from '../json/put-strings.ts';
import { decodeString, removeMember, replaceSpan, type Span } from '../json/span.ts';
import { digestOf } from '../reference/index.ts';
import { decode, encode, find, membersAt, only, refused, whole } from './image-document.ts';
import { APP_LABEL } from './labels.ts';

/** The annotation that layout mode sets to the output's tag (OCI image specification, annotations.md). */
export const REF_NAME_ANNOTATION = 'org.opencontainers.image.ref.name';

/** An app image as the lifecycle wrote it in layout mode, and what its manifest and labels must say instead. */
export interface Rewrite {
  readonly manifestBytes: Uint8Array;
  readonly configBytes: Uint8Array;
  readonly runImage: {
    /** Long name of the run image that was used, mirror or not, at its platform's digest: `index.docker.io/x/run@sha256:…`. */
    readonly reference: string;
    /** What the run image's own manifest says in `org.opencontainers.image.ref.name`. */
    readonly refNameAnnotation?: string;
  };
  /** Put into the configuration and the manifest beside what is there. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The two documents that make the image's digest. */
export interface ImageBytes {
  readonly manifestBytes: Uint8Array;
  readonly configBytes: Uint8Array;
}

/**
 * Makes the image that the lifecycle wrote to a layout the one that it would have pushed to a registry: the run image's name in the
 * label `io.buildpacks.lifecycle.metadata`, and the manifest's annotation for the reference name. Labels and annotations of the user are
 * put in as Go would have written them. Only these values change, and the configuration's digest and size in the manifest; every other
 * byte stays. Both documents are hostile input.
 *
 * @throws BuildpacksError `image` naming the part that is missing, ambiguous or of the wrong type
 */
export function rewriteImage({
  manifestBytes,
  configBytes,
  runImage,
  labels = {},
  annotations = {},
}: Rewrite): ImageBytes {
  const referring = rewriteConfig(decode(configBytes, 'configuration'), runImage.reference);
  const config = encode(addLabels(referring, labels));
  const manifest = decode(manifestBytes, 'manifest');
  requireDigest(manifest, configBytes);
  const described = describeConfig(manifest, config);
  const renamed = rewriteAnnotation(described, runImage.refNameAnnotation);
  return { manifestBytes: encode(addAnnotations(renamed, annotations)), configBytes: config };
}

/** `config.Labels["io.buildpacks.lifecycle.metadata"]` is a JSON string that holds JSON: the inner place is mapped to the outer one. */
function rewriteConfig(config: string, reference: string): string {
  const label = find(config, ['config', 'Labels', APP_LABEL.lifecycle], 'configuration').value;
  if (config[label.start] !== '"') throw refused(`the label ${APP_LABEL.lifecycle} is not a string`);
  const metadata = decodeString(config, label);
  const value = find(metadata.value, ['runImage', 'reference'], `label ${APP_LABEL.lifecycle}`).value;
  if (metadata.value[value.start] !== '"')
    throw refused(`runImage.reference in ${APP_LABEL.lifecycle} is not a string`);
  const inner = encodeGoString(encodeGoString(reference)).slice(1, -1);
  return replaceSpan(config, metadata.origin(value), inner);
}

function addLabels(config: string, labels: Readonly<Record<string, string>>): string {
  const { value } = find(config, ['config', 'Labels'], 'configuration');
  return replaceSpan(config, value, putStrings(ownObject(config, value, labels), labels));
}

/** Go writes a manifest's annotations last. */
function addAnnotations(manifest: string, annotations: Readonly<Record<string, string>>): string {
  if (Object.keys(annotations).length === 0) return manifest;
  const members = membersAt(manifest, whole(manifest, 'manifest'), 'manifest');
  const present = only(members, 'annotations', 'manifest');
  if (present !== undefined) {
    const object = ownObject(manifest, present.value, annotations);
    return replaceSpan(manifest, present.value, putStrings(object, annotations));
  }
  const end = members.at(-1)?.span.end ?? manifest.length;
  return replaceSpan(manifest, { start: end, end }, `,"annotations":${putStrings('{}', annotations)}`);
}

/** The text of an object in which each of these keys stands at most once: else it would depend on the reader which one counts. */
function ownObject(text: string, span: Span, entries: Readonly<Record<string, string>>): string {
  const keys = membersAt(text, span, 'image').map(({ key }) => key);
  const twice = keys.find((key, index) => Object.hasOwn(entries, key) && keys.indexOf(key) !== index);
  if (twice !== undefined) throw refused(`it has ${JSON.stringify(twice)} more than once`);
  return text.slice(span.start, span.end);
}

function requireDigest(manifest: string, configBytes: Uint8Array): void {
  const { value } = find(manifest, ['config', 'digest'], 'manifest');
  if (manifest[value.start] === '"' && decodeString(manifest, value).value === digestOf(configBytes)) return;
  throw refused('its manifest does not name its configuration');
}

function describeConfig(manifest: string, config: Uint8Array): string {
  const digest = find(manifest, ['config', 'digest'], 'manifest').value;
  const described = replaceSpan(manifest, digest, encodeGoString(digestOf(config)));
  const size = find(described, ['config', 'size'], 'manifest').value;
  return describeData(replaceSpan(described, size, String(config.length)), config);
}

/** A descriptor may hold its content inline (`data`, base64); the lifecycle keeps that up where the run image has it. */
function describeData(manifest: string, config: Uint8Array): string {
  const descriptor = find(manifest, ['config'], 'manifest').value;
  const data = only(membersAt(manifest, descriptor, 'manifest'), 'data', 'manifest');
  return data === undefined
    ? manifest
    : replaceSpan(manifest, data.value, encodeGoString(Buffer.from(config).toString('base64')));
}

function rewriteAnnotation(manifest: string, wanted: string | undefined): string {
  const root = membersAt(manifest, whole(manifest, 'manifest'), 'manifest');
  const annotations = only(root, 'annotations', 'manifest');
  const members = annotations && membersAt(manifest, annotations.value, 'manifest');
  const refName = members && only(members, REF_NAME_ANNOTATION, 'manifest');
  if (annotations === undefined || members === undefined || refName === undefined) {
    if (wanted === undefined) return manifest;
    throw refused(`its manifest has lost the run image's annotation ${REF_NAME_ANNOTATION}`);
  }
  if (wanted !== undefined) return replaceSpan(manifest, refName.value, encodeGoString(wanted));
  return members.length === 1 ? removeMember(manifest, root, annotations) : removeMember(manifest, members, refName);
}
