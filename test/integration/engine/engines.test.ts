import { once } from 'node:events';
import { chmod, chown, lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { BuildDirectory } from '../../../packages/core/src/lifecycle/build-directory.ts';
import type { Engine, EngineRun, WantedEngine } from '../../../packages/core/src/engine/index.ts';
import { selectEngine } from '../../../packages/core/src/engine/index.ts';
import type { Image } from '../../../packages/core/src/image/source.ts';
import { CNB_USER, hostBuilder } from '../../support/host-builder.ts';
import { requiresDocker, requiresRoot } from '../../support/requires.ts';
import { CANARY, enginePorts, newBuildDirectory, newRun, processesWith, removeImage, traces } from './support.ts';

/** Every way in which foreign code can be run, and the same promises of each. */
requiresDocker('container engine, files copied', () => {
  engineContract('container', 12345);
});

requiresDocker('container engine as root', () => {
  requiresRoot('files mounted', () => {
    engineContract('container', 0);
  });
});

requiresRoot('rootfs engine', () => {
  engineContract('rootfs', 0);
});

requiresDocker('container engine of a user that is not root', () => {
  it('gets the layers of the cache without a copy, where others may read them', async () => {
    const builder = await hostBuilder({ env: ['ENGINE=container, cache'] });
    onTestFinished(() => {
      removeImage(builder);
    });
    const directory = await newBuildDirectory();
    const committed = path.join(directory.cache, 'committed');
    const [open, closed] = [`sha256:${'1'.repeat(64)}.tar`, `sha256:${'2'.repeat(64)}.tar`];
    await mkdir(committed);
    await writeFile(path.join(committed, open), 'open\n', { mode: 0o644 });
    await writeFile(path.join(committed, closed), 'closed\n', { mode: 0o600 });
    await giveToCnbUser(directory.cache);
    const script = `cd /buildpacks-ci/cache/committed; cat *; stat -c %F *; echo changed 2>/dev/null >${open}; echo $?`;
    const run = newRun(builder, directory, script);
    const engine = await selectEngine('container', enginePorts({ uid: 12345 }));
    try {
      expect(await engine.run(run)).toBe(0);
    } finally {
      await engine.dispose();
    }
    expect(run.lines).toEqual(['open', 'closed', 'symbolic link', 'regular file', '2']);
    expect(await readFile(path.join(committed, open), 'utf8')).toBe('open\n');
  });
});

function engineContract(wanted: WantedEngine, uid: number): void {
  let builder: Image;
  beforeAll(async () => {
    builder = await hostBuilder({ env: ['FROM_IMAGE=yes', 'OVERRIDDEN=image', `ENGINE=${wanted} ${uid}`] });
  });
  afterAll(() => {
    removeImage(builder);
  });

  /** Provides the builder, runs a script in it, and removes everything. */
  async function runScript(script: string, more: Partial<EngineRun> = {}) {
    const directory = await newBuildDirectory();
    const run = newRun(builder, directory, script, more);
    const status = await withEngine(directory, (engine) => engine.run(run));
    return { status, lines: run.lines, directory };
  }

  async function withEngine<T>(directory: BuildDirectory, use: (engine: Engine) => Promise<T>): Promise<T> {
    const engine = await selectEngine(wanted, enginePorts({ uid }));
    try {
      await engine.provide({ image: builder }, directory, new AbortController().signal);
      return await use(engine);
    } finally {
      await engine.dispose();
    }
  }

  describe('the process', () => {
    it('gets the environment of the image and of the run, and nothing else', async () => {
      const environment = {
        EMPTY: '',
        EQUALS: 'a=b=c',
        LINES: 'one\ntwo\n',
        QUOTES: `"it's" $(id) \`id\` \\`,
        UNICODE: 'größe 🚀',
        OVERRIDDEN: 'run',
        '-dash': '--option',
      };
      const run = await runScript('', { environment, command: ['/bin/cat', '/proc/self/environ'] });
      const pairs = run.lines.join('\n').split('\0');
      const expected = {
        PATH: '/bin',
        HOME: '/home/cnb',
        HOSTNAME: 'buildpacks-ci',
        FROM_IMAGE: 'yes',
        ENGINE: `${wanted} ${uid}`,
        ...environment,
      };
      expect(pairs.filter((pair) => pair !== '').sort()).toEqual(
        Object.entries(expected)
          .map(([name, value]) => `${name}=${value}`)
          .sort(),
      );
    });

    it('may get variables that loaders obey', async () => {
      const { lines } = await runScript('', {
        environment: { LD_LIBRARY_PATH: '/nowhere' },
        command: ['/bin/env'],
      });
      expect(lines).toContain('LD_LIBRARY_PATH=/nowhere');
    });

    it('gets its arguments as they are', async () => {
      const { lines } = await runScript('', {
        command: ['/bin/sh', '-c', 'for each; do echo "<$each>"; done', 'sh', '', '$(id)', '-x', 'a b', '"'],
      });
      expect(lines).toEqual(['<>', '<$(id)>', '<-x>', '<a b>', '<">']);
    });

    it('is the CNB user, without capabilities, privileges to gain, or a lax umask', async () => {
      const { lines } = await runScript('id -u; id -g; umask; pwd; cat /proc/self/status');
      const [uidLine, gidLine, umask, directory, ...status] = lines;
      const facts = Object.fromEntries(
        status.map((line): [string, string] => [line.split(':')[0] ?? '', line.split(':')[1]?.trim() ?? '']),
      );
      expect([uidLine, gidLine, umask, directory]).toEqual(['1001', '1000', '0022', '/layers']);
      const none = '0000000000000000';
      expect(facts).toMatchObject({ CapInh: none, CapPrm: none, CapEff: none, CapAmb: none, NoNewPrivs: '1' });
      expect(['', '1000']).toContain(facts['Groups']);
    });

    it('sees no process, environment or file of ours', async () => {
      const { lines } = await runScript(
        'cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline; echo; ls -d /proc/[0-9]*; ls / /tmp; ls -l /proc/self/fd',
      );
      const text = lines.join('\n');
      expect(text).not.toContain(CANARY);
      expect(text.match(/^\/proc\/[0-9]+$/gm)?.length).toBeLessThan(4);
    });

    it('can open its devices and its output by name', async () => {
      const { lines } = await runScript(
        'echo out >/dev/stdout; echo err >/dev/stderr; echo gone >/dev/null; cat </dev/stdin; ls /dev/fd/ >/dev/null && echo fd',
      );
      expect(lines.sort()).toEqual(['err', 'fd', 'out']);
    });

    it('can write and execute in /tmp, and write to its home', async () => {
      const { lines } = await runScript(
        'echo "#!/bin/sh\necho ran" >/tmp/x && stat -c %a /tmp && touch ~/file && /bin/sh -c "umask 0; cat /tmp/x >/tmp/y" && ls /tmp',
      );
      expect(lines).toEqual(['1777', 'x', 'y']);
    });

    it.each([1, 51])('gives its exit status: %i', async (expected) => {
      expect((await runScript(`exit ${expected}`)).status).toBe(expected);
    });

    it('is an error of the engine when it can not be started', async () => {
      await expect(runScript('', { command: ['/cnb/lifecycle/creator'] })).rejects.toMatchObject({ code: 'engine' });
    });

    it('has only a loopback network when it is to have none', async () => {
      const { lines } = await runScript('ls /sys/class/net', { network: 'none' });
      expect(lines).toEqual(['lo']);
    });

    it.each([
      ['an address', '192.0.2.1', /Network is unreachable/],
      ['a name', 'registry.example', /Temporary failure in name resolution|not known|unreachable/],
    ])('reaches neither %s nor a server of this machine when it is to have no network', async (_, host, answer) => {
      const server = createServer().listen(0);
      onTestFinished(() => void server.close());
      await once(server, 'listening');
      let connections = 0;
      server.on('connection', () => (connections += 1));
      const { port } = server.address() as AddressInfo;
      const attempt = (to: string, at: number) => `bash -c 'echo >/dev/tcp/${to}/${at}'`;
      const script = `cat /proc/net/route; ${attempt('127.0.0.1', port)}; ${attempt(host, 80)}`;
      const { status, lines } = await runScript(script, { network: 'none' });
      const [, first = '', ...others] = lines;
      expect(first).toContain('Connection refused');
      expect(others.join('\n')).toMatch(answer);
      expect([status === 0, connections]).toEqual([false, 0]);
    });
  });

  describe('files', () => {
    it('appear where the lifecycle looks for them, with their owners and modes', async () => {
      const { lines } = await runScript(
        'stat -c "%n %a %u:%g" /workspace /workspace/app.txt /layers /buildpacks-ci/cache /platform/env/GREETING /buildpacks-ci/config/run.toml; cat /platform/env/GREETING',
      );
      expect(lines).toEqual([
        '/workspace 777 1001:1000',
        '/workspace/app.txt 644 1001:1000',
        '/layers 755 1001:1000',
        '/buildpacks-ci/cache 755 1001:1000',
        '/platform/env/GREETING 644 0:0',
        '/buildpacks-ci/config/run.toml 644 0:0',
        'hello',
      ]);
    });

    it.each(['/platform/env/GREETING', '/buildpacks-ci/config/run.toml', '/platform/new', '/etc/passwd', '/new'])(
      'that the build only reads can not be written: %s',
      async (file) => {
        expect((await runScript(`echo x >${file}`)).status).not.toBe(0);
      },
    );

    it('that it wrote are in the build directory afterwards', async () => {
      const { directory, status } = await runScript(OUTPUTS);
      expect(status).toBe(0);
      expect(await readOutputs(directory)).toEqual({
        'layers/report.toml': 'report',
        'layers/sbom/launch/a/sbom.cdx.json': '{}',
        'layout/out.invalid/app/1/blobs/sha256/aa': 'blob',
        'layout/out.invalid/app/1/index.json': 'index',
        [`cache/committed/sha256:${'1'.repeat(64)}.tar`]: 'new',
        [`cache/committed/sha256:${'2'.repeat(64)}.tar`]: 'new',
        'cache/committed/io.buildpacks.lifecycle.cache.metadata': METADATA,
      });
    });

    it('of an earlier cache stay while the metadata names them', async () => {
      const directory = await newBuildDirectory();
      const committed = path.join(directory.cache, 'committed');
      await mkdir(committed);
      await writeFile(path.join(committed, `sha256:${'1'.repeat(64)}.tar`), 'kept');
      await writeFile(path.join(committed, `sha256:${'9'.repeat(64)}.tar`), 'obsolete');
      const script = `cd /buildpacks-ci/cache; mkdir -p new
        echo -n new >new/sha256:${'2'.repeat(64)}.tar; echo -n '${METADATA}' >new/io.buildpacks.lifecycle.cache.metadata
        ln committed/sha256:${'1'.repeat(64)}.tar new/; rm -r committed; exec /bin/sh -c 'mkdir committed; ln new/* committed/; rm -r new'`;
      const run = newRun(builder, directory, script);
      await giveToCnbUser(directory.cache);
      expect([await withEngine(directory, (engine) => engine.run(run)), run.lines]).toEqual([0, []]);
      const names = await readdir(committed);
      expect(names.sort()).toEqual([
        'io.buildpacks.lifecycle.cache.metadata',
        `sha256:${'1'.repeat(64)}.tar`,
        `sha256:${'2'.repeat(64)}.tar`,
      ]);
      expect(await readFile(path.join(committed, `sha256:${'1'.repeat(64)}.tar`), 'utf8')).toBe('kept');
    });

    it('of the user are mounted, writable only when asked for', async () => {
      const volume = await mkdtemp(path.join(tmpdir(), 'volume, "it\'s" '));
      onTestFinished(() => rm(volume, { recursive: true }));
      await mkdir(path.join(volume, 'open'), { mode: 0o777 });
      await writeFile(path.join(volume, 'file'), 'content\n');
      for (const folder of [volume, path.join(volume, 'open')]) await chmod(folder, 0o777);
      const { lines } = await runScript(
        'cat /volumes/file /volumes/dir/file; touch /volumes/dir/x 2>/dev/null || echo refused; touch /volumes/open/y && ls /volumes/open',
        {
          volumes: [
            { source: volume, target: '/volumes/dir', writable: false },
            { source: path.join(volume, 'file'), target: '/volumes/file', writable: false },
            { source: path.join(volume, 'open'), target: '/volumes/open', writable: true },
          ],
        },
      );
      expect(lines).toEqual(['content', 'content', 'refused', 'y']);
    });
  });

  describe('afterwards', () => {
    it('no process of it is alive', async () => {
      const { status } = await runScript('setsid sleep 86401 >/dev/null 2>&1 & exec 1>&- 2>&-; exit 0');
      expect([status, await processesWith('86401')]).toEqual([0, []]);
    });

    it('nothing is left on the machine', async () => {
      const before = await traces();
      const { directory } = await runScript('exit 3');
      expect(await traces()).toEqual(before);
      expect(await readdir(directory.root)).toEqual(['cache', 'config', 'layers', 'layout', 'platform', 'workspace']);
    });
  });

  describe('cancelled', () => {
    it.each([0, 20, 60, 120, 200, 350])('after %i ms, it leaves nothing', async (delay) => {
      const before = await traces();
      const directory = await newBuildDirectory();
      const controller = new AbortController();
      const run = newRun(builder, directory, 'trap "" TERM INT; setsid sleep 86402 & while :; do sleep 86402; done', {
        signal: controller.signal,
      });
      await withEngine(directory, async (engine) => {
        setTimeout(() => {
          controller.abort();
        }, delay);
        await expect(engine.run(run)).rejects.toMatchObject({ code: 'cancelled' });
        expect(await processesWith('86402')).toEqual([]);
      });
      expect(await traces()).toEqual(before);
      expect(await readdir(directory.root)).toEqual(['cache', 'config', 'layers', 'layout', 'platform', 'workspace']);
    });

    it('before it began, starts nothing', async () => {
      const { lines } = await runScript('echo started', { signal: AbortSignal.abort() }).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'cancelled' });
        return { lines: [] };
      });
      expect(lines).toEqual([]);
    });
  });

  it('links that it leaves where outputs belong lead nowhere for us', async () => {
    const { directory } = await runScript(
      'ln -s /etc /layers/sbom; ln -s /etc/passwd /layers/report.toml; mkdir /layers/x; ln -s /etc /buildpacks-ci/layout/out.invalid/app/1/blobs',
    );
    for (const output of ['layers/sbom', 'layers/report.toml', 'layout/out.invalid/app/1/blobs']) {
      const stats = await lstat(path.join(directory.root, output)).catch(() => undefined);
      // Mounted files are what the build made them; PUBLISH reads them without following links.
      expect(stats === undefined || (uid === 0 && stats.isSymbolicLink())).toBe(true);
    }
  });

  it('does not follow links of ours into the host', async () => {
    const directory = await newBuildDirectory();
    await symlink('/etc/passwd', path.join(directory.workspace, 'link'));
    const run = newRun(builder, directory, 'readlink /workspace/link');
    await withEngine(directory, (engine) => engine.run(run));
    expect(run.lines).toEqual(['/etc/passwd']);
  });
}

