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

/** Where a credential came from. */
export interface CredentialOrigin {
  /** The file, variable or input that answered. */
  readonly source: string;
  /** The key that stands for the repository, as it is written there; absent for a helper for all registries. */
  readonly key?: string;
  /** `ecr-login`, when the program docker-credential-ecr-login gave it. */
  readonly helper?: string;
}

/** What can be told about a credential without its secret. */
export interface CredentialExplanation extends CredentialOrigin {
  readonly kind: Credential['kind'];
  /** Of a user with a password. */
  readonly username?: string;
}

/** Credentials that also tell where they come from. */
export interface ExplainedCredentials extends Credentials {
  /** What `lookup` finds, as far as people may read it; undefined means anonymous. Rejects as `lookup` does. */
  explain(repository: Repository): Promise<CredentialExplanation | undefined>;
}

/** A credential and where it came from. */
export interface FoundCredential {
  readonly credential: Credential;
  readonly origin: CredentialOrigin;
}

/** One place that may know a credential: a file, a variable, an input. */
export interface CredentialSource {
  /** Undefined when it has nothing for this repository. */
  find(repository: Repository): Promise<FoundCredential | undefined>;
}
