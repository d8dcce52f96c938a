/**
 * Gets an image from a registry into a folder as the rootfs engine does, without the rest of a build.
 *
 * Usage: own-program REFERENCE FOLDER
 */
import { setTimeout as delay } from 'node:timers/promises';
import { unpackImage } from '../../../packages/core/src/archive/index.ts';
import { readImage } from '../../../packages/core/src/image/source.ts';
import { parseConnectionInputs } from '../../../packages/core/src/inputs/index.ts';
import { parseMirrorLines } from '../../../packages/core/src/mirrors/index.ts';
import { createNetwork } from '../../../packages/core/src/network/index.ts';
import { type Clock, SILENT_LOG as log } from '../../../packages/core/src/ports/index.ts';
import { parseReference } from '../../../packages/core/src/reference/index.ts';
import { createRegistryClient } from '../../../packages/core/src/registry/index.ts';

const clock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) => delay(milliseconds, undefined, signal && { signal }),
};

async function main([name = '', folder = '']: readonly string[]): Promise<void> {
  const { signal } = new AbortController();
  const network = createNetwork({
    inputs: parseConnectionInputs({}, { environment: {}, workingDirectory: '/', now: Date.now() }),
    environment: {},
    home: '/nonexistent',
    clock,
    log,
    signal,
    places: { files: [], directories: [] },
  });
  const credentials = { lookup: () => Promise.resolve(undefined) };
  const mirrors = parseMirrorLines([]);
  const registry = createRegistryClient({ network, credentials, mirrors, clock, log, signal });
  try {
    const reference = parseReference(name, 'builder');
    const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
    const found = await registry.resolve(reference, { os: 'linux', architecture });
    if (found === undefined) throw new Error(`${name} does not exist`);
    const image = await readImage(registry.source(reference.repository), found.manifest);
    await unpackImage(image, folder, { owners: process.getuid?.() === 0, log, signal });
  } finally {
    await network.close();
  }
}

// No top-level await: it is measured as it would be shipped, as one CommonJS file.
void main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
