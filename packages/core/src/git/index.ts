export { type GitHead, readGitHead } from './head.ts';
export { findRepository } from './repository.ts';
