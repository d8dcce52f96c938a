import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClosedNetwork } from './closed-network.ts';
import { accepts, hasEnded } from './server-process.ts';

/** A docker engine of its own in a closed network, which is the network of its containers too. */
export interface ClosedEngine {
  /** For `DOCKER_HOST`. */
  readonly host: string;
  /** Ends it, with everything that it has. */
  stop(): Promise<void>;
}

/** How long an engine may take to start, in steps of 50 ms. */
const STEPS = 600;

/** The machine's containerd would start containers in its own network: an engine that finds none has one of its own. */
const WITHOUT_CONTAINERD = ['sh', '-c', 'mkdir -p "$0" && mount -t tmpfs none "$0" && exec "$@"', '/run/containerd'];

/**
 * Starts an engine that can reach what is let into the network: its containers have the network `host`, which is the closed one, or none.
 *
 * @param ca the authority that it trusts registries by, a PEM file, and no other
 */
export async function startClosedEngine({ launcher }: ClosedNetwork, ca: string): Promise<ClosedEngine> {
  const directory = await mkdtemp(path.join(tmpdir(), 'bench-engine-'));
  await chmod(directory, 0o711);
  const socket = path.join(directory, 'docker.sock');
  // It ends with us, also when we are killed.
  const line = [
    ...launcher,
    ...WITHOUT_CONTAINERD,
    'setpriv',
    '--pdeathsig=TERM',
    'dockerd',
    ...settings(directory, socket),
  ];
  const [program = '', ...args] = line;
  const { PATH } = process.env;
  let printed = '';
  const child = spawn(program, args, { env: { PATH, SSL_CERT_FILE: ca }, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  const ended = new Promise((resolve) => child.on('error', resolve).on('close', resolve));
  const stop = async () => {
    // It ends its containers and its containerd by itself.
    child.kill('SIGTERM');
    await ended;
    await rm(directory, { recursive: true, force: true, maxRetries: 10 });
  };
  for (let step = 0; !(await accepts(socket)); step++) {
    if (hasEnded(child) || step === STEPS) {
      await stop();
      throw new Error(`dockerd does not start in the closed network:\n${printed}`);
    }
    await delay(50);
  }
  return { host: `unix://${socket}`, stop };
}

/** Nothing is shared with the machine's own engine, and no rules are made: those of the network are counted. */
function settings(directory: string, socket: string): readonly string[] {
  return [
    `--host=unix://${socket}`,
    `--data-root=${path.join(directory, 'data')}`,
    `--exec-root=${path.join(directory, 'run')}`,
    `--pidfile=${path.join(directory, 'pid')}`,
    '--containerd-namespace=closed',
    '--containerd-plugins-namespace=closed-plugins',
    '--bridge=none',
    '--iptables=false',
    '--ip6tables=false',
    '--ip-forward=false',
    '--ip-masq=false',
    '--userland-proxy=false',
    '--log-level=warn',
  ];
}
