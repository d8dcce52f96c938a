import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inject } from 'vitest';
import { makeAuthority } from '../../bench/certificates.ts';
import { loopbackAddress } from '../../bench/listen.ts';
import { startRegistry } from '../../bench/registry.ts';
import { startCorporation } from './corporation.ts';
import type { GuideExample } from './guide.ts';

/** What the guide's readers would have for a password. */
const USERS = { ci: 'p@ss/word' };

type Example = Pick<GuideExample, 'commands' | 'files'>;

/** The company that docs/enterprise.md tells of, with its names, ports and files. */
export interface GuideWorld {
  /** Runs an example's commands as a user there; gives the lines that were printed, and the exit status where it is not 0. */
  run(example: Example): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/**
 * - `proxy.corp:3128`, which wants the password and leads to the registries below and to nothing else; it speaks TLS on port 3443
 * - `inspecting-proxy.corp:3128`, which looks into TLS as well
 * - `mirror.corp`, `registry.corp`: see `Corporation`
 * - `plain.corp`: a registry without TLS
 * - Docker Hub is out of reach.
 *
 * Files of every user: `corporate-root.pem`, `inspecting-proxy.pem`, `client.pem`, `client-key.pem`. Needs root and squid.
 */
export async function startGuideWorld(): Promise<GuideWorld> {
  const directory = await mkdtemp(path.join(tmpdir(), 'e2e-guide-'));
  const cleanups = [() => rm(directory, { recursive: true, force: true })];
  const stop = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    const corporation = await startCorporation({ auth: { kind: 'basic', users: USERS } });
    cleanups.push(() => corporation.stop());
    const plain = await startRegistry({ name: 'plain.corp' });
    cleanups.push(() => plain.stop());
    const { root, client, mirror, registry } = corporation;
    const interceptor = await makeAuthority(path.join(directory, 'authority'), 'Inspecting Proxy');
    const proxies = { open: loopbackAddress(), inspecting: loopbackAddress() };
    const interception = { authority: interceptor, origins: root.certificateFile };
    await corporation.startProxy({ users: USERS, address: proxies.open, port: 3128 });
    const certificate = await root.issue('proxy.corp', { hosts: ['proxy.corp'] });
    await corporation.startProxy({ users: USERS, address: proxies.open, port: 3443, certificate });
    await corporation.startProxy({ users: USERS, address: proxies.inspecting, port: 3128, interception });
    const files = [
      { name: 'corporate-root.pem', content: root.certificate },
      { name: 'inspecting-proxy.pem', content: interceptor.certificate },
      { name: 'client.pem', content: client.certificate },
      { name: 'client-key.pem', content: client.key },
    ];
    const machine = await writeMachine(directory, {
      localhost: '127.0.0.1',
      'proxy.corp': proxies.open,
      'inspecting-proxy.corp': proxies.inspecting,
      'mirror.corp': mirror.address ?? '',
      'registry.corp': registry.address ?? '',
      'plain.corp': plain.address ?? '',
      'registry-1.docker.io': loopbackAddress(),
    });
    return { run: (example) => run({ ...example, files: [...files, ...example.files] }, machine), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Machine {
  readonly directory: string;
  readonly programs: string;
  /** Starts a command that knows the company's hosts. */
  readonly launcher: readonly string[];
}

async function writeMachine(directory: string, addresses: Readonly<Record<string, string>>): Promise<Machine> {
  const hosts = path.join(directory, 'hosts');
  const lines = Object.entries(addresses).map(([name, address]) => `${address} ${name}\n`);
  await writeFile(hosts, lines.join(''));
  const programs = path.join(directory, 'bin');
  await mkdir(programs);
  const script = `#!/bin/sh\nexec "${process.execPath}" "${inject('programs').commandLine}" "$@"\n`;
  await writeFile(path.join(programs, 'buildpacks-ci'), script, { mode: 0o755 });
  const launcher = ['unshare', '--mount', 'sh', '-c', 'mount --bind "$0" /etc/hosts && exec "$@"', hosts];
  return { directory, programs, launcher };
}

/** In a home of its own, which is its working directory too. */
async function run(
  { commands, files }: Example,
  { directory, programs, launcher }: Machine,
): Promise<readonly string[]> {
  const home = await mkdtemp(path.join(directory, 'home-'));
  for (const { name, content } of files) {
    await mkdir(path.dirname(path.join(home, name)), { recursive: true });
    await writeFile(path.join(home, name), content);
  }
  const { PATH = '' } = process.env;
  const environment = { PATH: `${programs}:${PATH}`, HOME: home, BUILDPACKS_CI_ENGINE: 'rootfs' };
  const [program, ...rest] = [...launcher, 'sh', '-c', commands];
  const child = spawn(program, rest, { cwd: home, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (output[name] += text));
  }
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  const lines = `${output.stdout}${output.stderr}`.replaceAll(home, '/home/ci').trimEnd().split('\n');
  return status === 0 ? lines : [...lines, `exit status ${status ?? ''}`];
}
