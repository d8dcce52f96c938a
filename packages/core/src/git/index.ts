export { type GitHead, readGitHead } from './head.ts';
