import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';
import type { RebaseReport } from '../../../packages/core/src/index.ts';
import type { Intercept } from '../../bench/registry-gate.ts';
import { shelfOf } from '../airgap/setup.ts';
import { startBuildpacksCi } from '../cli/command-line.ts';
import { startForTest } from '../registry/client.ts';
import { pushApp, pushBase } from './fixture.ts';

const APPS = ['a', 'b', 'c', 'd'];

type At = (request: Parameters<Intercept>[0]) => boolean;

interface Moment {
  readonly signal: NodeJS.Signals;
  /** Default: when the second app is about to be published. */
  readonly at?: At;
}

/** Starts a rebase of all apps, one after the other, and gives the signal. */
async function interrupted({ signal, at = isPublished }: Moment, ...args: readonly string[]) {
  let tell: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => (tell = resolve));
  let isGated = false;
  const intercept: Intercept = (request) => {
    if (!isGated || !at(request)) return undefined;
    tell();
    return new Promise(() => undefined);
  };
  const registry = await startForTest({ intercept });
  const [shelf, run] = [shelfOf(registry), { registry: registry.host, path: 'run' }];
  const base = await pushBase(shelf, run);
  for (const path of APPS) await pushApp(shelf, { registry: registry.host, path }, base);
  await pushBase(shelf, run);
  isGated = true;
  const images = APPS.map((app) => `${registry.host}/${app}:1`);
  const { child, ended } = startBuildpacksCi(['rebase', ...images, '--parallel=1', ...args], {
    directory: await temporaryDirectory(),
  });
  await reached;
  child.kill(signal);
  return { host: registry.host, ...(await ended) };
}

const isPublished: At = ({ method, path }) => method === 'PUT' && path.startsWith('/v2/b/manifests/');

describe('a rebase that is ended', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('by %s tells programs what is done, and what is not', async (signal) => {
    const { status, stdout, host } = await interrupted({ signal }, '--json');
    const { images } = JSON.parse(stdout) as RebaseReport;
    expect({ status, images }).toMatchObject({
      status: 130,
      images: [
        { repository: `${host}/a`, state: 'rebased' },
        { repository: `${host}/b`, state: 'failed', code: 'cancelled' },
        { repository: `${host}/c`, state: 'pending' },
        { repository: `${host}/d`, state: 'pending' },
      ],
    });
  });

  it('while it still looks at images has begun none', async () => {
    const at: At = ({ path }) => path === '/v2/c/manifests/1';
    const { status, stdout } = await interrupted({ signal: 'SIGTERM', at }, '--json');
    const { images } = JSON.parse(stdout) as RebaseReport;
    expect({ status, states: images.map(({ state }) => state) }).toEqual({
      status: 130,
      states: ['pending', 'pending', 'pending', 'pending'],
    });
  });

  it('tells people, and how to go on', async () => {
    const { stdout, stderr, host } = await interrupted({ signal: 'SIGINT' });
    expect(stdout).toContain(`${host}/a:1 rebased: sha256:`);
    expect(stdout).toContain(`${host}/b:1 failed: it was interrupted`);
    expect(stdout).toMatch(/^4 images: 1 rebased, 1 failed, 2 not begun; /m);
    expect(stderr).toMatch(/cancelled|interrupted/);
  });

  it('leaves a report in Markdown', async () => {
    expect((await interrupted({ signal: 'SIGTERM' }, '--markdown')).stdout).toMatch(
      /^4 images: 1 rebased, 1 failed, 2 not begun; /,
    );
  });
});
