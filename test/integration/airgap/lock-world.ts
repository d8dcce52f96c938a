import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type LockRequest, lockImages } from '../../../packages/core/src/airgap/index.ts';
import type { RawInputs } from '../../../packages/core/src/inputs/index.ts';
import { parseBuilder } from '../../../packages/core/src/inputs/places.ts';
import { SILENT_LOG } from '../../../packages/core/src/ports/index.ts';
import { parse } from '../../../packages/core/test/inputs/support.ts';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';
import { corePorts } from '../../e2e/support/ports.ts';
import { startForTest } from '../registry/client.ts';
import { type BuilderParts, pushBuilder } from './builders.ts';
import { pushImage } from './fixture.ts';
import { shelfOf } from './setup.ts';

interface LockMore {
  readonly file?: string;
  readonly imagesLock?: string;
  /** Beside the one of the inputs. */
  readonly builders?: readonly string[];
}

/** A registry, a working directory, and `lock` there. */
export async function lockWorld() {
  const registry = await startForTest();
  const shelf = shelfOf(registry);
  const repository = (name: string) => ({ registry: registry.host, path: name });
  const workingDirectory = await temporaryDirectory();
  const warnings: string[] = [];
  const lock = async (
    raw: RawInputs = {},
    mode: LockRequest['mode'] = 'keep',
    { builders = [], ...more }: LockMore = {},
  ) => {
    const build = parse({ builder: `${registry.host}/builder:1`, ...raw }, { workingDirectory });
    const { machine, ...ports } = corePorts({
      log: { ...SILENT_LOG, warn: (message) => void warnings.push(message) },
      clock: { now: () => 0, sleep: () => Promise.resolve() },
    });
    const moreBuilders = builders.map((name) => parseBuilder(image(registry.host, name), workingDirectory));
    const request = { build, moreBuilders, file: 'lock.json', mode, ...more };
    const { changes } = await lockImages(request, { ...ports, machine: { ...machine, workingDirectory } });
    return changes;
  };
  const text = () => readFile(path.join(workingDirectory, 'lock.json'), 'utf8');
  const names = async () => {
    const { images } = JSON.parse(await text()) as { images: { name: string }[] };
    return images.map(({ name }) => name.replace(`${registry.host}/`, ''));
  };
  const push = (parts: BuilderParts, name = 'builder') => pushBuilder(shelf, repository(name), parts, '1');
  const runImage = (name: string) => pushImage(shelf, repository(name), {}, '1');
  return { registry, shelf, repository, workingDirectory, warnings, lock, text, names, push, runImage };
}

/** The tag `1`. */
export const image = (host: string, name: string) => `${host}/${name}:1`;
