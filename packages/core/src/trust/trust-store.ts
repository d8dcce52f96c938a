import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import type { Certificate, TrustedCertificate } from './certificate.ts';
import { createMachineReader } from './machine-certificates.ts';
import { readNamedFile, readSystemCertificates, SYSTEM_PLACES, type SystemPlaces } from './system-certificates.ts';
import type { HostTrust, TrustSource } from './types.ts';
import { distinct, type UserCertificates } from './user-certificates.ts';

/** All that we trust, as one explicit list: for direct connections, TLS inside of a tunnel, and TLS to a proxy. */
export interface TrustStore {
  /** One PEM certificate each, no two alike. */
  readonly certificates: readonly string[];
  readonly sources: readonly TrustSource[];
  /** What the input `ca-certificates` gave: all that buildpacks get. */
  readonly userCertificates: readonly Certificate[];
  /** Those of them that neither Node.js nor the machine trusts anyway. */
  readonly addedCertificates: readonly Certificate[];
  /** The list that Node.js brings (Mozilla's), for files that must be complete. */
  readonly publicCertificates: readonly TrustedCertificate[];
  /** Whether a certificate that is no root may end a chain, as Go has it always. Only where somebody chose certificates. */
  readonly allowPartialTrustChain: boolean;
}

export interface TrustOptions {
  /** The input's. */
  readonly user?: UserCertificates;
  readonly environment: Readonly<Record<string, string>>;
  /** Variables beside NODE_EXTRA_CA_CERTS that name a file with more certificates, as the CI sets them. */
  readonly fileVariables?: readonly string[];
  /** For tests: where the machine's certificates are. */
  readonly places?: SystemPlaces;
}

/** More certificates than that are a whole bundle, most of which nobody chose one by one. */
const FEW = 10;

/**
 * Puts together Node's own list, the machine's, those of NODE_EXTRA_CA_CERTS and its like, and the input's. Only the input can fail, and has been read
 * before: what the machine has wrong is told by the sources' warnings. Of a whole bundle in the input these tell only what is new by it:
 * most bundles have public authorities that have expired.
 */
export function loadTrustStore({
  user,
  environment,
  fileVariables = [],
  places = SYSTEM_PLACES,
}: TrustOptions): TrustStore {
  const reader = createMachineReader();
  const bundled = reader(new TextEncoder().encode(rootCertificates.join('\n'))).certificates;
  const named = ['NODE_EXTRA_CA_CERTS', ...fileVariables].map(
    (variable) => [variable, environment[variable] ?? ''] as const,
  );
  const loaded = [
    ...readSystemCertificates(environment, places, reader),
    ...named.flatMap(([variable, file]) => (file === '' ? [] : [readNamedFile(file, variable, reader)])),
  ];
  const userCertificates = user?.certificates ?? [];
  const anyway = distinct([...bundled, ...loaded.flatMap((source) => source.certificates)]);
  const known = new Set(anyway.map(({ fingerprint256 }) => fingerprint256));
  const isNew = ({ fingerprint256 }: Pick<Certificate, 'fingerprint256'>) => !known.has(fingerprint256);
  const addedCertificates = userCertificates.filter(isNew);
  const all = [...anyway, ...addedCertificates];
  return {
    certificates: all.map(({ pem }) => pem),
    sources: [
      { name: 'Node.js', count: bundled.length, warnings: [] },
      ...loaded.map(({ name, count, warnings }) => ({ name, count, warnings })),
      ...(user?.sources ?? []).map(({ name, count, warnings }) => ({
        name,
        count,
        warnings: warnings
          .filter((warning) => userCertificates.length <= FEW || isNew(warning))
          .map(({ message }) => message),
      })),
    ],
    userCertificates,
    addedCertificates,
    publicCertificates: bundled,
    allowPartialTrustChain: userCertificates.length > 0 || loaded.some(({ chosen, count }) => chosen && count > 0),
  };
}

/**
 * The store as Node's TLS wants it. Make it once and give it to every connection (`secureContext`): from a list of certificates
 * (`ca`) Node makes it anew for each connection, in several milliseconds.
 */
export function secureContext(store: TrustStore, host?: HostTrust): SecureContext {
  const own = host?.certificates ?? [];
  return createSecureContext({
    ca: [...store.certificates, ...own.map(({ pem }) => pem)].join('\n'),
    allowPartialTrustChain: store.allowPartialTrustChain || own.length > 0,
    ...(host?.client && { cert: host.client.certificate, key: host.client.key }),
  });
}
