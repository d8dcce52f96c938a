import { type Lock, type LockedImage } from '../../src/lock/lock.ts';
import { MEDIA_TYPE } from '../../src/image/media-types.ts';
import { type Digest, parseReference } from '../../src/reference/index.ts';

export function digestWith(character: string): Digest {
  return `sha256:${character.repeat(64)}`;
}

const AMD64 = { os: 'linux', architecture: 'amd64' };

const BUILDER: LockedImage = {
  reference: parseReference('docker.io/paketobuildpacks/builder:base'),
  roles: ['builder'],
  digest: digestWith('a'),
  mediaType: MEDIA_TYPE.ociIndex,
  platforms: [
    { platform: AMD64, digest: digestWith('b'), lifecycle: { version: '0.21.14', platformApis: ['0.14', '0.15'] } },
    {
      platform: { os: 'linux', architecture: 'arm', variant: 'v7' },
      digest: digestWith('c'),
      lifecycle: { version: '0.21.14', platformApis: ['0.15'] },
    },
  ],
};

const RUN_IMAGE: LockedImage = {
  reference: parseReference(`registry.example:5000/run:1@${digestWith('d')}`),
  roles: ['run-image', 'tool'],
  digest: digestWith('d'),
  mediaType: MEDIA_TYPE.dockerManifest,
  platforms: [{ platform: AMD64, digest: digestWith('d') }],
};

/** A lock that has everything that a lock can have. */
export const SAMPLE_LOCK: Lock = {
  images: [BUILDER, RUN_IMAGE],
  dependencies: [
    { id: 'jdk', version: '21.0.1', uri: 'https://downloads.example/jdk-21.tar.gz', digest: digestWith('e') },
    { id: 'jre', version: '21.0.1', uri: 'https://downloads.example/jre-21.tar.gz', digest: digestWith('f') },
  ],
};
