import type { TrustedCertificate } from './certificate.ts';
import { writeKeyStore } from './key-store.ts';
import type { TrustStore } from './trust-store.ts';

/** A binding as the platform directory has it: `type` is among the entries. */
export interface CertificateBinding {
  readonly name: string;
  readonly entries: readonly { readonly key: string; readonly content: Uint8Array }[];
}

/** What a build gets so that buildpacks and their tools trust the user's authorities. */
export interface CertificateDelivery {
  readonly bindings: readonly CertificateBinding[];
  /** For `/platform/env`: never the lifecycle's own environment, and not the image's. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface DeliveryOptions {
  /** Which variables tools get; none: the binding alone. Default: `SAFE_VARIABLES`. */
  readonly variables?: readonly TrustVariable[];
  /** Whether the image gets the user's certificates too (`BP_EMBED_CERTS`, Paketo's ca-certificates buildpack). */
  readonly embed?: boolean;
  /** Variables that the user or the builder image sets: they stay as they are. */
  readonly taken?: readonly string[];
}

/** The variables that can be set, each with the file that it points to. */
const VARIABLES = {
  NODE_EXTRA_CA_CERTS: 'user.pem',
  REQUESTS_CA_BUNDLE: 'all.pem',
  PIP_CERT: 'all.pem',
  CURL_CA_BUNDLE: 'all.pem',
  GIT_SSL_CAINFO: 'all.pem',
  CARGO_HTTP_CAINFO: 'all.pem',
  SSL_CERT_FILE: 'all.pem',
  JAVA_TOOL_OPTIONS: 'all.jks',
} as const satisfies Record<string, BundleFile>;

export type TrustVariable = keyof typeof VARIABLES;
type BundleFile = 'user.pem' | 'all.pem' | 'all.jks';

/**
 * What is set unless the user says otherwise: these variables are read by tools that fetch, and by nothing that copies certificates
 * into the image. The first adds to the tool's own list; the others take its place, and so point to a list that is complete for public
 * hosts. What is lost is what only the builder image's own list has: then its variables win, or the user leaves some out.
 *
 * Left to be asked for: SSL_CERT_FILE, from which Paketo's Java buildpacks fill the trust store of the image's JRE, and
 * JAVA_TOOL_OPTIONS, whose trust store GraalVM's native-image puts into the program. SSL_CERT_DIR is never set: OpenSSL wants names
 * there that are hashes, Node.js takes a list with colons for one name, and the ca-certificates buildpack appends to it by itself.
 */
export const SAFE_VARIABLES: readonly TrustVariable[] = [
  'NODE_EXTRA_CA_CERTS',
  'REQUESTS_CA_BUNDLE',
  'PIP_CERT',
  'CURL_CA_BUNDLE',
  'GIT_SSL_CAINFO',
  'CARGO_HTTP_CAINFO',
];

export const TRUST_VARIABLES = Object.keys(VARIABLES) as readonly TrustVariable[];

/** The bindings' names, which the user's own must not have. */
export const CERTIFICATES_BINDING = 'buildpacks-ci-ca-certificates';
export const BUNDLE_BINDING = 'buildpacks-ci-ca-bundle';

/** In the build. */
const BINDINGS = '/platform/bindings';

/**
 * Makes what buildpacks get of the user's certificates; nothing when there are none. Pure: the same certificates give the same bytes
 * under the same names, in whatever order they were given.
 */
export function deliverCertificates(
  store: Pick<TrustStore, 'userCertificates' | 'publicCertificates'>,
  { variables = SAFE_VARIABLES, embed = false, taken = [] }: DeliveryOptions = {},
): CertificateDelivery {
  const user = inOrder(store.userCertificates);
  if (user.length === 0) return { bindings: [], environment: {} };
  const chosen = variables.filter((variable) => !taken.includes(variable));
  const files = new Set(chosen.map((variable) => VARIABLES[variable]));
  const complete = [...inOrder(store.publicCertificates), ...user];
  return {
    bindings: [certificatesBinding(user), ...(files.size > 0 ? [bundleBinding(files, user, complete)] : [])],
    environment: {
      ...Object.fromEntries(chosen.map((variable) => [variable, valueOf(variable)])),
      ...(embed && !taken.includes('BP_EMBED_CERTS') && { BP_EMBED_CERTS: 'true' }),
    },
  };
}

/** One file per certificate: the buildpack reads a file with exactly one as it is, and makes its links by file name. */
function certificatesBinding(user: readonly TrustedCertificate[]): CertificateBinding {
  const entries = user.map(({ pem, fingerprint256 }) => ({
    key: `${shortName(fingerprint256)}.pem`,
    content: bytes(pem),
  }));
  return { name: CERTIFICATES_BINDING, entries: [{ key: 'type', content: bytes('ca-certificates') }, ...entries] };
}

/** Of a type of its own, since a buildpack would take every file of a `ca-certificates` binding for the user's. */
function bundleBinding(
  files: ReadonlySet<BundleFile>,
  user: readonly TrustedCertificate[],
  complete: readonly TrustedCertificate[],
): CertificateBinding {
  const entries = [...files].sort().map((key) => ({ key, content: bundle(key, user, complete) }));
  return { name: BUNDLE_BINDING, entries: [{ key: 'type', content: bytes('buildpacks-ci-ca-bundle') }, ...entries] };
}

function bundle(
  file: BundleFile,
  user: readonly TrustedCertificate[],
  complete: readonly TrustedCertificate[],
): Uint8Array {
  switch (file) {
    case 'user.pem':
      return bytes(user.map(({ pem }) => pem).join(''));
    case 'all.pem':
      return bytes(complete.map(({ pem }) => pem).join(''));
    case 'all.jks':
      return writeKeyStore(complete);
  }
}

function valueOf(variable: TrustVariable): string {
  const file = `${BINDINGS}/${BUNDLE_BINDING}/${VARIABLES[variable]}`;
  return variable === 'JAVA_TOOL_OPTIONS' ? `-Djavax.net.ssl.trustStore=${file}` : file;
}

function inOrder(certificates: readonly TrustedCertificate[]): readonly TrustedCertificate[] {
  return [...certificates].sort((a, b) => (a.fingerprint256 < b.fingerprint256 ? -1 : 1));
}

function shortName(fingerprint256: string): string {
  return `ca-${fingerprint256.replaceAll(':', '').slice(0, 16).toLowerCase()}`;
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
