import path from 'node:path';
import { optional } from '../json/json.ts';
import { openToml } from '../toml/open-toml.ts';
import type { TableReader } from '../toml/table.ts';
import { isLocation, normalizeLocation, shownLocation } from './location.ts';
import {
  type ClientCertificate,
  type MirrorRules,
  type MirrorTarget,
  type PullScope,
  type ServerSettings,
  UNCHANGED_SOURCE,
} from './model.ts';

const INPUT = 'registries-conf';
const CAPABILITIES = ['pull', 'resolve', 'push', 'referrers'];

/**
 * Reads containerd's `certs.d/<registry>/hosts.toml` (containerd, `docs/hosts.md`). A server with `pull` and without `resolve` serves
 * digests only. A server that may not pull, or only pushes, is left out.
 *
 * @param file its absolute path: names of certificates in it are relative to its directory
 * @param registry the `host[:port]` that the directory is named after, or `_default`
 * @throws InputError with every problem and its line
 */
export function parseHostsToml(text: string, file: string, registry: string): MirrorRules {
  const root = openToml(text, file, INPUT);
  const prefix = normalizeLocation(registry);
  const directory = path.dirname(file);
  const hosts = root.table('host');
  const mirrors = (hosts?.keys() ?? []).flatMap((url) => {
    const table = hosts?.table(url);
    const mirror = table === undefined ? undefined : readServer(table, url, { directory, namespace: prefix });
    table?.warnUnknown();
    return mirror ?? [];
  });
  const server = root.text('server') ?? '';
  const source = server === '' ? UNCHANGED_SOURCE : readServer(root, server, { directory, namespace: prefix });
  if (server === '')
    root.allow('capabilities', 'ca', 'client', 'skip_verify', 'header', 'override_path', 'dial_timeout');
  root.warnUnknown();
  root.findings.problems.throwIfAny();
  const place = root.findings.positions.placeOf(root.path);
  const rule = { prefix, mirrors, source: source ?? UNCHANGED_SOURCE, blocked: source === undefined, place };
  return { rules: [rule], notices: root.findings.warnings };
}

/** The registry that a directory of `certs.d` is named after: `host`, `host:port`, or `host_port_` where colons are no good. */
export function registryOfDirectory(name: string): string {
  return name.replace(/_(\d+)_$/, ':$1');
}

interface Context {
  readonly directory: string;
  /** The registry: said to every other server, which may stand for several. */
  readonly namespace: string;
}

/** Undefined when the server is not for pulls, or when something is wrong with it, which is noted. */
function readServer(table: TableReader, url: string, { directory, namespace }: Context): MirrorTarget | undefined {
  const certificateAuthorities = readFiles(table, 'ca', directory);
  const clientCertificates = readClient(table, directory);
  const skipVerify = table.flag('skip_verify');
  const scope = readScope(table);
  const address = readAddress(table, url);
  table.allow('dial_timeout', 'header');
  if (table.has('header')) table.warn('header', 'headers are not sent');
  if (scope === undefined || address === undefined) return undefined;
  const { location, scheme, apiRoot } = address;
  const server: ServerSettings = {
    scheme,
    ...optional('apiRoot', apiRoot),
    certificateAuthorities,
    clientCertificates,
  };
  const own = location.split('/', 1)[0] === namespace;
  const insecure = skipVerify || scheme === 'http';
  return { location, insecure, scope, ...(!own && { namespace }), server };
}

function readScope(table: TableReader): PullScope | undefined {
  const written = table.texts('capabilities') ?? [];
  const capabilities = written.map((capability) => capability.toLowerCase());
  for (const capability of capabilities.filter((name) => !CAPABILITIES.includes(name))) {
    table.problem('capabilities', `"${capability}" is not known`, `Known are ${CAPABILITIES.join(', ')}.`);
  }
  if (capabilities.length === 0) return 'all';
  if (!capabilities.includes('pull')) {
    table.warn('capabilities', 'a server without "pull" is never asked here');
    return undefined;
  }
  return capabilities.includes('resolve') ? 'all' : 'digest-only';
}

type Address = Pick<MirrorTarget, 'location'> & Pick<ServerSettings, 'scheme' | 'apiRoot'>;

/** Where the API's root has a path behind `/v2`, that is the beginning of every repository's name there. */
function readAddress(table: TableReader, text: string): Address | undefined {
  const url = parseServer(text);
  const overridden = table.flag('override_path');
  const host = normalizeLocation(url?.host ?? '');
  if (url === undefined || !isLocation(host)) {
    table.problem(
      undefined,
      `"${shownLocation(text)}" is no URL of a server`,
      'Write https://host[:port], with a path where the API is not at /v2.',
    );
    return undefined;
  }
  const scheme = url.protocol === 'http:' ? 'http' : 'https';
  const written = url.pathname.replace(/\/+$/, '');
  const root = overridden || written.endsWith('/v2') ? written : `${written}/v2`;
  const below = /^\/v2(?:\/(.+))?$/.exec(root);
  if (below === null) return { location: host, scheme, apiRoot: root === '' ? '/' : root };
  const location = below[1] === undefined ? host : `${host}/${below[1]}`;
  if (isLocation(location)) return { location, scheme };
  table.problem(undefined, `the path of "${text}" is no beginning of a repository's name`);
  return undefined;
}

function parseServer(text: string): URL | undefined {
  const full = text.startsWith('http') ? text : `https://${text}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  const plain = url !== undefined && [url.username, url.password, url.search, url.hash].every((part) => part === '');
  return plain && /^https?:$/.test(url.protocol) ? url : undefined;
}

/** One file's name, or an array of them. */
function readFiles(table: TableReader, key: string, directory: string): readonly string[] {
  const value = table.value(key);
  const files = typeof value === 'string' ? [value] : (table.texts(key) ?? []);
  return files.map((file) => path.resolve(directory, file));
}

/** One file with certificate and key, an array of such, or an array of pairs. */
function readClient(table: TableReader, directory: string): readonly ClientCertificate[] {
  const value = table.value('client');
  const items: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return items.flatMap((item) => {
    const pair: readonly unknown[] = Array.isArray(item) ? item : [item];
    const [certificate, key] = pair;
    if (typeof certificate === 'string' && (key === undefined || typeof key === 'string') && pair.length <= 2) {
      const keyFile = key === undefined || key === '' ? undefined : path.resolve(directory, key);
      return [{ certificate: path.resolve(directory, certificate), ...optional('key', keyFile) }];
    }
    table.problem(
      'client',
      'it must be a file, or an array of files or of pairs of files',
      'Write [["client.cert", "client.key"]].',
    );
    return [];
  });
}
