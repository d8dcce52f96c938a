import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import { TEST_BUILDPACKS, build, stage, temporaryDirectory } from './buildpack-run.ts';

describe('canary', () => {
  const SECRET = 'canary-5e1f-';
  const PREFIX = Buffer.from(SECRET).toString('hex');

  /** What the hunt finds in a directory and in one process: `kind what`. */
  async function hunt(root: string, victim: ChildProcess): Promise<readonly string[]> {
    const narrowed = { CANARY_ROOT: root, CANARY_PROCESSES: String(victim.pid) };
    const at = await stage({}, { CANARY_HEX_PREFIX: PREFIX, ...narrowed });
    const { status, output } = await build(path.join(TEST_BUILDPACKS, 'canary'), at);
    expect({ status, output: output.toString() }).toMatchObject({ status: 0 });
    const lines = (await readFile(path.join(at.layers, 'report/found.txt'), 'utf8'))
      .split('\n')
      .filter((line) => line !== '');
    expect(output.toString()).toBe(`canary: ${String(lines.length)} findings\n`);
    return lines.map((line) => line.split('\t')).map(([kind, , what]) => `${kind ?? ''} ${what ?? ''}`);
  }

  /** A Node.js process that holds what it is given, and in its memory a secret that it put together itself. */
  async function startVictim(argument: string, environment: string, descriptor: number): Promise<ChildProcess> {
    const script = `const own = Buffer.from(process.argv[2], 'hex'); setInterval(() => own, 1e6); console.log()`;
    const victim = spawn(process.execPath, ['-e', script, argument, Buffer.from(`${SECRET}memory `).toString('hex')], {
      env: { SECRET: environment },
      stdio: ['ignore', 'pipe', 'ignore', descriptor],
    });
    onTestFinished(() => void victim.kill('SIGKILL'));
    await once(victim.stdout as Readable, 'data');
    return victim;
  }

  function startBystander(): ChildProcess {
    const bystander = spawn('sleep', ['600'], { env: {}, stdio: 'ignore' });
    onTestFinished(() => void bystander.kill('SIGKILL'));
    return bystander;
  }

  test('finds what is planted in a process', async () => {
    const root = await temporaryDirectory();
    await writeFile(path.join(root, 'deleted'), `${SECRET}descriptor`);
    const deleted = await open(path.join(root, 'deleted'));
    await rm(path.join(root, 'deleted'));
    const victim = await startVictim(`${SECRET}argument`, `${SECRET}environment`, deleted.fd);
    await deleted.close();
    expect(await hunt(root, victim)).toEqual(
      expect.arrayContaining(['cmdline argument', 'environ environment', 'fd descriptor', 'memory memory']),
    );
  });

  test('finds what is planted in files, and a socket that lets it in', async () => {
    const root = await temporaryDirectory();
    await mkdir(path.join(root, '.docker'));
    await writeFile(path.join(root, '.docker/config.json'), `{"auth":"${SECRET}file"}`);
    const server = createServer();
    await once(server.listen(path.join(root, 'engine.sock')), 'listening');
    onTestFinished(() => void server.close());
    expect(await hunt(root, startBystander())).toEqual(expect.arrayContaining(['file file', 'socket writable']));
  });

  test('finds nothing where nothing is planted', async () => {
    const found = await hunt(await temporaryDirectory(), startBystander());
    expect(found.filter((line) => !line.startsWith('device'))).toEqual([]);
  });
});
