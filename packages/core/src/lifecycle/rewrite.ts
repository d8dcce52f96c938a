import { BuildpacksError } from '../errors/index.ts';
import { foldField } from '../image/unambiguous.ts';
import { encodeGoString } from '../json/go-string.ts';
import {
  decodeString,
  documentSpan,
  type Member,
  membersOf,
  removeMember,
  replaceSpan,
  type Span,
} from '../json/span.ts';
import { digestOf } from '../reference/index.ts';
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
}

/** The two documents that make the image's digest. */
export interface ImageBytes {
  readonly manifestBytes: Uint8Array;
  readonly configBytes: Uint8Array;
}

/**
 * Makes the image that the lifecycle wrote to a layout the one that it would have pushed to a registry: the run image's name in the
 * label `io.buildpacks.lifecycle.metadata`, and the manifest's annotation for the reference name. Only these values change, and the
 * configuration's digest and size in the manifest; every other byte stays. Both documents are hostile input.
 *
 * @throws BuildpacksError `image` naming the part that is missing, ambiguous or of the wrong type
 */
export function rewriteImage({ manifestBytes, configBytes, runImage }: Rewrite): ImageBytes {
  const config = encode(rewriteConfig(decode(configBytes, 'configuration'), runImage.reference));
  const manifest = decode(manifestBytes, 'manifest');
  requireDigest(manifest, configBytes);
  const described = describeConfig(manifest, config);
  return { manifestBytes: encode(rewriteAnnotation(described, runImage.refNameAnnotation)), configBytes: config };
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

/** The member at the end of a path of keys, each of which must be there exactly once. */
function find(text: string, path: readonly string[], document: string): Member {
  let span = whole(text, document);
  let found: Member | undefined;
  for (const key of path) {
    found = only(membersAt(text, span, document), key, document);
    if (found === undefined) throw refused(`its ${document} has no ${path.join('.')}`);
    span = found.value;
  }
  if (found === undefined) throw refused(`its ${document} is empty`);
  return found;
}

/**
 * The one member with this key. Go matches keys without regard to case and takes the last of several, other readers do not: a
 * document in which the two differ means different things to different tools, so it is refused.
 */
function only(members: readonly Member[], key: string, document: string): Member | undefined {
  const alike = members.filter((member) => foldField(member.key) === foldField(key));
  const [member] = alike;
  if (member === undefined) return undefined;
  if (alike.length > 1 || member.key !== key) throw refused(`its ${document} has more than one way to read ${key}`);
  return member;
}

function whole(text: string, document: string): Span {
  const span = documentSpan(text);
  if (span === undefined) throw refused(`its ${document} is not valid JSON`);
  return span;
}

function membersAt(text: string, span: Span, document: string): readonly Member[] {
  const members = membersOf(text, span);
  if (members === undefined) throw refused(`its ${document} holds something else where an object belongs`);
  return members;
}

/** Fatal and with the byte order mark kept: what is encoded again is what was read, byte for byte. */
function decode(bytes: Uint8Array, document: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw refused(`its ${document} is not valid UTF-8`, cause);
  }
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function refused(why: string, cause?: unknown): BuildpacksError {
  return new BuildpacksError('image', `the image that the lifecycle wrote can't be used: ${why}`, {
    hint: 'Either this lifecycle is not known to us, or a buildpack has changed what is not its own.',
    ...(cause !== undefined && { cause }),
  });
}
