import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { asRecord, parseJson } from '../../json/json.ts';
import type { EnginePorts } from '../ports.ts';
import type { ContainerClient } from './client.ts';

const PROXY_VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'ALL_PROXY'] as const;

/**
 * The variables that Docker's command line would put into every container by itself: the user's `config.json` may hold proxies, with
 * passwords in them. A variable that is set, even to nothing, is left alone by it.
 */
export async function proxiesOfClient(
  { facts }: ContainerClient,
  { environment, machine }: EnginePorts,
): Promise<readonly string[]> {
  if (facts.flavour !== 'docker') return [];
  const directory = environment['DOCKER_CONFIG'] ?? path.join(machine.home, '.docker');
  const bytes = await readFile(path.join(directory, 'config.json')).catch(() => undefined);
  const config = asRecord(bytes && parseJson(bytes));
  if (Object.keys(asRecord(config?.['proxies']) ?? {}).length === 0) return [];
  return PROXY_VARIABLES.flatMap((name) => [name, name.toLowerCase()]);
}
