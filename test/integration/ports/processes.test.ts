import { getEventListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createProcessRunner } from '../../../packages/core/src/ports/node-processes.ts';
import { createActionProcesses } from '../../../packages/github-action/src/processes.ts';

const ENVIRONMENT = { PATH: '/usr/bin:/bin', OURS: 'yes' };

/** Each host's runner. Not all can tell which signal has ended a process that they were not asked to end. */
const RUNNERS = [
  {
    name: 'createProcessRunner',
    create: (environment: Readonly<Record<string, string>>) => createProcessRunner({ environment }),
    killed: { status: null, signal: 'SIGKILL' },
  },
  {
    name: 'createActionProcesses',
    create: (environment: Readonly<Record<string, string>>) => createActionProcesses(environment),
    killed: { status: null },
  },
];

/** Runs a shell script, its arguments as `$1`, `$2`, …. */
function shell(script: string, args: readonly string[] = []) {
  return { file: 'sh', args: ['-c', script, 'sh', ...args] };
}

/** A process that has ended and that nobody has asked about yet counts as dead. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe.each(RUNNERS)('$name', ({ create, killed }) => {
  const processes = create(ENVIRONMENT);

  it('hands arguments over as they are', async () => {
    const args = ['', ' ', '$(id)', '"quoted"', "it's", 'two\nlines', '-x', '*', '🚀'];
    const { stdout } = await processes.run(shell('for each; do printf "<%s>" "$each"; done', args));
    expect(stdout).toBe(args.map((arg) => `<${arg}>`).join(''));
  });

  it('gives the exit status and both outputs', async () => {
    const outcome = await processes.run(shell('echo out; echo err >&2; exit 7'));
    expect(outcome).toEqual({ status: 7, signal: null, stdout: 'out\n', stderr: 'err\n' });
  });

  it('tells that a signal ended the process', async () => {
    expect(await processes.run(shell('kill -KILL $$'))).toMatchObject(killed);
  });

  it('gives its own environment unless the command has one', async () => {
    const own = await processes.run(shell('echo "$OURS"'));
    const given = await processes.run({ ...shell('echo "$OURS$GIVEN"'), environment: { GIVEN: 'theirs' } });
    expect([own.stdout, given.stdout]).toEqual(['yes\n', 'theirs\n']);
  });

  it('looks the program up on its own PATH and not in the current directory', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'processes-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    await writeFile(path.join(directory, 'planted'), '#!/bin/sh\n', { mode: 0o755 });
    const runner = create({ PATH: ':.:/usr/bin:/bin' });
    await expect(runner.run({ file: 'planted', args: [], directory })).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it.each(['a b $c', `a "b"`, 'a \\\\ b'])('runs a program whatever its path has in it: %s', async (name) => {
    const directory = await mkdtemp(path.join(tmpdir(), 'processes-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const file = path.join(directory, name);
    await writeFile(file, '#!/bin/sh\necho "$@"\n', { mode: 0o755 });
    expect((await processes.run({ file, args: ['one two', '-x'] })).stdout).toBe('one two -x\n');
  });

  it('runs in the directory that is given', async () => {
    const directory = await realpath(tmpdir());
    expect((await processes.run({ ...shell('pwd'), directory })).stdout).toBe(`${directory}\n`);
  });

  it('rejects when the program is not there or can not be executed', async () => {
    await expect(processes.run({ file: 'no-such-program', args: [] })).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(processes.run({ file: '/no/such/program', args: [] })).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(processes.run({ file: '/etc/passwd', args: [] })).rejects.toMatchObject({ code: 'EACCES' });
  });

  it('tells each line with its stream', async () => {
    const lines: string[] = [];
    await processes.run({
      ...shell('echo one; printf two'),
      onLine: (line, stream) => lines.push(`${stream} ${line}`),
    });
    expect(lines).toEqual(['stdout one', 'stdout two']);
  });

  it('keeps the last MiB of output', async () => {
    const { stdout } = await processes.run(shell('head -c 5000000 /dev/zero | tr "\\0" x; echo end'));
    expect(stdout).toHaveLength(1024 * 1024);
    expect(stdout.endsWith('xend\n')).toBe(true);
  });

  it('hands standard output over as bytes', async () => {
    const received: Buffer[] = [];
    const { stdout } = await processes.run({
      ...shell('printf "\\000\\377"'),
      onStdout: async (stream) => void received.push(await buffer(stream)),
    });
    expect([received, stdout]).toEqual([[Buffer.from([0, 255])], '']);
  });

  describe('standard input', () => {
    it('is empty when none is given', async () => {
      expect((await processes.run(shell('wc -c'))).stdout.trim()).toBe('0');
    });

    it.each([
      ['bytes', () => Buffer.alloc(3_000_000)],
      ['a stream', () => Readable.from([Buffer.alloc(1_000_000), Buffer.alloc(2_000_000)])],
    ])('is written from %s', async (_, input) => {
      expect((await processes.run({ ...shell('wc -c'), input: input() })).stdout.trim()).toBe('3000000');
    });

    it('may be left unread', async () => {
      const outcome = await processes.run({ ...shell('exit 3'), input: Buffer.alloc(10_000_000) });
      expect(outcome.status).toBe(3);
    });

    it('ends the process when its source fails', async () => {
      const input = new PassThrough();
      const running = processes.run({ ...shell('cat; sleep 600'), input });
      input.destroy(new Error('the source is gone'));
      await expect(running).rejects.toThrow('the source is gone');
    });

    it('is let go when the program is not there', async () => {
      const input = new PassThrough();
      await expect(processes.run({ file: 'no-such-program', args: [], input })).rejects.toThrow();
      expect(input.destroyed).toBe(true);
    });
  });

  describe('a failing callback', () => {
    it('ends the process: onLine', async () => {
      const onLine = () => {
        throw new Error('no more');
      };
      await expect(processes.run({ ...shell('echo; sleep 600'), onLine })).rejects.toThrow('no more');
    });

    it('ends the process: onStdout', async () => {
      const onStdout = () => Promise.reject(new Error('no more'));
      await expect(processes.run({ ...shell('sleep 600'), onStdout })).rejects.toThrow('no more');
    });
  });

  describe('abort', () => {
    it('starts nothing when it came before', async () => {
      const outcome = await processes.run({ ...shell('exit 0'), signal: AbortSignal.abort() });
      expect(outcome).toMatchObject({ status: null, signal: 'SIGTERM' });
    });

    it('waits as long as it is told to', async () => {
      const controller = new AbortController();
      const outcome = await processes.run({
        ...shell('echo; sleep 0.2; exit 5'),
        signal: controller.signal,
        stopAfter: 60_000,
        onLine: () => {
          controller.abort();
        },
      });
      expect(outcome.status).toBe(5);
    });

    it('ends the whole process group', async () => {
      const controller = new AbortController();
      let child = 0;
      const outcome = await processes.run({
        ...shell('sleep 600 & echo $!; wait'),
        signal: controller.signal,
        onLine: (line) => {
          child = Number(line);
          controller.abort();
        },
      });
      expect(outcome.signal).toBe('SIGTERM');
      await expect.poll(() => isAlive(child)).toBe(false);
    });

    it('kills a process that ignores SIGTERM', async () => {
      const controller = new AbortController();
      const outcome = await processes.run({
        ...shell('trap "" TERM; echo ready; while :; do sleep 600; done'),
        signal: controller.signal,
        killAfter: 50,
        onLine: () => {
          controller.abort();
        },
      });
      expect(outcome.signal).toBe('SIGKILL');
    });

    it('does not wait for a process that left the group and holds the output', async () => {
      const controller = new AbortController();
      let stray = 0;
      await processes.run({
        ...shell("setsid sh -c 'echo $$; exec sleep 600' & wait"),
        signal: controller.signal,
        killAfter: 50,
        onLine: (line) => {
          stray = Number(line);
          controller.abort();
        },
      });
      process.kill(stray, 'SIGKILL');
    });
  });

  it('keeps a signal to our own group from a process that can be aborted', async () => {
    const { signal } = new AbortController();
    const { stdout } = await processes.run({ ...shell('ps -o pgid= -p $$; echo $$'), signal });
    const [group, pid] = stdout.trim().split(/\s+/);
    expect(group).toBe(pid);
  });

  it('leaves no listener on a signal that lives on', async () => {
    const { signal } = new AbortController();
    await processes.run({ ...shell('exit 0'), signal });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

it('looks past programs that are foreign', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'processes-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  await writeFile(path.join(directory, 'sh'), '#!/bin/sh\necho foreign\n', { mode: 0o755 });
  const environment = { PATH: `${directory}:/usr/bin:/bin` };
  const isForeign = (file: string) => Promise.resolve(file.startsWith(directory));
  expect((await createProcessRunner({ environment }).run(shell('echo own'))).stdout).toBe('foreign\n');
  expect((await createProcessRunner({ environment, isForeign }).run(shell('echo own'))).stdout).toBe('own\n');
});
