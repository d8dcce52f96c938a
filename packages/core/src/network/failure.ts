import { BuildpacksError } from '../errors/index.ts';
import { classifyHost } from './address.ts';

/** No answer came, or not a whole one: the connection, TLS or HTTP itself failed. */
export class NetworkFailure extends BuildpacksError {
  override readonly name = 'NetworkFailure';
  /** True when the same request may succeed a moment later. */
  readonly transient: boolean;
  /** True when somebody was waited for until nothing more was to be expected, which takes a minute or more. */
  readonly slow: boolean;

  constructor(explanation: Explanation, cause: unknown) {
    super(explanation.code, explanation.message, { hint: explanation.hint, cause });
    this.transient = explanation.transient;
    this.slow = explanation.slow ?? false;
  }
}

interface Explanation {
  readonly code: 'temporary' | 'registry';
  readonly message: string;
  readonly hint: string;
  readonly transient: boolean;
  readonly slow?: boolean;
}

/**
 * Explains what Node or undici threw while talking to `url`. An error that is already one of ours stays as it is.
 *
 * @param proxy the one on the way, which did its work as far as is known
 */
export function networkFailure(error: unknown, url: URL, proxy?: string): BuildpacksError {
  if (error instanceof BuildpacksError) return error;
  const codes = errorCodes(error);
  for (const [known, explain] of EXPLANATIONS) {
    const code = codes.find((candidate) => known.test(candidate));
    if (code !== undefined) return new NetworkFailure(onWay(explain(url, code), proxy), error);
  }
  const unknown = {
    code: 'temporary',
    message: `the connection to ${url.host} failed: ${messageOf(error)}`,
    hint: `Check that ${url.host} can be reached from this machine.`,
    transient: true,
  } as const;
  return new NetworkFailure(onWay(unknown, proxy), error);
}

function onWay(explanation: Explanation, proxy: string | undefined): Explanation {
  if (proxy === undefined) return explanation;
  const { message, hint } = explanation;
  return {
    ...explanation,
    message: `${message} (through the proxy ${proxy})`,
    hint: `${hint} Check the proxy as well.`,
  };
}

const TRUST_HINT =
  'If a certificate authority of your own issued it, or a proxy intercepts TLS, give its certificate with the input ca-certificates.';

/** First match wins. Codes of the operating system, OpenSSL, llhttp (`HPE_`) and undici (`UND_ERR_`), as seen with Node 24. */
const EXPLANATIONS: readonly (readonly [RegExp, (url: URL, code: string) => Explanation])[] = [
  [
    /^ENOTFOUND$/,
    (url) => unreachable(`the host name "${url.hostname}" is not known`, 'Check the spelling of', url, false),
  ],
  [/^EAI_AGAIN$/, (url) => unreachable(`the name server did not answer for "${url.hostname}"`, 'Check DNS for', url)],
  [
    /^ECONNREFUSED$/,
    (url) => unreachable(`${hostAndPort(url)} refused the connection`, 'Check that a registry listens on', url),
  ],
  [
    /^(EHOSTUNREACH|ENETUNREACH|ENETDOWN|EHOSTDOWN)$/,
    (url) => unreachable(`there is no route to ${url.host}`, 'Check the network, firewall and proxy settings for', url),
  ],
  [
    /^(ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/,
    (url) =>
      unreachable(
        `${hostAndPort(url)} did not accept a connection in time`,
        'Check the network, firewall and proxy settings for',
        url,
      ),
  ],
  [
    /^ERR_TLS_HANDSHAKE_TIMEOUT$/,
    (url) => ({
      ...silent(`${hostAndPort(url)} accepted a connection, but did not answer the TLS handshake in time`, url),
      slow: false,
      hint: `Check that ${url.host} speaks TLS, and that nothing on the way holds it back.`,
    }),
  ],
  [/^UND_ERR_HEADERS_TIMEOUT$/, (url) => silent(`${url.host} did not answer in time`, url)],
  [/^UND_ERR_BODY_TIMEOUT$/, (url) => silent(`${url.host} stopped sending in the middle of its answer`, url)],
  [
    /^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|CERT_UNTRUSTED)$/,
    (url, code) => refusedTls(`the certificate of ${url.host} is not trusted (${code})`, TRUST_HINT),
  ],
  [
    /^(CERT_HAS_EXPIRED|CERT_NOT_YET_VALID)$/,
    (url, code) =>
      refusedTls(
        `the certificate of ${url.host} is not valid now (${code})`,
        "Renew it, or set this machine's clock right.",
      ),
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    (url) =>
      refusedTls(
        `the certificate of ${url.host} is for other host names`,
        'Use a host name that the certificate lists.',
      ),
  ],
  [
    /^(ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG|EPROTO)$/,
    (url) =>
      refusedTls(
        `${url.host} does not speak TLS`,
        `If it is meant to be plain http, list ${url.host} in insecure-registries.`,
      ),
  ],
  [
    /^(ERR_(SSL|TLS|OSSL)_|CERT_|UNSPECIFIED$)/,
    (url, code) =>
      refusedTls(
        `TLS with ${url.host} failed (${code})`,
        'Check its certificate, and whether it wants one from the client.',
      ),
  ],
  [/^HPE_/, (url) => refusedTls(`${url.host} does not speak HTTP`, 'Check the host name and the port.')],
];

/** What a proxy can't reach is the proxy's failure: this was tried without one. */
function unreachable(message: string, advice: string, url: URL, transient = true): Explanation {
  const input = url.protocol === 'http:' ? 'http-proxy' : 'https-proxy';
  const proxy =
    classifyHost(url.hostname) === 'loopback' ? '' : ` Where only a proxy leads there, name it in ${input}.`;
  return { code: 'temporary', message, hint: `${advice} ${url.host}.${proxy}`, transient };
}

function silent(message: string, url: URL): Explanation {
  return { code: 'temporary', message, hint: `Check the load of ${url.host}.`, transient: true, slow: true };
}

function refusedTls(message: string, hint: string): Explanation {
  return { code: 'registry', message, hint, transient: false };
}

/** With the port even when it is the scheme's own, since it is what was tried. */
function hostAndPort(url: URL): string {
  if (url.port !== '') return url.host;
  return `${url.hostname}:${url.protocol === 'https:' ? '443' : '80'}`;
}

/** The codes of an error, the nearest first: its own, those of the attempts it sums up (one per address of a host) and of its causes. */
export function errorCodes(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [];
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  const attempts = error instanceof AggregateError ? error.errors.flatMap((attempt) => errorCodes(attempt)) : [];
  return [...own, ...attempts, ...errorCodes(error.cause)];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
