import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { command } from '../../bench/command.ts';
import { accepts, end } from '../../bench/server-process.ts';

const PROGRAM = '/usr/sbin/squid';
/** Debian's place; it asks the file of passwords. */
const AUTHENTICATOR = '/usr/lib/squid/basic_ncsa_auth';
const START_TIMEOUT = 30_000;

export interface SquidOptions {
  readonly user?: string;
  readonly password?: string;
  /** More lines of the configuration, before the rules that allow. */
  readonly rules?: readonly string[];
}

export interface Squid {
  readonly host: string;
  readonly port: number;
  /** One line for each request: `METHOD target status user`. */
  log(): Promise<readonly string[]>;
}

/** Starts the real squid on loopback, with Basic authentication when a user is given; it ends with the test. */
export async function startSquid({ user, password = '', rules = [] }: SquidOptions = {}): Promise<Squid> {
  const directory = await mkdtemp(path.join(tmpdir(), 'squid-'));
  // Started as root, squid becomes another user.
  await chmod(directory, 0o777);
  const port = await freePort();
  const file = (name: string) => path.join(directory, name);
  if (user !== undefined) await writeFile(file('users'), `${user}:${await hashed(password)}\n`);
  const settings = [
    `http_port 127.0.0.1:${port}`,
    'visible_hostname squid.test',
    `pid_filename ${file('pid')}`,
    `coredump_dir ${directory}`,
    `cache_log ${file('cache.log')}`,
    'logformat short %rm %ru %>Hs %un',
    `access_log stdio:${file('access.log')} short`,
    'buffered_logs off',
    'cache deny all',
    'strip_query_terms off',
    'shutdown_lifetime 0 seconds',
    ...(user === undefined ? [] : [`auth_param basic program ${AUTHENTICATOR} ${file('users')}`]),
    ...(user === undefined ? [] : ['auth_param basic realm bench', 'acl known proxy_auth REQUIRED']),
    ...rules,
    ...(user === undefined ? [] : ['http_access allow known', 'http_access deny all']),
    'http_access allow all',
  ];
  await writeFile(file('squid.conf'), `${settings.join('\n')}\n`);
  const child = spawn(PROGRAM, ['-N', '-f', file('squid.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(async () => {
    await end(child);
    await rm(directory, { recursive: true, force: true });
  });
  await untilItListens(child, port);
  return {
    host: '127.0.0.1',
    port,
    log: async () => {
      const lines = (await readFile(file('access.log'), 'utf8')).trim().split('\n');
      // The look whether it listens already is no request.
      return lines.filter((line) => !line.includes('transaction-end-before-headers'));
    },
  };
}

async function hashed(password: string): Promise<string> {
  return (await command('openssl', ['passwd', '-apr1', password])).trim();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function untilItListens(child: ChildProcess, port: number): Promise<void> {
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const deadline = Date.now() + START_TIMEOUT;
  while (!(await accepts(port))) {
    if (child.exitCode !== null || Date.now() > deadline)
      throw new Error(`squid did not start: ${errors.slice(-2000)}`);
    await delay(20);
  }
}
