/** What the runtime token lets a run do with the cache. */
export interface TokenRights {
  readonly mayRead: boolean;
  readonly mayWrite: boolean;
}

const READ = 1;
const WRITE = 2;

/**
 * Reads the claim `ac` of a runtime token (a JWT): a list, as JSON text, of scopes with the bits 1 for reading and 2 for writing. Not a check:
 * the service makes that. Undefined when the token says nothing of it, as those of GitHub Enterprise Server.
 */
export function readTokenScopes(token: string): TokenRights | undefined {
  const permissions = permissionsIn(token);
  if (permissions === undefined) return undefined;
  const has = (bit: number) => permissions.some((permission) => (permission & bit) !== 0);
  return { mayRead: has(READ), mayWrite: has(WRITE) };
}

function permissionsIn(token: string): readonly number[] | undefined {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    const scopes: unknown = JSON.parse((payload as { ac: string }).ac);
    return Array.isArray(scopes)
      ? scopes.map((scope) => Number((scope as { Permission: unknown }).Permission))
      : undefined;
  } catch {
    return undefined;
  }
}
