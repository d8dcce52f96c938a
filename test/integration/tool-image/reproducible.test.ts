import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { parseIndex } from '../../../packages/core/src/image/manifest.ts';
import { openLayout } from '../../../packages/core/src/layout/index.ts';
import { readRelease } from '../../../scripts/release/release-file.ts';
import { ARCHITECTURES } from '../../../scripts/tool-image/architecture.ts';
import { crane } from '../../bench/images.ts';
import { pushLayout } from '../../bench/push.ts';
import { startRegistry } from '../../bench/registry.ts';
import { toolImage } from '../../bench/tool-image.ts';
import { ROOT } from '../../support/documents.ts';

const MINUTES = 60_000;

async function temporaryDirectory(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), 'buildpacks-ci-test-'));
}

/** The command that a release runs, in another environment than the tests'. */
function make(directory: string, ...options: readonly string[]): string {
  const script = 'umask 077; exec "$@"';
  const args = ['-c', script, 'sh', process.execPath, 'scripts/tool-image.ts', directory, ...options];
  return execFileSync('sh', args, {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, TZ: 'Asia/Kathmandu', LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

describe('the layout that a release makes', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await temporaryDirectory();
    make(directory);
    return () => rm(directory, { recursive: true, force: true });
  }, 10 * MINUTES);

  const manifests = async () => {
    const layout = await openLayout(directory);
    const [only] = layout.index;
    const raw = only && (await layout.source.manifest(only.digest));
    return raw === undefined ? [] : parseIndex(raw).manifests;
  };

  test('has the same manifests as one that was made at another time and place', { timeout: 10 * MINUTES }, async () => {
    const others = await Promise.all(ARCHITECTURES.map(async (each) => openLayout((await toolImage(each)).layout)));
    const made = (await manifests()).map(({ digest, platform }) => [platform?.architecture, digest]);
    expect(made).toEqual(others.map(({ index }, at) => [ARCHITECTURES[at], index[0]?.digest]));
  });

  test('is an image that other tools can move with its digest', async () => {
    const registry = await startRegistry();
    onTestFinished(() => registry.stop());
    const target = `${registry.host}/mirror/buildpacks-ci:${readRelease().version}`;
    const pushed = await pushLayout(directory, target);
    const { index } = await openLayout(directory);
    expect(pushed.slice(pushed.indexOf('@') + 1)).toBe(index[0]?.digest);
    expect(await crane(['validate', '--remote', target], target)).toContain('PASS');
  });
});

test('a directory with other files is left alone', async () => {
  const directory = await temporaryDirectory();
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await writeFile(path.join(directory, 'precious'), '');
  expect(() => make(directory)).toThrow('is no OCI layout');
});
