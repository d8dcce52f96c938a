import path from 'node:path';
import type { Platform } from '../image/manifest.ts';
import { isRegistryHost, parseReference } from '../reference/index.ts';
import { hidingUser } from '../network/proxy/index.ts';
import { isBelow, isEmptyDirectory, kindOf, realPlace, writeObstacle } from '../files/file-kind.ts';
import { inputError } from '../errors/problems.ts';
import type { BuilderSource, CreationTime, LayoutOutput, PreviousImage } from './request.ts';

/** The readers here take one value as written and the directory that relative paths start from; all throw InputError. */

const DOCKER = 'docker://';

export function parseBuilder(text: string, base: string, input = 'builder'): BuilderSource {
  if (text.startsWith(DOCKER)) {
    const name = text.slice(DOCKER.length);
    parseReference(name, input);
    return { kind: 'engine', name };
  }
  if (text.startsWith('oci:')) {
    const directory = text.slice('oci:'.length);
    const absolute = path.resolve(base, directory);
    if (kindOf(path.join(absolute, 'index.json')) === 'file') return { kind: 'layout', path: absolute };
    throw inputError(
      input,
      `"${directory}" is no OCI layout: it has no index.json`,
      'Give the directory of an OCI layout: oci:DIR.',
    );
  }
  return { kind: 'registry', reference: parseReference(text, input) };
}

export function parseOutput(text: string, base: string): LayoutOutput {
  const [, kind, place = ''] = /^(oci|oci-archive):(.*)$/.exec(text) ?? [];
  if ((kind !== 'oci' && kind !== 'oci-archive') || place === '') {
    throw inputError('output', `"${text}" is not a place for an image`, 'Write oci:DIR or oci-archive:FILE.');
  }
  const absolute = path.resolve(base, place);
  const found = kindOf(absolute);
  if (kind === 'oci' && found !== undefined && found !== 'directory') {
    throw inputError(
      'output',
      `"${place}" is a file and oci: needs a directory`,
      `Write oci-archive:${place} for a tar archive.`,
    );
  }
  if (kind === 'oci-archive' && found === 'directory') {
    throw inputError(
      'output',
      `"${place}" is a directory and oci-archive: needs a file`,
      `Write oci:${place} for a directory.`,
    );
  }
  if (found === 'directory' && !isEmptyDirectory(absolute) && kindOf(path.join(absolute, 'oci-layout')) !== 'file') {
    throw inputError(
      'output',
      `"${place}" holds files and is no OCI layout`,
      'Give a directory that is empty, not there yet, or an OCI layout, whose image is then replaced.',
    );
  }
  requireWritable(absolute, place, 'output');
  requireNoWayOut(absolute, base, { text: place, input: 'output' });
  return { kind, path: absolute };
}

/** A directory that is written to and made when it is missing. */
export function parseTargetDirectory(text: string, base: string, input: string): string {
  const absolute = path.resolve(base, text);
  const found = kindOf(absolute);
  if (found !== undefined && found !== 'directory') throw inputError(input, `"${text}" is no directory`);
  requireWritable(absolute, text, input);
  requireNoWayOut(absolute, base, { text, input });
  return absolute;
}

/**
 * A file that is written, or written anew, into a directory that is there.
 *
 * @returns its absolute path
 */
export function parseTargetFile(text: string, base: string, input: string): string {
  const absolute = path.resolve(base, text);
  const folder = path.dirname(absolute);
  if (kindOf(absolute) === 'directory') throw inputError(input, `"${text}" is a directory`, 'Give a file.');
  if (kindOf(folder) !== 'directory') {
    throw inputError(input, `"${text}" can't be written: "${folder}" is no directory`, 'Make it first.');
  }
  requireWritable(absolute, text, input);
  requireNoWayOut(folder, base, { text, input });
  return absolute;
}

