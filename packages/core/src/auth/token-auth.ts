import type { AuthFile } from './auth-file.ts';

/** What a CI gives its jobs for one registry. */
export interface RegistryToken {
  /** `host[:port][/path]`: it is sent to no other. */
  readonly registry: string;
  readonly username: string;
  readonly token: string;
}

/**
 * Tokens of the CI's as credentials.
 *
 * @param name for messages: the input or the CI that gave them
 */
export function tokenAuth(name: string, tokens: readonly RegistryToken[]): AuthFile {
  return {
    name,
    auths: new Map(
      tokens.map(({ registry, username, token }) => [registry, { kind: 'basic', username, password: token }]),
    ),
    credHelpers: {},
    credsStore: undefined,
  };
}
