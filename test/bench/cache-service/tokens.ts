import { createHmac, randomBytes } from 'node:crypto';

/** A scope that a run may use, as the `ac` claim of its token has it. Bits: 1 to read, 2 to write. */
export interface TokenScope {
  readonly Scope: string;
  readonly Permission: number;
}

export const READ = 1;
export const WRITE = 2;

/** Makes and checks tokens of a run (JWT, HS256). */
export class Tokens {
  readonly #secret = randomBytes(32);

  issue(scopes: readonly TokenScope[]): string {
    const part = (data: object) => Buffer.from(JSON.stringify(data)).toString('base64url');
    const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ ac: JSON.stringify(scopes), iss: 'bench' })}`;
    return `${signed}.${this.sign(signed)}`;
  }

  /** The scopes of a request's token; undefined when it has none of ours. */
  scopesOf(authorization: string | undefined): readonly TokenScope[] | undefined {
    const [, signed = '', signature] = /^bearer (.+)\.([^.]+)$/i.exec(authorization ?? '') ?? [];
    if (signature === undefined || this.sign(signed) !== signature) return undefined;
    const { ac } = JSON.parse(Buffer.from(signed.split('.')[1] ?? '', 'base64url').toString()) as { ac: string };
    return JSON.parse(ac) as readonly TokenScope[];
  }

  sign(text: string): string {
    return createHmac('sha256', this.#secret).update(text).digest('base64url');
  }
}

export function maySee({ Permission }: TokenScope): boolean {
  return (Permission & READ) !== 0;
}

/** Where a run writes; undefined for one that may not. */
export function writeScope(scopes: readonly TokenScope[]): string | undefined {
  return scopes.find(({ Permission }) => (Permission & WRITE) !== 0)?.Scope;
}
