import { InputError } from '../errors/index.ts';
import { asRecord, asStringMap, asText, type JsonRecord, parseJson } from '../json/json.ts';
import type { Credential } from './types.ts';

/** A Docker `config.json` or a Podman `auth.json`, the part about credentials; also what means the same. */
export interface AuthFile {
  /** For messages: the path, or the variable or input that held the text. */
  readonly name: string;
  /** By key as written, in the file's order; entries without any secret are left out. */
  readonly auths: ReadonlyMap<string, Credential>;
  /** Helper by registry key. */
  readonly credHelpers: Readonly<Record<string, string>>;
  /** The helper for all other registries. */
  readonly credsStore: string | undefined;
}

/**
 * @param input the input's name, for the error
 * @throws InputError naming the file, with every entry that can't be read
 */
export function parseAuthFile(text: string, name: string, input = 'registry credentials'): AuthFile {
  const json = asRecord(parseJson(text));
  if (json === undefined) {
    const hint = 'Write {"auths": {…}} as docker login and podman login do, or leave it out.';
    throw new InputError([{ input, message: `"${name}" is not a JSON object`, hint }]);
  }
  const auths = new Map<string, Credential>();
  const broken: string[] = [];
  for (const [key, value] of Object.entries(asRecord(json['auths']) ?? {})) {
    const credential = parseEntry(asRecord(value) ?? {});
    if (credential === 'broken') broken.push(key);
    else if (credential !== undefined) auths.set(key, credential);
  }
  if (broken.length > 0) {
    const hint = 'Its "auth" must be base64 of user:password: write the entry anew.';
    throw new InputError(
      broken.map((key) => ({ input, message: `"${name}" has an entry for "${key}" that can't be read`, hint })),
    );
  }
  return {
    name,
    auths,
    credHelpers: asStringMap(json['credHelpers']),
    credsStore: asText(json['credsStore']),
  };
}

/** The most specific secret of an entry counts, as in docker. */
function parseEntry(entry: JsonRecord): Credential | 'broken' | undefined {
  const registryToken = asText(entry['registrytoken']);
  if (registryToken !== undefined) {
    return isHeaderToken(registryToken) ? { kind: 'bearer', token: registryToken } : 'broken';
  }
  const identityToken = asText(entry['identitytoken']);
  if (identityToken !== undefined) return { kind: 'identity-token', token: identityToken };

  const auth = asText(entry['auth']);
  if (auth !== undefined) return decodePair(auth) ?? 'broken';
  const username = asText(entry['username']);
  return username === undefined ? undefined : credentialOf(username, asText(entry['password']) ?? '');
}

/** What is sent as it is: a line break in it would begin another header. */
export function isHeaderToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

/** Decodes base64 of `user:password`; undefined when it is none. */
export function decodePair(auth: string): Credential | undefined {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(auth.trim())) return undefined;
  // docker's own writers may pad the password with NULs.
  const pair = Buffer.from(auth, 'base64').toString('utf8').replace(/\0+$/, '');
  const colon = pair.indexOf(':');
  return colon <= 0 ? undefined : credentialOf(pair.slice(0, colon), pair.slice(colon + 1));
}

/** What helpers name the user when the secret is an identity token. */
export const IDENTITY_TOKEN_USER = '<token>';

export function credentialOf(username: string, secret: string): Credential {
  return username === IDENTITY_TOKEN_USER
    ? { kind: 'identity-token', token: secret }
    : { kind: 'basic', username, password: secret };
}
