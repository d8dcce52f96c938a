import { createHash } from 'node:crypto';

/** A content digest, `sha256:<64 hex>`; the only algorithm that registries of this field use. */
export type Digest = `sha256:${string}`;

const DIGEST = /^sha256:[0-9a-f]{64}$/;

export function isDigest(text: string): text is Digest {
  return DIGEST.test(text);
}

export function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** The hexadecimal part. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}
