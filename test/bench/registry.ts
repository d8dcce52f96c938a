import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Authority, makeAuthority } from './certificates.ts';
import { startDistribution } from './distribution.ts';
import { freePort, loopbackAddress } from './listen.ts';
import type { PushAccess } from './push.ts';
import { authSettings, firstUser, type RegistryAuth } from './registry-auth.ts';
import { type Gate, type Intercept, openGate, type RegistryRequest } from './registry-gate.ts';
import { startTokenServer, type TokenRequest, type TokenServer } from './token-server.ts';

export type { RegistryAuth };

export interface RegistryOptions {
  /** `true`: with a new authority; or with one that a test shares between servers. */
  readonly tls?: boolean | Authority;
  /** With TLS: only clients with a certificate of this authority may connect. */
  readonly clients?: Authority;
  /**
   * `registry.corp`: what it is called, on the usual port of a loopback address of its own. The test lets clients know the
   * address, and is root.
   */
  readonly name?: string;
  /** A pull-through cache of the registry at this URL, read only. */
  readonly pullsFrom?: string;
  /** Absent: open to everyone. */
  readonly auth?: RegistryAuth;
  /** Looks at each request first and may answer it in the registry's place. */
  readonly intercept?: Intercept;
  /** Listens on a port of its own as well (`registry.direct`), where time is measured, of which counting takes some. */
  readonly direct?: boolean;
}

/** A running registry: distribution's own program, behind a gate of ours that counts. */
export interface Registry {
  /** As references begin: `127.0.0.1:41234`, or its name. */
  readonly host: string;
  readonly url: string;
  /** Where a registry with a name is. */
  readonly address?: string;
  /** The same registry for the test's own hands: another host, without name, TLS and counting. Who may do what stays. */
  readonly backDoor: string;
  /** The registry itself, with nothing of ours before it, for who asked for it: without name, TLS and counting. */
  readonly direct?: string;
  /** The file of the authority's certificate, in PEM; only with TLS. */
  readonly ca?: string;
  /** For `pushLayout` and `crane`: the authority and the first user. */
  readonly access: PushAccess;
  /** All requests since the start or the last `forget`, in the order in which they came. */
  requests(): readonly RegistryRequest[];
  /** How many connections were opened since the start, also by clients that were turned away. */
  connections(): number;
  /** Requests to the token server. */
  tokenRequests(): readonly TokenRequest[];
  forget(): void;
  /** Ends the processes and removes what was stored. */
  stop(): Promise<void>;
}

/** Starts an empty registry on a free loopback port. Deleting is allowed. */
export async function startRegistry(options: RegistryOptions = {}): Promise<Registry> {
  const directory = await mkdtemp(path.join(tmpdir(), 'bench-registry-'));
  const cleanups: (() => Promise<void>)[] = [() => rm(directory, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    const authority = options.tls === true ? await makeAuthority(path.join(directory, 'ca')) : options.tls || undefined;
    const named = options.name === undefined ? undefined : { name: options.name, address: loopbackAddress() };
    const certificate = await authority?.issue('registry', named && { hosts: [named.name, named.address] });
    const tokens =
      options.auth?.kind === 'token' ? await startTokenServer({ ...options.auth, certificate }) : undefined;
    if (tokens !== undefined) cleanups.push(() => tokens.close());
    const auth = await authSettings(directory, options.auth, tokens);
    const proxy = options.pullsFrom === undefined ? {} : { proxy: { remoteurl: options.pullsFrom } };
    const port = options.direct === true ? await freePort() : undefined;
    const { place, end } = await startDistribution(directory, { auth, ...proxy }, port);
    cleanups.push(end);
    const { clients, intercept } = options;
    const gate = await openGate({ place, certificate, clients: clients?.certificate, named, intercept });
    cleanups.push(() => gate.close());
    const backDoor = await openGate({ place });
    cleanups.push(() => backDoor.close());
    const places = {
      backDoor: backDoor.host,
      ...(port !== undefined && { direct: `127.0.0.1:${port}` }),
      ...(named && { address: named.address }),
    };
    return { ...describe(gate, tokens, authority, options.auth), ...places, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function describe(
  gate: Gate,
  tokens: TokenServer | undefined,
  authority: Authority | undefined,
  auth: RegistryAuth | undefined,
): Omit<Registry, 'stop' | 'backDoor'> {
  const ca = authority === undefined ? {} : { ca: authority.certificateFile };
  return {
    host: gate.host,
    url: gate.url,
    ...ca,
    access: { ...ca, ...firstUser(auth) },
    requests: () => gate.requests.map((request) => ({ ...request })),
    connections: gate.connections,
    tokenRequests: () => [...(tokens?.requests ?? [])],
    forget: () => {
      gate.requests.length = 0;
      if (tokens !== undefined) tokens.requests.length = 0;
    },
  };
}
