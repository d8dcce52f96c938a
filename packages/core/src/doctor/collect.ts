import { createCredentials, type ExplainedCredentials } from '../auth/index.ts';
import type { BuildRequest } from '../inputs/index.ts';
import { serverTrust } from '../mirrors/index.ts';
import type { Ports } from '../ports/index.ts';
import {
  certsDirectories,
  type ClientCertificate,
  createHostTrust,
  type HostTrust,
  loadTrustStore,
  type TrustStore,
} from '../trust/index.ts';
import { describeBuild } from './build-facts.ts';
import { describeCertificates } from './certificates.ts';
import { describeEngine } from './engine-facts.ts';
import { describeDownload, describeRegistry } from './hosts.ts';
import { describeImage, endpointsOf } from './images.ts';
import { describeMirrors } from './mirrors.ts';
import { DOCTOR_SCHEMA_VERSION, type DoctorReport, type HostFacts } from './report.ts';
import { describeProxies } from './routes.ts';
import type { Subjects } from './subjects.ts';

/** What the facts are taken from, and what checks work with. */
export interface Means {
  readonly ports: Ports;
  readonly credentials: ExplainedCredentials;
  readonly store: TrustStore;
  /** What a registry needs beyond the store. */
  readonly trustOf: (registry: string) => HostTrust;
}

/** Reads what is on this machine: certificates, credentials as far as they are asked for. Speaks to no server. */
export function openMeans({ connection, app }: BuildRequest, ports: Ports): Means {
  const { environment, machine, processes, log } = ports;
  const { registryAuth, userCertificates, clientCertificates, mirrors } = connection;
  const directories = certsDirectories(environment, machine.home);
  return {
    ports,
    credentials: createCredentials({ environment, machine, processes, log, registryAuth, untrusted: [app.path] }),
    store: loadTrustStore({ ...(userCertificates && { user: userCertificates }), environment }),
    trustOf: createHostTrust({ clientCertificates, directories, servers: serverTrust(mirrors) }),
  };
}

/** All that can be told without speaking to anyone but this machine's container engine. */
export async function collectFacts(request: BuildRequest, subjects: Subjects, means: Means): Promise<DoctorReport> {
  const { connection } = request;
  const { credentials, store, ports } = means;
  const { mirrors } = connection;
  const [images, engine] = await Promise.all([
    Promise.all(subjects.images.map((subject) => describeImage(subject, mirrors, credentials))),
    describeEngine(request, ports),
  ]);
  return {
    schemaVersion: DOCTOR_SCHEMA_VERSION,
    proxies: describeProxies(connection.proxies),
    hosts: describeHosts(request, subjects, means),
    certificates: describeCertificates(store, clientsOf(request, subjects, means), ports.clock.now()),
    mirrors: describeMirrors(mirrors),
    images,
    build: describeBuild(request, store, engine.relayPlace),
    engine: engine.facts,
  };
}

/** Each server once, in the order in which the images lead to it. */
function describeHosts({ connection }: BuildRequest, subjects: Subjects, { trustOf }: Means): readonly HostFacts[] {
  const context = { connection, trustOf };
  const endpoints = subjects.images.flatMap((subject) => endpointsOf(subject, connection.mirrors));
  const hosts = [
    ...endpoints.flatMap((endpoint) => describeRegistry(endpoint, context)),
    ...subjects.downloads.map((url) => describeDownload(url, context)),
  ];
  return [...new Map(hosts.map((host) => [host.address, host])).values()];
}

/** The client certificates that are shown to one of the servers. */
function clientsOf({ connection }: BuildRequest, subjects: Subjects, { trustOf }: Means): readonly ClientCertificate[] {
  const endpoints = subjects.images.flatMap((subject) => endpointsOf(subject, connection.mirrors));
  const clients = endpoints.map(({ reference }) => trustOf(reference.repository.registry).client);
  return [...new Set(clients.filter((client) => client !== undefined))];
}
