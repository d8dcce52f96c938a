import type { AuthFile } from './auth-file.ts';

/** A token of the CI's as credentials for one registry. */
export function tokenAuth(token: {
  /** For messages: the input that gave it. */
  readonly name: string;
  /** `host[:port]`: it is sent to no other. */
  readonly registry: string;
  readonly username: string;
  readonly token: string;
}): AuthFile {
  const { name, registry, username, token: password } = token;
  return {
    name,
    auths: new Map([[registry, { kind: 'basic', username, password }]]),
    credHelpers: {},
    credsStore: undefined,
  };
}
