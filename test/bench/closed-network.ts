import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream';
import { command } from './command.ts';
import { end } from './server-process.ts';

/** A network without a way out: loopback, on which only what a test lets in answers. Needs root. */
export interface ClosedNetwork {
  /** A command that starts another one inside; only names of hosts are others there. */
  readonly launcher: readonly string[];
  /** Has a server of this machine, on a loopback address, at the same address inside. */
  letIn(port: number, address?: string): Promise<Door>;
  /**
   * How many packets went to anybody else and were refused: to whatever address, by whatever interface, so that questions to a name server
   * on loopback count too. IPv6 is off: nothing can be sent by it, and nothing is counted.
   */
  refusals(): Promise<number>;
  stop(): Promise<void>;
}

/** By which the inside comes to a server of the machine. */
export interface Door {
  /** How many connections have come by it. */
  connections(): number;
}

/** Of the range for documentation (RFC 5737): nobody has it. */
const OWN_ADDRESS = '192.0.2.1/32';

/**
 * Listens where it is started, and hands what it listens on over: a socket stays in the network that it was made in, whoever has it. Its
 * arguments are a port and an address.
 */
const LISTENER = `
const [port, address] = process.argv.slice(1);
const server = require('node:net').createServer();
server.listen(Number(port), address, () => process.send('listening', server, () => process.disconnect()));
`;

/**
 * Makes a closed network.
 *
 * @param hosts addresses by the names that are known inside, beside `localhost`
 */
export async function makeClosedNetwork(hosts: Readonly<Record<string, string>> = {}): Promise<ClosedNetwork> {
  const name = `closed-${randomBytes(4).toString('hex')}`;
  const scratch = await mkdtemp(path.join(tmpdir(), 'bench-closed-'));
  await command('ip', ['netns', 'add', name]);
  const doors: OpenDoor[] = [];
  const stop = async () => {
    for (const door of doors) door.close();
    await command('ip', ['netns', 'delete', name]);
    await rm(scratch, { recursive: true });
  };
  const within = (...line: readonly string[]) => command('ip', ['netns', 'exec', name, ...line]);
  try {
    await close(within);
    const launcher = ['nsenter', `--net=/run/netns/${name}`, '--', ...(await withHosts(hosts, scratch))];
    return {
      launcher,
      letIn: async (port, address = '127.0.0.1') => {
        for (const end of ['d', 's']) {
          const rule = [`-${end}`, address, '-p', 'tcp', `--${end}port`, String(port)];
          await within('iptables', '-I', 'OUTPUT', '-o', 'lo', ...rule, '-j', 'ACCEPT');
        }
        const door = await openDoor(launcher, port, address);
        doors.push(door);
        return door;
      },
      refusals: async () => refusedIn(await within('iptables', '-L', 'OUTPUT', '-vnx')),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function close(within: (...line: readonly string[]) => Promise<string>): Promise<void> {
  await within('sysctl', '-q', 'net.ipv6.conf.all.disable_ipv6=1');
  await within('ip', 'link', 'set', 'lo', 'up');
  // A wire from the network to itself: with a way to everywhere, whatever is tried comes by the rules and is counted.
  await within('ip', 'link', 'add', 'nowhere', 'type', 'veth', 'peer', 'name', 'nobody');
  await within('ip', 'address', 'add', OWN_ADDRESS, 'dev', 'nowhere');
  for (const end of ['nowhere', 'nobody']) await within('ip', 'link', 'set', end, 'up');
  await within('ip', 'route', 'add', 'default', 'dev', 'nowhere');
  // By this the refused are told at once.
  await within('iptables', '-A', 'OUTPUT', '-o', 'lo', '-p', 'icmp', '-j', 'ACCEPT');
  await within('iptables', '-A', 'OUTPUT', '-j', 'REJECT');
}

function refusedIn(rules: string): number {
  const [, packets] = /^\s*(\d+)\s+\d+\s+REJECT/m.exec(rules) ?? [];
  if (packets === undefined) throw new Error(`the closed network has lost its rules:\n${rules}`);
  return Number(packets);
}

async function withHosts(hosts: Readonly<Record<string, string>>, scratch: string): Promise<readonly string[]> {
  const file = path.join(scratch, 'hosts');
  const lines = Object.entries({ localhost: '127.0.0.1', ...hosts }).map(([name, address]) => `${address} ${name}\n`);
  await writeFile(file, lines.join(''));
  // Other shells lose variables like INPUT_REGISTRIES-CONF.
  return ['unshare', '--mount', 'bash', '-c', 'mount --bind "$0" /etc/hosts && exec "$@"', file];
}

interface OpenDoor extends Door {
  close(): void;
}

async function openDoor(launcher: readonly string[], port: number, address: string): Promise<OpenDoor> {
  const server = await listenInside(launcher, port, address);
  const guests = new Set<Socket>();
  let connections = 0;
  server.on('connection', (guest: Socket) => {
    connections++;
    guests.add(guest);
    guest.on('close', () => guests.delete(guest));
    const inner = connect(port, address);
    pipeline(guest, inner, guest, () => undefined);
  });
  return {
    connections: () => connections,
    close: () => {
      server.close();
      for (const guest of guests) guest.destroy();
    },
  };
}

async function listenInside(
  [program = '', ...args]: readonly string[],
  port: number,
  address: string,
): Promise<Server> {
  const line = [...args, process.execPath, '--eval', LISTENER, String(port), address];
  const child: ChildProcess = spawn(program, line, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  try {
    const failed = once(child, 'exit').then(() => {
      throw new Error(`nothing listens at ${address}:${port} in the closed network`);
    });
    const [, server] = (await Promise.race([once(child, 'message'), failed])) as [unknown, Server];
    failed.catch(() => undefined);
    return server;
  } finally {
    await end(child);
  }
}
