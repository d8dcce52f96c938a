import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { command } from './command.ts';
import { program } from './tools.ts';

export interface PushAccess {
  /** A file of certificates in PEM that vouch for the registry. */
  readonly ca?: string;
  readonly credentials?: { readonly user: string; readonly password: string };
}

/**
 * Puts the image or index of an OCI layout into a registry with crane, a client that is not ours.
 *
 * @param reference `127.0.0.1:5000/run:1`
 * @returns the reference by digest
 */
export async function pushLayout(layout: string, reference: string, access: PushAccess = {}): Promise<string> {
  return (await crane(['push', layout, reference], reference, access)).trim();
}

/** Runs crane (`digest`, `manifest`, `copy`, `delete`, …) with access to the registry of `reference`, and gives what it prints. */
export async function crane(args: readonly string[], reference: string, access: PushAccess = {}): Promise<string> {
  const home = await mkdtemp(path.join(tmpdir(), 'bench-crane-'));
  try {
    const { user, password } = access.credentials ?? { user: '', password: '' };
    const auth = Buffer.from(`${user}:${password}`).toString('base64');
    const auths = access.credentials === undefined ? {} : { [registryOf(reference)]: { auth } };
    await writeFile(path.join(home, 'config.json'), JSON.stringify({ auths }), { mode: 0o600 });
    const environment = { DOCKER_CONFIG: home, ...(access.ca !== undefined && { SSL_CERT_FILE: access.ca }) };
    return await command(await program('crane'), args, { environment });
  } finally {
    await rm(home, { recursive: true });
  }
}

function registryOf(reference: string): string {
  return reference.slice(0, reference.indexOf('/'));
}
