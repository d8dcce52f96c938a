import { readdirSync } from 'node:fs';
import path from 'node:path';
import { isInside, kindOf, readSmallFile } from '../files/file-kind.ts';
import { inputError, type Problems } from '../errors/problems.ts';
import { BUNDLE_BINDING, CERTIFICATES_BINDING } from '../trust/index.ts';
import type { InputReader } from './reader.ts';
import type { Binding } from './request.ts';
import { sourcePlace, type Surroundings } from './source-place.ts';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/;
/** As Kubernetes allows for keys of a secret; a leading dot would hide the file from buildpacks, but `.npmrc` is wanted. */
const KEY = /^(?!\.\.?$)[A-Za-z0-9._-]{1,253}$/;
/** Given or not: a build must not fail because of certificates that come later. */
const OURS: ReadonlySet<string> = new Set([BUNDLE_BINDING, CERTIFICATES_BINDING]);
/** These hold a word, not the path of a file. */
const WRITTEN_AS_TEXT: ReadonlySet<string> = new Set(['type', 'provider']);
const MAX_FILE = 4 * 1024 * 1024;

/**
 * Reads the bindings and the files they name: `name=directory`, `name/key=file`, `name/type=…`, `name/provider=…`.
 * A single key wins over the directory's file. Sub-directories and hidden files of a directory are left out,
 * and so is everything that a link leads to outside of it.
 */
export function readBindings(reader: InputReader, surroundings: Surroundings, problems: Problems): readonly Binding[] {
  const directories = new Map<string, string>();
  const bindings = new Map<string, Map<string, Uint8Array>>();
  for (const line of reader.list('bindings').map((text) => problems.attempt(() => parseLine(text)))) {
    if (line === undefined) continue;
    const entries = bindings.get(line.name) ?? new Map<string, Uint8Array>();
    bindings.set(line.name, entries);
    if (line.key === undefined) {
      if (directories.has(line.name)) problems.report('bindings', `the binding "${line.name}" has two directories`);
      directories.set(line.name, line.value);
      continue;
    }
    if (entries.has(line.key)) problems.report('bindings', `"${line.name}/${line.key}" is given twice`);
    const content = WRITTEN_AS_TEXT.has(line.key)
      ? new TextEncoder().encode(line.value)
      : problems.attempt(() => readKey(line, surroundings));
    entries.set(line.key, content ?? new Uint8Array());
  }
  for (const [name, directory] of directories) {
    const found = problems.attempt(() => readDirectory({ name, directory, surroundings }, problems));
    // What else it may lack can't be told.
    if (found === undefined) bindings.delete(name);
    else bindings.set(name, new Map([...found, ...(bindings.get(name) ?? [])]));
  }
  return [...bindings].map(([name, entries]) => completeBinding(name, entries, problems));
}

interface Line {
  readonly name: string;
  readonly key?: string;
  readonly value: string;
}

function parseLine(text: string): Line {
  const equals = text.indexOf('=');
  const left = equals === -1 ? text : text.slice(0, equals).trim();
  const value = equals === -1 ? '' : text.slice(equals + 1).trim();
  const [name = '', key, ...more] = left.split('/');
  if (!NAME.test(name)) {
    const hint = 'A name has letters, digits, dots, dashes and underscores, and starts with a letter or digit.';
    throw inputError('bindings', `"${name}" is not a name for a binding`, hint);
  }
  if (OURS.has(name)) {
    const hint = 'Call it something else; certificates are given with ca-certificates.';
    throw inputError('bindings', `"${name}" is the name under which buildpacks get ca-certificates`, hint);
  }
  if (value === '') {
    throw inputError('bindings', `"${left}" has nothing after "="`, 'Write name=directory or name/key=file.');
  }
  if (key === undefined) return { name, value };
  if (more.length > 0 || !KEY.test(key)) {
    const hint = 'A key is a file name of letters, digits, dots, dashes and underscores.';
    throw inputError('bindings', `"${[key, ...more].join('/')}" is not a key of the binding "${name}"`, hint);
  }
  return { name, key, value };
}

function readKey(line: Line, surroundings: Surroundings): Uint8Array {
  const content = readSmallFile(sourcePlace(line.value, surroundings, 'bindings'), MAX_FILE);
  if (typeof content !== 'string') return content;
  throw inputError('bindings', `the file "${line.value}" of "${line.name}/${line.key ?? ''}" ${content}`);
}

function readDirectory(
  given: { readonly name: string; readonly directory: string; readonly surroundings: Surroundings },
  problems: Problems,
): ReadonlyMap<string, Uint8Array> | undefined {
  const { name, directory } = given;
  const root = sourcePlace(directory, given.surroundings, 'bindings');
  if (kindOf(root) !== 'directory') {
    problems.report(
      'bindings',
      `the directory "${directory}" of "${name}" ${kindOf(root) === undefined ? 'does not exist' : 'is no directory'}`,
      `For a single file write ${name}/KEY=FILE.`,
    );
    return undefined;
  }
  const found = new Map<string, Uint8Array>();
  for (const key of readdirSync(root).sort()) {
    const file = path.join(root, key);
    if (key.startsWith('.') || kindOf(file) === 'directory') continue;
    if (!isInside(file, root)) {
      problems.report('bindings', `"${path.join(directory, key)}" is a link that leads out of the binding "${name}"`);
      continue;
    }
    const content = readSmallFile(file, MAX_FILE);
    if (typeof content === 'string') problems.report('bindings', `"${path.join(directory, key)}" ${content}`);
    else found.set(key, content);
  }
  return found;
}

function completeBinding(name: string, entries: ReadonlyMap<string, Uint8Array>, problems: Problems): Binding {
  const type = new TextDecoder().decode(entries.get('type') ?? new Uint8Array()).trim();
  if (type === '') {
    problems.report(
      'bindings',
      `the binding "${name}" has no type, by which buildpacks find it`,
      `Add the line ${name}/type=TYPE, or a file "type" to its directory.`,
    );
  }
  return { name, entries: [...entries].map(([key, content]) => ({ key, content })) };
}
