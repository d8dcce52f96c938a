import type { Repository } from '../reference/index.ts';

/** How to authenticate to a registry. */
export type Credential =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  /** An OAuth2 refresh token (Docker's `identitytoken`). */
  | { readonly kind: 'identity-token'; readonly token: string }
  /** Sent as it is (Docker's `registrytoken`). */
  | { readonly kind: 'bearer'; readonly token: string };

/** Finds the credential for a repository; undefined means anonymous. */
export interface Credentials {
  lookup(repository: Repository): Promise<Credential | undefined>;
}

/** One place that may know a credential: a file, an input. */
export interface CredentialSource {
  /** For messages; no secret. */
  readonly name: string;
  /** Undefined when it has nothing for this repository. */
  find(repository: Repository): Promise<Credential | undefined>;
}
