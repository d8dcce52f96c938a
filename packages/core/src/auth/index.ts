export type { AuthFile } from './auth-file.ts';
export { createCredentials, type CredentialsOptions } from './credentials.ts';
export { loginPlaces } from './locations.ts';
export { readRegistryAuth, type RegistryAuthContext } from './registry-auth.ts';
export { type RegistryToken, tokenAuth } from './token-auth.ts';
export type {
  Credential,
  CredentialExplanation,
  CredentialOrigin,
  Credentials,
  ExplainedCredentials,
} from './types.ts';
