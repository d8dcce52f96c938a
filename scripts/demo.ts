/**
 * The demo: builds samples/apps/nodejs with the real lifecycle into a loopback registry and an OCI layout, builds it again after a
 * change of one line, and starts the result. Run it with `npm run demo`, which installs what it needs first.
 */
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildpackDirectory, makeBuilder, makeRunImage, pushLayout } from '../test/bench/images.ts';
import { startRegistry } from '../test/bench/registry.ts';
import { fetchWhenReady, removeImages, startImage } from './demo/start-image.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const SAMPLE = path.join(ROOT, 'samples/apps/nodejs');
const PROGRAM = path.join(ROOT, 'packages/cli/src/main.ts');

async function main(): Promise<void> {
  const work = await mkdtemp(path.join(tmpdir(), 'buildpacks-ci-demo-'));
  const registry = await startRegistry();
  try {
    await demonstrate(work, registry.host);
  } finally {
    await removeImages(`${registry.host}/demo`);
    await registry.stop();
    await rm(work, { recursive: true, force: true });
  }
}

async function demonstrate(work: string, host: string): Promise<void> {
  say(
    `A registry listens on ${host}; a run image and a builder made from Debian packages and sample buildpacks go into it`,
  );
  const runImage = await makeRunImage();
  await pushLayout(runImage.layout, `${host}/demo/run:1`);
  const buildpacks = await Promise.all(['nodejs', 'procfile'].map(buildpackDirectory));
  const order = [[{ id: 'samples/nodejs' }], [{ id: 'samples/procfile' }]];
  const builder = await makeBuilder({ buildpacks, order, runImage: `${host}/demo/run:1` });
  await pushLayout(builder.layout, `${host}/demo/builder:1`);

  const app = path.join(work, 'app');
  const layout = path.join(work, 'image');
  await cp(SAMPLE, app, { recursive: true });
  const build = ['build', `${host}/demo/app:1`, '--builder', `${host}/demo/builder:1`, '--path', app];
  const options = ['--output', `oci:${layout}`, '--cache-store', `local:${path.join(work, 'cache')}`];

  say('First build, into the registry and an OCI layout', [...build, ...options]);
  await run([...build, ...options]);

  const server = path.join(app, 'server.js');
  const source = await readFile(server, 'utf8');
  await writeFile(server, source.replace('Hello from', 'Hello again from'));
  await rm(layout, { recursive: true });
  say('One line of the source changed; second build: only the app layer is new', [...build, ...options]);
  await run([...build, ...options]);

  const started = await startImage(layout, `${host}/demo/app:1`);
  try {
    say(`The image runs (${started.how}); GET ${started.url} answers`);
    process.stdout.write(await fetchWhenReady(started.url));
  } finally {
    await started.stop();
  }
}

function say(text: string, command?: readonly string[]): void {
  process.stdout.write(`\n\u25b6 ${text}\n`);
  if (command !== undefined) process.stdout.write(`  $ buildpacks-ci ${command.join(' ')}\n`);
}

/** Runs the command line on this terminal. */
function run(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: 'inherit' });
    child.on('error', reject).on('close', (status) => {
      if (status === 0) resolve();
      else reject(new Error(`the build ended with status ${String(status)}`));
    });
  });
}

await main();
