export { type AuthFile, parseAuthFile } from './auth-file.ts';
export { createCredentials, type CredentialsOptions } from './credentials.ts';
export type { Credential, Credentials, CredentialSource } from './types.ts';
