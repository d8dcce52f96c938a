import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect } from 'node:net';
import { pipeline } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { doctor } from '../../../packages/core/src/doctor/doctor.ts';
import type { Check, DoctorReport } from '../../../packages/core/src/doctor/report.ts';
import { MEDIA_TYPE } from '../../../packages/core/src/image/media-types.ts';
import { parseInputs, type RawInputs } from '../../../packages/core/src/inputs/index.ts';
import { createNetwork } from '../../../packages/core/src/network/index.ts';
import { type Clock, type ProcessRunner, SILENT_LOG } from '../../../packages/core/src/ports/index.ts';
import { digestOf } from '../../../packages/core/src/reference/index.ts';
import { makeTree } from '../../../packages/core/test/inputs/support.ts';
import {
  type FakeRegistry,
  type Fault,
  startFakeRegistry,
} from '../../../packages/core/test/registry/fake-registry.ts';
import { type Authority, makeAuthority } from '../../bench/certificates.ts';
import { type Registry, type RegistryOptions, startRegistry } from '../../bench/registry.ts';
import { serve } from '../proxy/origin.ts';

/** What `doctor --check` finds with these inputs, in this process: with a docker that only says who it is, and nobody logged in. */
export async function examine(raw: RawInputs, { longestSleep = Infinity }: ExamineOptions = {}): Promise<DoctorReport> {
  const home = makeTree();
  const machine = { uid: 1000, gid: 1000, home, temporary: home, architecture: 'amd64', workingDirectory: home };
  const clock: Clock = {
    now: () => Date.now(),
    sleep: (milliseconds, signal) => delay(Math.min(milliseconds, longestSleep), undefined, signal && { signal }),
  };
  const environment = {};
  const context = { ...machine, environment, now: clock.now(), facts: { trust: 'trusted' as const } };
  const request = parseInputs(raw, { ...context, nameless: true });
  const places = { files: [], directories: [] };
  const { signal } = new AbortController();
  const own = { environment, clock, log: SILENT_LOG, signal };
  const network = createNetwork({ ...own, inputs: request.connection, home, places });
  onTestFinished(() => network.close());
  const ports = { ...own, processes: DOCKER, network, machine };
  return doctor(request, { check: true }, ports);
}

export interface ExamineOptions {
  /** In milliseconds: what waits longer waits so long. */
  readonly longestSleep?: number;
}

const INFO = { ServerVersion: '28.2', OSType: 'linux', Architecture: 'x86_64', SecurityOptions: [], Name: 'bench' };
const DOCKER: ProcessRunner = {
  run: ({ args }) => {
    const known = args[0] === 'info';
    return Promise.resolve({
      status: known ? 0 : 1,
      signal: null,
      stdout: known ? JSON.stringify(INFO) : '',
      stderr: '',
    });
  },
};

/** `verdict what subject: [hop] message`, without the engine's line. */
export function verdicts({ checks = [] }: DoctorReport): readonly string[] {
  return checks
    .filter(({ what }) => what !== 'engine')
    .map(({ verdict, what, subject, hop, message }) => {
      return `${verdict} ${what} ${subject}: ${hop === undefined ? '' : `[${hop}] `}${message}`;
    });
}

export function checkOf({ checks = [] }: DoctorReport, what: Check['what'], subject?: string): Check | undefined {
  return checks.find((check) => check.what === what && (subject === undefined || check.subject === subject));
}

/** A registry without passwords that has `builder:1` and `run:1`. */
export async function startHub(fault?: Fault, runImage?: string): Promise<FakeRegistry> {
  const hub = await startFakeRegistry(fault);
  addImage(hub, 'run', {});
  addImage(hub, 'builder', {
    'io.buildpacks.builder.metadata': JSON.stringify({
      lifecycle: {
        version: '0.21.14',
        apis: { platform: { supported: ['0.14'] }, buildpack: { supported: ['0.11'] } },
      },
      images: [{ image: runImage ?? `${hub.host}/run:1` }],
    }),
  });
  return hub;
}

export function addImage(hub: FakeRegistry, repository: string, labels: Readonly<Record<string, string>>): void {
  const config = {
    os: 'linux',
    architecture: 'amd64',
    config: { Labels: labels, Env: ['CNB_USER_ID=1000', 'CNB_GROUP_ID=1000'] },
    rootfs: { type: 'layers', diff_ids: [] },
  };
  const { digest, size } = hub.addBlob(JSON.stringify(config));
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.ociManifest,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size },
    layers: [],
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  for (const name of ['1', digestOf(bytes)]) {
    hub.manifests.set(`${repository}:${name}`, { mediaType: MEDIA_TYPE.ociManifest, bytes });
  }
}

/** A proxy that leads every tunnel to the same place, whatever it is asked for. */
export async function startTunnelTo(place: string): Promise<string> {
  const server = createServer();
  server.on('connect', (_request, client) => {
    const { hostname, port } = new URL(`tcp://${place}`);
    const target = connect(Number(port), hostname, () => client.write('HTTP/1.1 200 OK\r\n\r\n'));
    pipeline(client, target, () => undefined);
    pipeline(target, client, () => undefined);
  });
  return (await serve(server)).host;
}

/** A real registry that is gone after the test. */
export async function bench(options: RegistryOptions): Promise<Registry> {
  const registry = await startRegistry(options);
  onTestFinished(() => registry.stop());
  return registry;
}

export async function testAuthority(): Promise<Authority> {
  const directory = await mkdtemp(path.join(tmpdir(), 'doctor-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return makeAuthority(directory);
}
