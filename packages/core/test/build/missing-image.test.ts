import { describe, expect, it } from 'vitest';
import { readNamedImage } from '../../src/build/prepare/builder.ts';
import { MissingImageError } from '../../src/build/prepare/missing-image.ts';
import { lockedImages } from '../../src/lock/locked-images.ts';
import { parseReference } from '../../src/reference/index.ts';
import { digestWith, SAMPLE_LOCK } from '../airgap/sample-lock.ts';
import { startFakeRegistry } from '../registry/fake-registry.ts';
import { setup } from '../registry/setup.ts';

const AMD64 = { os: 'linux', architecture: 'amd64' };
const NAME = 'paketobuildpacks/builder:base';

/** What is said in a closed network whose registry is empty. */
async function problemOf(kind: 'locked' | 'not locked') {
  const { host } = await startFakeRegistry();
  const only = (registry: string) => registry === host;
  const { client } = setup({ mirrors: { rules: [], notices: [], prefix: `${host}/mirrow/`, reaches: only } });
  const registry = kind === 'locked' ? lockedImages(client, { ...SAMPLE_LOCK, file: 'app.lock.json' }) : client;
  const error: unknown = await readNamedImage(parseReference(NAME), AMD64, registry, 'builder').catch(
    (caught: unknown) => caught,
  );
  if (!(error instanceof MissingImageError)) throw new Error(`expected a MissingImageError, got ${String(error)}`);
  return { problem: error.problems[0], host };
}

describe('an image that nobody has', () => {
  it('is told with the place that was asked, and what led there', async () => {
    const { problem, host } = await problemOf('not locked');
    expect(problem).toEqual({
      input: 'builder',
      message: `"docker.io/${NAME}" is not at ${host}/mirrow/docker.io/paketobuildpacks/builder (registry-prefix)`,
      hint: 'Check registry-prefix, the name and the tag, and whether the image was loaded there.',
    });
  });

  it('is told with the digest of the lock', async () => {
    const { problem, host } = await problemOf('locked');
    expect(problem).toEqual({
      input: 'builder',
      message: `"docker.io/${NAME}" is not at ${host}/mirrow/docker.io/paketobuildpacks/builder@${digestWith('b')} (registry-prefix)`,
      hint: 'Check registry-prefix, or load the bundle of this lock there.',
    });
  });
});
