import { expect, it } from 'vitest';
import type { Intercept } from '../../bench/registry-gate.ts';
import type { Registry } from '../../bench/registry.ts';
import { shelfOf } from '../airgap/setup.ts';
import type { Shelf } from '../airgap/fixture.ts';
import { buildpacksCi, startBuildpacksCi } from '../cli/command-line.ts';
import { startForTest } from '../registry/client.ts';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';
import { pushApp, pushBase } from './fixture.ts';

const APPS = ['a', 'b', 'c'];
/** Every so many requests a run is killed: often enough to meet each kind of them. */
const STEP = 3;

/** Holds the n-th request and all that follow for ever, until it is opened again. */
function gate() {
  let left = Infinity;
  let tell: () => void = () => undefined;
  const intercept: Intercept = () => {
    left -= 1;
    if (left >= 0) return undefined;
    tell();
    return new Promise(() => undefined);
  };
  return {
    intercept,
    open: () => (left = Infinity),
    closeAfter: (count: number) => {
      left = count;
      return new Promise<void>((resolve) => (tell = resolve));
    },
  };
}

/** Every tag of every app leads to an image of which nothing is missing. */
async function requireWhole(registry: Registry, { client }: Shelf): Promise<void> {
  for (const app of APPS) {
    const repository = { registry: registry.backDoor, path: app };
    for (const tag of await client.tags(repository, new AbortController().signal)) {
      const raw = await client.ownManifest({ kind: 'tag', repository, tag });
      if (raw === undefined) throw new Error(`${app}:${tag} leads nowhere`);
      const { config, layers } = JSON.parse(Buffer.from(raw.bytes).toString()) as Record<'config', { digest: string }> &
        Record<'layers', { digest: string }[]>;
      for (const { digest } of [config, ...layers]) {
        expect(await client.hasBlob(repository, digest as never), `${app}:${tag} has ${digest}`).toBe(true);
      }
    }
  }
}

it('killed at any moment and run again it completes, and no tag ever leads to what is not there', async () => {
  const { intercept, open, closeAfter } = gate();
  const [registry, runs] = [await startForTest({ intercept }), await startForTest()];
  const [shelf, runShelf] = [shelfOf({ host: registry.backDoor }), shelfOf({ host: runs.host })];
  const run = { registry: runs.host, path: 'run' };
  const directory = await temporaryDirectory();
  const options = ['--json', '--keep-old-as={tag}-before-{digest}', `--run-images=${runs.host}/run`];
  const args = ['rebase', ...options, ...APPS.map((app) => `${registry.host}/${app}:1`)];

  let base = await pushBase(runShelf, run);
  for (const path of APPS) await pushApp(shelf, { registry: registry.backDoor, path }, base);
  let isComplete = false;
  for (let count = 1; !isComplete; count += STEP) {
    base = await pushBase(runShelf, run);
    const held = closeAfter(count);
    const started = startBuildpacksCi(args, { directory });
    isComplete = await Promise.race([held.then(() => false), started.ended.then(() => true)]);
    started.child.kill('SIGKILL');
    await started.ended;
    open();
    await requireWhole(registry, shelf);
    const { status, stdout } = await buildpacksCi(args, { directory });
    expect(status).toBe(0);
    const { images } = JSON.parse(stdout) as { images: { state: string }[] };
    expect(images.every(({ state }) => state === 'rebased' || state === 'current')).toBe(true);
    await requireWhole(registry, shelf);
    expect((await buildpacksCi([...args, '--check'], { directory })).status).toBe(0);
  }
}, 180_000);