/**
 * What stands in the working directory may be somebody's pull request: a link in it must not choose where we write.
 *
 * @throws InputError for a place in `base` that a link leads out of it
 */
export function requireNoWayOut(
  absolute: string,
  base: string,
  { text, input }: { readonly text: string; readonly input: string },
): void {
  if (!isBelow(absolute, base)) return;
  const real = realPlace(absolute);
  if (isBelow(real, realPlace(base))) return;
  throw inputError(
    input,
    `"${text}" leads out of the working directory by a link, to "${real}"`,
    'Write the place that it leads to, or another one.',
  );
}

/** A build is long: what can't be written at its end is told before it. */
function requireWritable(absolute: string, text: string, input: string): void {
  const obstacle = writeObstacle(absolute);
  if (obstacle === undefined) return;
  throw inputError(
    input,
    `"${text}" can't be written: "${obstacle}" is no directory that we may write to`,
    'Give another place, or change the rights of that directory.',
  );
}

export function parseCreationTime(text: string, commitTime: number | undefined): CreationTime {
  if (text === 'none' || text === 'now') return { kind: text };
  if (text === 'commit') return { kind: 'commit', ...(commitTime !== undefined && { seconds: commitTime }) };
  if (/^\d{1,12}$/.test(text)) return { kind: 'at', seconds: Number(text) };
  throw inputError('creation-time', `"${text}" is not a time`, 'Write none, commit, now, or the seconds since 1970.');
}

export function parsePreviousImage(text: string | undefined): PreviousImage {
  if (text === undefined) return { kind: 'auto' };
  if (text === 'none') return { kind: 'none' };
  return { kind: 'image', reference: parseReference(text, 'previous-image') };
}

/** `os/architecture[/variant]`; without a text it is Linux on the machine's architecture. */
export function parsePlatform(text: string | undefined, architecture: string): Platform {
  if (text === undefined) return { os: 'linux', architecture };
  if (/[\s,]/.test(text)) {
    throw inputError(
      'platform',
      `"${text}" names more than one platform`,
      'One run builds for one platform; use one job for each.',
    );
  }
  const match = /^([a-z0-9]+)\/([a-z0-9_]+)(?:\/([a-z0-9.]+))?$/.exec(text);
  const [, os, wanted, variant] = match ?? [];
  if (os === undefined || wanted === undefined) {
    throw inputError('platform', `"${text}" is not a platform`, 'Write os/architecture, for example linux/amd64.');
  }
  if (os !== 'linux')
    throw inputError('platform', `"${os}" can't be built for`, 'Images for linux only are supported.');
  return { os, architecture: wanted, ...(variant !== undefined && { variant }) };
}

/** `host[:port]` in lower case. */
export function parseRegistryHost(text: string): string {
  if (isRegistryHost(text)) return text.toLowerCase();
  const bare = text.replace(/^[a-z]+:\/\//i, '').replace(/\/(?!\d+$).*$/, '');
  throw inputError(
    'insecure-registries',
    `"${text}" is not a registry host`,
    isRegistryHost(bare)
      ? `Write the host alone: ${bare}.`
      : 'Write host or host:port, one per line, an IPv6 address in brackets; there are no wildcards and ranges.',
  );
}

/** A name or an address, in lower case. */
export function parseOfflineHost(text: string): string {
  const [, bare = ''] =
    /^(?:[a-z]+:\/\/)?(\[[^\]]*\]|[^/:]*)(?::\d+)?(?:\/.*)?$/i.exec(text.replace(/^.*@/s, '')) ?? [];
  if (text === bare && isRegistryHost(text)) return text.toLowerCase();
  throw inputError(
    'offline-hosts',
    `"${hidingUser(text)}" is not a host`,
    isRegistryHost(bare)
      ? `Write ${bare} alone: it counts with all its ports.`
      : 'Write names or addresses, one per line, an IPv6 address in brackets; there are no wildcards and ranges.',
  );
}
