import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { prepareStaged } from '../../../src/build/staged/prepare-staged.ts';
import { MEDIA_TYPE } from '../../../src/image/media-types.ts';
import { parseInputs } from '../../../src/inputs/index.ts';
import { lockJson } from '../../../src/lock/lock-json.ts';
import type { Ports } from '../../../src/ports/index.ts';
import { parseReference } from '../../../src/reference/index.ts';

const DIGEST = `sha256:${'1'.repeat(64)}`;
const SHORT = `paketobuildpacks/builder@${DIGEST}`;
const TOOLS = { busybox: '/busybox', zstd: '/zstd' };

/** What is refused before anything is read or written. */
async function refused(inputs: Readonly<Record<string, string>>, bindings = true): Promise<readonly string[]> {
  const builderName = inputs['builder'] ?? '';
  const request = parseInputs(
    { image: 'registry.example/app', ...inputs },
    { environment: {}, workingDirectory: '/', now: 0, architecture: 'amd64', facts: { trust: 'trusted' } },
  );
  const terms = { otherUser: '', ...(!bindings && { noBindings: { message: 'all may read them' } }) };
  const ports = { signal: new AbortController().signal } as Ports;
  const preparation = { prepared: '/', tools: TOOLS, builderName, terms };
  const error: unknown = await prepareStaged(request, preparation, ports).catch((reason: unknown) => reason);
  const { problems } = error as { problems: readonly { input: string; hint?: string }[] };
  return problems.map(({ input, hint = '' }) => `${input}: ${hint}`);
}

describe('a build that goes from container to container', () => {
  it('needs the full name of the builder where a node puts a prefix before it', async () => {
    expect(await refused({ builder: SHORT, 'registry-prefix': 'registry.corp/mirror/' })).toEqual([
      `builder: Write docker.io/${SHORT}.`,
    ]);
  });

  it.each([
    ['the full name with a prefix', { builder: `docker.io/${SHORT}`, 'registry-prefix': 'registry.corp/mirror/' }],
    ['a short name without one', { builder: SHORT }],
  ])('takes %s', async (_case, inputs) => {
    // The folder is the next thing that is wrong.
    expect(await refused(inputs)).toEqual([expect.stringMatching(/^hand-over: /)]);
  });

  it('needs the builder of the lock, since its container is not ours to choose', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'locked-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const file = path.join(directory, 'lock.json');
    const digest = `sha256:${'2'.repeat(64)}` as const;
    const platforms = [{ platform: { os: 'linux', architecture: 'amd64' }, digest }];
    const reference = parseReference('paketobuildpacks/builder:1', 'builder');
    const image = { reference, roles: ['builder'], digest, mediaType: MEDIA_TYPE.ociManifest, platforms } as const;
    await writeFile(file, lockJson({ images: [image] }));
    expect(await refused({ builder: SHORT, locked: 'true', 'lock-file': file })).toEqual([
      'builder: Write the digest of the lock, or make the lock again with this builder: buildpacks-ci lock.',
    ]);
  });

  it('tells all that it can not do, together', async () => {
    const inputs = { builder: 'docker://local', volumes: '/tmp:/mounted', network: 'none' };
    expect((await refused(inputs)).map((each) => each.split(':')[0])).toEqual(['builder', 'volumes', 'network']);
  });
});