const METADATA = JSON.stringify({
  buildpacks: [
    { key: 'a', layers: { x: { sha: `sha256:${'1'.repeat(64)}` }, y: { sha: `sha256:${'2'.repeat(64)}` } } },
  ],
});

/** Writes what the lifecycle would. */
const OUTPUTS = `set -e
echo -n report >/layers/report.toml
mkdir -p /layers/sbom/launch/a /layers/big && echo -n '{}' >/layers/sbom/launch/a/sbom.cdx.json
cd /buildpacks-ci/layout/out.invalid/app/1
mkdir -p blobs/sha256 && echo -n blob >blobs/sha256/aa && echo -n index >index.json
mkdir -p /buildpacks-ci/cache/committed && cd /buildpacks-ci/cache/committed
for digit in 1 2; do
  name=$digit; while [ "\${#name}" -lt 64 ]; do name=$name$digit; done
  echo -n new >sha256:$name.tar
done
echo -n '${METADATA}' >io.buildpacks.lifecycle.cache.metadata
`;

/** The files that the next stage reads, by their path in the build directory. */
async function readOutputs(directory: BuildDirectory): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const part of ['layers/report.toml', 'layers/sbom', 'layout', 'cache']) {
    const top = path.join(directory.root, part);
    const files = (await lstat(top)).isFile() ? [''] : await readdir(top, { recursive: true });
    for (const file of files) {
      const whole = path.join(top, file);
      if ((await lstat(whole)).isFile()) found[path.join(part, file)] = await readFile(whole, 'utf8');
    }
  }
  return found;
}

async function giveToCnbUser(directory: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  for (const name of ['.', ...(await readdir(directory, { recursive: true }))]) {
    await chown(path.join(directory, name), CNB_USER.uid, CNB_USER.gid);
  }
}
