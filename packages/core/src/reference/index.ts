export { type Digest, digestOf, hexOf, isDigest } from './digest.ts';
export {
  atDigest,
  type DigestReference,
  familiarReference,
  formatReference,
  type ImageReference,
  isTag,
  manifestName,
  parseReference,
  type TagReference,
} from './reference.ts';
export {
  canonicalRegistry,
  DOCKER_HUB,
  formatRepository,
  isRegistryHost,
  type Repository,
  sameRepository,
} from './repository.ts';
