import { type AuthFile, readRegistryAuth } from '../auth/index.ts';
import { inputError, Problems } from '../errors/problems.ts';
import { optional } from '../json/json.ts';
import { type MirrorRules, parseRegistryPrefix, readMirrorRules, serverTrust, servingHosts } from '../mirrors/index.ts';
import type { OfflineInputs } from '../network/index.ts';
import {
  buildProxyEnvironment,
  type BuildProxyInputs,
  type ProxySettings,
  readProxySettings,
} from '../network/proxy/index.ts';
import { canonicalRegistry } from '../reference/index.ts';
import { registryServer } from '../registry/url.ts';
import {
  checkCertificateFiles,
  type ClientCertificate,
  readClientCertificates,
  readUserCertificates,
  SAFE_VARIABLES,
  TRUST_VARIABLES,
  type TrustVariable,
  type UserCertificates,
} from '../trust/index.ts';
import { dependencyMirrorHosts } from './dependency-mirror.ts';
import { parseOfflineHost, parseRegistryHost } from './places.ts';
import { InputReader, type RawInputs } from './reader.ts';

/** The inputs that every stage and command which speaks to registries has: how they are reached, and who we are to them. */
export interface ConnectionInputs {
  /** Exact `host[:port]`, lower case. */
  readonly insecureRegistries: readonly string[];
  /** Ours, those of the environment included. */
  readonly proxies: ProxySettings;
  /** What buildpacks get in the place of ours. */
  readonly buildProxies: BuildProxyInputs;
  readonly userCertificates?: UserCertificates;
  /** The variables that lead the tools of buildpacks to the user's certificates. */
  readonly certificateVariables: readonly TrustVariable[];
  /** Whether the image gets the user's certificates too. */
  readonly embedCertificates: boolean;
  /** By registry, in canonical form. */
  readonly clientCertificates: ReadonlyMap<string, ClientCertificate>;
  readonly mirrors: MirrorRules;
  /** Set: nothing is reached but these hosts and the places of images and caches that the inputs name. */
  readonly offline?: OfflineInputs;
  readonly registryAuth?: AuthFile;
  /** What the CI itself offers, which no input says: an adapter adds it (`tokenAuth`). */
  readonly fallbackAuth?: AuthFile;
}

/** What these inputs are read against. */
export interface ConnectionContext {
  /** The job's. */
  readonly environment: Readonly<Record<string, string>>;
  /** Absolute; relative paths start here. */
  readonly workingDirectory: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** @throws InputError with every problem there is */
export function parseConnectionInputs(raw: RawInputs, context: ConnectionContext): ConnectionInputs {
  const problems = new Problems();
  const connection = readConnectionInputs(new InputReader(raw, problems), context, problems);
  problems.throwIfAny();
  return connection;
}

/** Files are read here, so that what is wrong in them is told with everything else. */
export function readConnectionInputs(
  reader: InputReader,
  context: ConnectionContext,
  problems: Problems,
): ConnectionInputs {
  const hosts = reader.list('insecure-registries');
  const mirrors = readMirrors(reader, context, problems);
  const offline = { hosts: readOfflineHosts(reader, mirrors, problems) };
  return {
    insecureRegistries: hosts.flatMap((host) => problems.attempt(() => [parseRegistryHost(host)]) ?? []),
    ...readProxies(reader, context, problems),
    ...readCertificates(reader, context, problems),
    mirrors,
    ...optional('offline', reader.flag('offline') ? offline : undefined),
    ...optional(
      'registryAuth',
      problems.attempt(() => readRegistryAuth(reader.raw('registry-auth'), context)),
    ),
  };
}

/**
 * All that the inputs of a connection name, registries by the host that answers for them (Docker Hub has three names); the places of images and caches
 * are admitted by who knows them.
 */
function readOfflineHosts(reader: InputReader, mirrors: MirrorRules, problems: Problems): readonly string[] {
  const named = reader.list('offline-hosts').flatMap((host) => problems.attempt(() => [parseOfflineHost(host)]) ?? []);
  const registries = [...named, ...servingHosts(mirrors)].map((host) => registryServer(canonicalRegistry(host)));
  return [...registries, ...dependencyMirrorHosts(reader)];
}

function readMirrors(reader: InputReader, context: ConnectionContext, problems: Problems): MirrorRules {
  const inputs = { files: reader.list('registries-conf'), lines: reader.list('registry-mirrors') };
  const mirrors = problems.attempt(() => readMirrorRules(inputs, context)) ?? { rules: [], notices: [] };
  problems.attempt(() => {
    checkCertificateFiles(serverTrust(mirrors).values());
  });
  const text = reader.text('registry-prefix');
  const prefix = text === undefined ? undefined : problems.attempt(() => parseRegistryPrefix(text));
  return { ...mirrors, ...optional('prefix', prefix) };
}

function readProxies(reader: InputReader, { environment }: ConnectionContext, problems: Problems) {
  const own = {
    ...optional('http-proxy', reader.text('http-proxy')),
    ...optional('https-proxy', reader.text('https-proxy')),
    ...optional('no-proxy', reader.text('no-proxy')),
  };
  const buildProxies = {
    ...optional('build-http-proxy', reader.text('build-http-proxy')),
    ...optional('build-https-proxy', reader.text('build-https-proxy')),
  };
  const cluster = reader.flag('no-proxy-cluster');
  // What is wrong with them alone; the build makes its environment when it knows whether there is a relay.
  const none = readProxySettings({}, {});
  problems.attempt(() => buildProxyEnvironment({ settings: none, inputs: buildProxies }));
  return {
    proxies: problems.attempt(() => readProxySettings(own, environment, { cluster })) ?? none,
    buildProxies,
  };
}

function readCertificates(reader: InputReader, { workingDirectory, now }: ConnectionContext, problems: Problems) {
  const given = reader.list('ca-certificates').length > 0;
  const user = given
    ? problems.attempt(() => readUserCertificates(reader.raw('ca-certificates'), { workingDirectory, now }))
    : undefined;
  const lines = reader.list('client-certificates');
  return {
    ...optional('userCertificates', user),
    certificateVariables: readVariableNames(reader.list('build-ca-variables'), problems),
    embedCertificates: reader.flag('embed-ca-certificates'),
    clientCertificates: problems.attempt(() => readClientCertificates(lines, workingDirectory)) ?? new Map(),
  };
}

function readVariableNames(names: readonly string[], problems: Problems): readonly TrustVariable[] {
  if (names.length === 0) return SAFE_VARIABLES;
  if (names.length === 1 && names[0] === 'none') return [];
  return names.flatMap((name) => problems.attempt(() => [parseVariable(name)]) ?? []);
}

function parseVariable(name: string): TrustVariable {
  const known = TRUST_VARIABLES.find((variable) => variable === name);
  if (known !== undefined) return known;
  throw inputError(
    'build-ca-variables',
    name === 'none' ? '"none" stands beside other names' : `"${name}" is not one of its values`,
    `Write some of ${TRUST_VARIABLES.join(', ')}, or none alone.`,
  );
}
