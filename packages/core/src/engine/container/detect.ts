import { asArray, asRecord, asText, type JsonRecord, optional, parseJson } from '../../json/json.ts';
import type { EnginePorts } from '../ports.ts';
import { type ContainerClient, containerClient, type ContainerFacts, reasonOf } from './client.ts';
import { type ContainerEngine, containerEngine } from './container-engine.ts';

/** An engine that does not say who it is in this time, in milliseconds, does not answer. */
const PATIENCE = 5_000;
const ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64', armv7l: 'arm' };

const PROGRAMS: readonly ContainerFacts['program'][] = ['docker', 'podman'];

/**
 * Docker if it answers, else Podman, else nothing; why one does not answer goes to the debug log.
 *
 * @param only asks this program alone
 */
export async function detectContainerEngine(
  ports: EnginePorts,
  only?: ContainerFacts['program'],
): Promise<ContainerEngine | undefined> {
  for (const program of only === undefined ? PROGRAMS : [only]) {
    const client = await connect(program, ports);
    if (client !== undefined) return containerEngine(client, ports);
  }
  return undefined;
}

async function connect(program: ContainerFacts['program'], ports: EnginePorts): Promise<ContainerClient | undefined> {
  const facts = await askFacts(program, ports);
  if (typeof facts !== 'string') return containerClient(facts, ports.processes);
  ports.log.debug(`${program} can't be used: ${facts}`);
  return undefined;
}

/** The facts, or why there are none. */
async function askFacts(program: ContainerFacts['program'], ports: EnginePorts): Promise<ContainerFacts | string> {
  const patience = AbortSignal.timeout(PATIENCE);
  try {
    const outcome = await ports.processes.run({
      file: program,
      args: ['info', '--format', '{{json .}}'],
      signal: AbortSignal.any([ports.signal, patience]),
      killAfter: 100,
    });
    if (patience.aborted) return `it did not answer in ${PATIENCE / 1000} seconds`;
    return parseFacts(program, outcome.stdout) ?? reasonOf(outcome);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Reads `info --format '{{json .}}'`, which differs between Docker and Podman; `docker` may be either. */
export function parseFacts(program: ContainerFacts['program'], json: string): ContainerFacts | string | undefined {
  const info = asRecord(parseJson(json));
  if (info === undefined) return undefined;
  const host = asRecord(info['host']);
  return host === undefined ? dockerFacts(program, info) : podmanFacts(program, info, host);
}

function dockerFacts(program: ContainerFacts['program'], info: JsonRecord): ContainerFacts | string {
  const version = asText(info['ServerVersion']);
  if (version === undefined)
    return asArray(info['ServerErrors']).map(String).join('; ') || 'its daemon does not answer';
  const system = asText(info['OSType']) ?? 'linux';
  if (system !== 'linux') return `it runs ${system} containers`;
  const security = asArray(info['SecurityOptions']).map(String);
  const has = (name: string) => security.some((option) => option.startsWith(`name=${name}`));
  return {
    program,
    flavour: 'docker',
    version,
    architecture: architectureOf(info['Architecture']),
    sharesFiles: !['rootless', 'userns', 'selinux'].some(has),
    ...optional('machine', asText(info['Name'])),
    rootless: has('rootless'),
  };
}

function podmanFacts(program: ContainerFacts['program'], info: JsonRecord, host: JsonRecord): ContainerFacts {
  const security = asRecord(host['security']) ?? {};
  const remote = host['serviceIsRemote'] === true;
  const rootless = security['rootless'] === true;
  return {
    program,
    flavour: 'podman',
    version: asText(asRecord(info['version'])?.['Version']) ?? 'unknown',
    architecture: architectureOf(host['arch']),
    sharesFiles: !remote && !rootless && security['selinuxEnabled'] !== true,
    ...optional('machine', remote ? undefined : asText(host['hostname'])),
    rootless,
  };
}

function architectureOf(value: unknown): string {
  const name = asText(value) ?? '';
  return ARCHITECTURES[name] ?? name;
}
