import path from 'node:path';
import { InputError, type InputProblem } from '../errors/index.ts';
import { readSmallFile } from '../files/file-kind.ts';
import { inputError } from '../errors/problems.ts';
import { asRecord, type JsonRecord, parseJson } from '../json/json.ts';
import { type AuthFile, credentialOf, decodePair, isHeaderToken, parseAuthFile } from './auth-file.ts';
import { meaningOf } from './keys.ts';
import type { Credential } from './types.ts';

const INPUT = 'registry-auth';
const MAX_FILE = 1024 * 1024;
const FORMS = 'Write lines host[/path]=user:password, the JSON of a config.json, or the path of such a file.';
/** A host, a path, the equals sign; a user, a colon; a password. */
const LINE =
  /^((?:https?:\/\/)?(?:\[[0-9a-f:]+\]|[a-z0-9][a-z0-9.-]*)(?::\d{1,5})?(?:\/[a-z0-9._/-]*)?)=[ \t]*([^:\s][^:]*):(.+)$/is;
/** The keys that only a Docker configuration has. */
const DOCKER_KEYS = ['auths', 'credHelpers', 'credsStore'];

export interface RegistryAuthContext {
  /** Where a relative path starts. */
  readonly workingDirectory: string;
}

/**
 * Reads the input `registry-auth`. Its text is one of
 *
 * - the JSON of a Docker `config.json` or a Podman `auth.json`, helpers included;
 * - the JSON of the lifecycle's `CNB_REGISTRY_AUTH`: `{"host": "Basic …"}`, also `Bearer …` and `X-Identity …`;
 * - the path of a file that holds one of these;
 * - lines `host[/path]=user:password`. The key ends at the first equals sign, the user at the first colon after it; all that
 *   follows is the password, except for blanks at the end of the line.
 *
 * @param raw the input's text, or lines that were given one by one
 * @returns undefined when the input is empty
 * @throws InputError with every problem there is, none of which quotes the text, since it is or may be secret
 */
export function readRegistryAuth(
  raw: string | readonly string[],
  { workingDirectory }: RegistryAuthContext,
): AuthFile | undefined {
  const text = (typeof raw === 'string' ? raw : raw.join('\n')).trim();
  if (text === '') return undefined;
  if (text.startsWith('{')) return parseDocument(text, INPUT);
  return isPath(text) ? readDocument(path.resolve(workingDirectory, text)) : parseLines(text);
}

function isPath(text: string): boolean {
  return !text.includes('\n') && (/^\.{0,2}\//.test(text) || !text.includes('='));
}

function readDocument(file: string): AuthFile {
  const content = readSmallFile(file, MAX_FILE);
  // Text that is no path after all, a password for one, is not to be quoted.
  if (typeof content === 'string') throw inputError(INPUT, `it is read as the path of a file, which ${content}`, FORMS);
  return parseDocument(Buffer.from(content).toString('utf8'), file);
}

/** The JSON of either kind. What has no key of a Docker configuration is the lifecycle's. Nothing in it may go unread. */
function parseDocument(text: string, name: string): AuthFile {
  const json = asRecord(parseJson(text)) ?? {};
  const keys = Object.keys(json);
  const isHeaders = keys.length > 0 && !DOCKER_KEYS.some((key) => keys.includes(key));
  if (isHeaders) return parseHeaders(json, name);
  const problems = unreadParts(json, name).map((message) => ({ input: INPUT, message, hint: FORMS }));
  if (problems.length > 0) throw new InputError(problems);
  return parseAuthFile(text, name, INPUT);
}

/** What tools pass over in a Docker configuration: the user means it as credentials all the same. */
function unreadParts(json: JsonRecord, name: string): readonly string[] {
  const mistyped = ['auths', 'credHelpers']
    .filter((key) => isGiven(json[key]) && asRecord(json[key]) === undefined)
    .map((key) => `"${key}" in "${name}" is not a JSON object`);
  const entries = Object.entries(asRecord(json['auths']) ?? {})
    .filter(([, entry]) => isGiven(entry) && asRecord(entry) === undefined)
    .map(([key]) => `"${name}" has an entry for "${key}" that is not a JSON object`);
  const headers = Object.entries(json)
    .filter(([, value]) => typeof value === 'string' && /^(?:basic|bearer|x-identity)\s/i.test(value))
    .map(([key]) => `"${name}" has a header for "${key}" beside the keys of a Docker configuration`);
  return [...mistyped, ...entries, ...headers];
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function parseHeaders(json: JsonRecord, name: string): AuthFile {
  const auths = new Map<string, Credential>();
  const problems: InputProblem[] = [];
  for (const [key, value] of Object.entries(json)) {
    const credential = parseHeader(value);
    const message = `the value for "${key}" is not "Basic …", "Bearer …" or "X-Identity …"`;
    if (credential === undefined) problems.push({ input: INPUT, message, hint: FORMS });
    else auths.set(key, credential);
  }
  if (problems.length > 0) throw new InputError(problems);
  return { name, auths, credHelpers: {}, credsStore: undefined };
}

/** The value of an `Authorization` header as the lifecycle's `auth` package takes it. */
function parseHeader(value: unknown): Credential | undefined {
  const [, scheme = '', secret = ''] = /^([A-Za-z-]+) +(\S+)\s*$/.exec(typeof value === 'string' ? value : '') ?? [];
  switch (scheme.toLowerCase()) {
    case 'basic':
      return decodePair(secret);
    case 'bearer':
      return isHeaderToken(secret) ? { kind: 'bearer', token: secret } : undefined;
    case 'x-identity':
      return { kind: 'identity-token', token: secret };
    default:
      return undefined;
  }
}

function parseLines(text: string): AuthFile {
  const auths = new Map<string, Credential>();
  const meanings = new Set<string>();
  const problems: InputProblem[] = [];
  text.split('\n').forEach((written, index) => {
    const line = written.trim();
    if (line === '') return;
    const [, key = '', user = '', password = ''] = LINE.exec(line) ?? [];
    const where = `line ${index + 1}`;
    if (key === '') {
      problems.push({ input: INPUT, message: `${where} is not host[/path]=user:password`, hint: FORMS });
    } else if (meanings.has(meaningOf(key))) {
      problems.push({ input: INPUT, message: `${where} is the second for "${key}"` });
    } else {
      auths.set(key, credentialOf(user, password));
      meanings.add(meaningOf(key));
    }
  });
  if (problems.length > 0) throw new InputError(problems);
  return { name: INPUT, auths, credHelpers: {}, credsStore: undefined };
}
