import { Problems } from '../errors/problems.ts';
import { isIndexType, isManifestType } from '../image/media-types.ts';
import { formatPlatform } from '../image/platform.ts';
import { asText, optional, parseJson } from '../json/json.ts';
import { shown } from '../log/shown.ts';
import { compareText, imageName } from './image-name.ts';
import { DocumentReader } from './document-reader.ts';
import {
  IMAGE_ROLES,
  type ImageRole,
  type Lock,
  LOCK_SCHEMA_VERSION,
  type LockedImage,
  type LockedLifecycle,
  type LockedPlatform,
} from './lock.ts';
import { readDependencies } from './locked-dependency.ts';

/**
 * Reads a lock. Somebody may have edited it, or merged two: whatever this program would not have written is a problem.
 *
 * @param file for messages
 * @throws InputError with every problem there is, each with the key's path
 */
export function parseLock(bytes: Uint8Array, file: string): Lock {
  const problems = new Problems();
  const value = parseJson(bytes);
  const reader = new DocumentReader(file, problems);
  reader.requireVersion(value, LOCK_SCHEMA_VERSION, { what: 'lock', hint: 'Make it with buildpacks-ci lock.' });
  const root = reader.record(value, '', ['schemaVersion', 'images', 'dependencies']);
  const images = reader
    .items(root['images'], 'images')
    .map((item, index) => readImage(item, `images[${index}]`, reader));
  for (const name of doubles(images.map((image) => image && imageName(image.reference)))) {
    reader.report('images', `"${name}" is in it twice`, 'Keep one of them, or make the lock again.');
  }
  const found = root['dependencies'];
  const dependencies = found === undefined ? undefined : readDependencies(found, reader);
  problems.throwIfAny();
  return {
    images: images.filter((image) => image !== undefined).sort(byName),
    ...optional('dependencies', dependencies),
  };
}

function readImage(item: unknown, at: string, reader: DocumentReader): LockedImage | undefined {
  const json = reader.record(item, at, ['name', 'roles', 'digest', 'mediaType', 'platforms']);
  const reference = reader.imageName(json['name'], `${at}.name`);
  const digest = reader.digest(json['digest'], `${at}.digest`);
  const mediaType = asText(json['mediaType']) ?? '';
  if (!isIndexType(mediaType) && !isManifestType(mediaType)) {
    reader.report(`${at}.mediaType`, `${shown(json['mediaType'])} is neither a manifest nor an index`);
  }
  const roles = reader.items(json['roles'], `${at}.roles`).flatMap((role, index) => {
    return readRole(role, `${at}.roles[${index}]`, reader) ?? [];
  });
  const platforms = reader.items(json['platforms'], `${at}.platforms`).flatMap((each, index) => {
    return readPlatform(each, `${at}.platforms[${index}]`, reader) ?? [];
  });
  for (const name of doubles(platforms.map(({ platform }) => formatPlatform(platform)))) {
    reader.report(`${at}.platforms`, `"${name}" is in it twice`);
  }
  if (reference === undefined || digest === undefined) return undefined;
  const [only, second] = platforms;
  if (isManifestType(mediaType) && only !== undefined && (second !== undefined || only.digest !== digest)) {
    reader.report(`${at}.platforms`, `a manifest has one platform, with its own digest ${digest}`);
  }
  if (
    reference.kind === 'digest' &&
    reference.digest !== digest &&
    !platforms.some((each) => each.digest === reference.digest)
  ) {
    reader.report(`${at}.digest`, `"${digest}" is another one than the name has`);
  }
  return { reference, roles, digest, mediaType, platforms };
}

function readRole(value: unknown, at: string, reader: DocumentReader): ImageRole | undefined {
  const role = IMAGE_ROLES.find((each) => each === value);
  if (role === undefined) reader.report(at, `${shown(value)} is not one of ${IMAGE_ROLES.join(', ')}`);
  return role;
}

function readPlatform(value: unknown, at: string, reader: DocumentReader): LockedPlatform | undefined {
  const json = reader.record(value, at, ['platform', 'digest', 'lifecycle']);
  const platform = reader.platform(json['platform'], `${at}.platform`);
  const digest = reader.digest(json['digest'], `${at}.digest`);
  const lifecycle =
    json['lifecycle'] === undefined ? undefined : readLifecycle(json['lifecycle'], `${at}.lifecycle`, reader);
  if (platform === undefined || digest === undefined) return undefined;
  return { platform, digest, ...(lifecycle !== undefined && { lifecycle }) };
}

function readLifecycle(value: unknown, at: string, reader: DocumentReader): LockedLifecycle {
  const json = reader.record(value, at, ['version', 'platformApis']);
  const texts = reader.items(json['platformApis'], `${at}.platformApis`);
  return {
    version: reader.text(json['version'], `${at}.version`),
    platformApis: texts.map((text, index) => reader.text(text, `${at}.platformApis[${index}]`)),
  };
}

/** Each text that is there more than once, once. */
function doubles(texts: readonly (string | undefined)[]): readonly string[] {
  const seen = new Set<string>();
  const again = new Set<string>();
  for (const text of texts) {
    if (text === undefined) continue;
    if (seen.has(text)) again.add(text);
    seen.add(text);
  }
  return [...again];
}

function byName(a: LockedImage, b: LockedImage): number {
  return compareText(imageName(a.reference), imageName(b.reference));
}
