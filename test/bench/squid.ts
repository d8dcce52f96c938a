import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Certificate } from './certificates.ts';
import { command } from './command.ts';
import { freePort } from './listen.ts';
import { accepts, hasEnded } from './server-process.ts';
import { SQUID_HELPERS, type SquidFiles, squidSettings } from './squid-settings.ts';

export interface SquidOptions {
  /** Where it listens; default 127.0.0.1. */
  readonly address?: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Basic authentication: passwords by user. Absent: for everybody. */
  readonly users?: Readonly<Record<string, string>>;
  /** Its clients speak TLS to it. */
  readonly certificate?: Certificate;
  /** Addresses by host name: it knows these names, and leads to no other host. */
  readonly hosts?: Readonly<Record<string, string>>;
  /** It ends the TLS of tunnels with certificates of its own and reads along. */
  readonly interception?: {
    /** Signs a certificate for each host. */
    readonly authority: Certificate;
    /** A PEM file of the authorities by which it knows the origins. */
    readonly origins: string;
  };
  /** More lines of the configuration, before the rules that allow. */
  readonly rules?: readonly string[];
}

/** A request as squid's access log has it; that of a tunnel is there when the tunnel has ended. */
export interface ProxyRequest {
  readonly method: string;
  /** A URL, or `host:port` of a tunnel. */
  readonly target: string;
  readonly status: number;
  readonly user: string | undefined;
}

export interface Squid {
  /** `127.0.0.1:3128` */
  readonly host: string;
  /** With the scheme, and with the first user and password when there are any: the value of a proxy variable. */
  readonly url: string;
  /** All requests since the start or the last `forget`, in the order in which they ended. */
  requests(): Promise<readonly ProxyRequest[]>;
  forget(): Promise<void>;
  stop(): Promise<void>;
}

const PROGRAM = '/usr/sbin/squid';
/** Squid, which ends when its standard input does: none outlives a killed test. */
const ATTACHED = 'exec 3<&0; { cat <&3; kill -KILL $$; } & exec "$0" "$@" 3<&-';
const START_TIMEOUT = 30_000;

/** Starts the real squid on a free port, with a configuration of its own. */
export async function startSquid(options: SquidOptions = {}): Promise<Squid> {
  const directory = await mkdtemp(path.join(tmpdir(), 'bench-squid-'));
  const address = options.address ?? '127.0.0.1';
  const port = options.port ?? (await freePort(address));
  const files = filesIn(directory);
  await writeFiles(options, port, files);
  const child = spawn('sh', ['-c', ATTACHED, PROGRAM, '-N', '-f', path.join(directory, 'squid.conf')], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const stop = async () => {
    child.stdin.destroy();
    if (!hasEnded(child)) await once(child, 'exit');
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await untilItListens(child, address, port);
  } catch (error) {
    await stop();
    throw error;
  }
  let forgotten = 0;
  const read = async () => readLog(await readFile(files.log, 'utf8'));
  return {
    host: `${address}:${port}`,
    url: urlOf(options, `${address}:${port}`),
    requests: async () => (await read()).slice(forgotten),
    forget: async () => {
      forgotten = (await read()).length;
    },
    stop,
  };
}

function filesIn(directory: string): SquidFiles {
  const file = (name: string) => path.join(directory, name);
  return {
    directory,
    passwords: file('passwords'),
    hosts: file('hosts'),
    certificate: file('certificate.pem'),
    origins: file('origins.pem'),
    made: file('made'),
    log: file('access.log'),
    errors: file('cache.log'),
    pid: file('pid'),
  };
}

async function writeFiles(options: SquidOptions, port: number, files: SquidFiles): Promise<void> {
  // Started as root, squid becomes another user.
  await chmod(files.directory, 0o777);
  await writeFile(path.join(files.directory, 'squid.conf'), squidSettings(options, port, files));
  const hosts = Object.entries(options.hosts ?? {}).map(([name, address]) => `${address} ${name}\n`);
  await writeFile(files.hosts, hosts.join(''));
  const passwords = Object.entries(options.users ?? {}).map(async ([user, password]) => {
    return `${user}:${(await command('openssl', ['passwd', '-apr1', password])).trim()}\n`;
  });
  await writeFile(files.passwords, (await Promise.all(passwords)).join(''));
  const shown = options.certificate ?? options.interception?.authority;
  if (shown !== undefined) await writeFile(files.certificate, `${shown.certificate}${shown.key}`);
  if (options.interception === undefined) return;
  await writeFile(files.origins, await readFile(options.interception.origins));
  await command(SQUID_HELPERS.certificates, ['-c', '-s', files.made, '-M', '4MB']);
  await command('chmod', ['-R', 'a+rwX', files.made]);
}

function urlOf({ certificate, users = {} }: SquidOptions, host: string): string {
  const [first] = Object.entries(users).map((pair) => `${pair.map(encodeURIComponent).join(':')}@`);
  return `${certificate === undefined ? 'http' : 'https'}://${first ?? ''}${host}`;
}

async function untilItListens(child: ChildProcess, address: string, port: number): Promise<void> {
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const deadline = Date.now() + START_TIMEOUT;
  while (!(await accepts(port, address))) {
    if (hasEnded(child) || Date.now() > deadline) throw new Error(`squid did not start: ${errors.slice(-2000)}`);
    await delay(20);
  }
}

function readLog(text: string): readonly ProxyRequest[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return (
    lines
      .map((line) => line.split(' '))
      .map(([method = '', target = '', status = '', user = '-']) => ({
        method,
        target,
        status: Number(status),
        user: user === '-' ? undefined : user,
      }))
      // The look whether it listens already is no request.
      .filter(({ target }) => !target.startsWith('error:transaction-end-before-headers'))
  );
}
