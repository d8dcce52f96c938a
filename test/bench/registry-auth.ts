import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { command } from './command.ts';
import type { PushAccess } from './push.ts';
import { type Grants, TOKEN_ISSUER, TOKEN_SERVICE, type TokenServer, type TokenUser } from './token-server.ts';
import { program } from './tools.ts';

export type RegistryAuth =
  /** `htpasswd`: passwords by user; everyone may do everything. */
  | { readonly kind: 'basic'; readonly users: Readonly<Record<string, string>> }
  /** Bearer tokens from a server of ours on another port. */
  | { readonly kind: 'token'; readonly users: Readonly<Record<string, TokenUser>>; readonly anonymous?: Grants };

/** What the first user logs in with. */
export function firstUser(auth: RegistryAuth | undefined): Pick<PushAccess, 'credentials'> {
  const [user, secret] = Object.entries<string | TokenUser>(auth?.users ?? {})[0] ?? [];
  const password = typeof secret === 'string' ? secret : secret?.password;
  return user === undefined || password === undefined ? {} : { credentials: { user, password } };
}

/** The section `auth` of the registry's configuration, with the files that it names. */
export async function authSettings(
  directory: string,
  auth: RegistryAuth | undefined,
  tokens: TokenServer | undefined,
): Promise<object> {
  if (auth?.kind === 'basic') {
    const file = path.join(directory, 'htpasswd');
    const registry = await program('registry');
    const entries = Object.entries(auth.users).map(([user, password]) =>
      command(registry, ['htpasswd', user, password]),
    );
    await writeFile(file, (await Promise.all(entries)).join(''));
    return { htpasswd: { realm: 'bench', path: file } };
  }
  if (tokens === undefined) return {};
  const jwks = path.join(directory, 'jwks.json');
  await writeFile(jwks, tokens.keys);
  return { token: { realm: `${tokens.url}/token`, service: TOKEN_SERVICE, issuer: TOKEN_ISSUER, jwks } };
}
