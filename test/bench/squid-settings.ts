import type { SquidOptions } from './squid.ts';

/** Debian's helpers of squid: one asks a file of passwords, the other makes certificates for hosts (squid-openssl only). */
export const SQUID_HELPERS = {
  passwords: '/usr/lib/squid/basic_ncsa_auth',
  certificates: '/usr/lib/squid/security_file_certgen',
} as const;

/** The files that the settings name; who starts squid writes them. */
export interface SquidFiles {
  readonly directory: string;
  readonly passwords: string;
  readonly hosts: string;
  /** Certificate and key in one file: of the proxy itself, or of the authority with which it intercepts. */
  readonly certificate: string;
  /** Authorities that vouch for the origins of intercepted connections. */
  readonly origins: string;
  /** Where certificates for hosts are kept. */
  readonly made: string;
  readonly log: string;
  readonly errors: string;
  readonly pid: string;
}

/** A `squid.conf` of its own: nothing cached, each request logged as soon as it is over, and closed but for what the options allow. */
export function squidSettings(options: SquidOptions, port: number, files: SquidFiles): string {
  const lines = [
    portLine(options, port, files),
    'visible_hostname squid.test',
    `pid_filename ${files.pid}`,
    `coredump_dir ${files.directory}`,
    `cache_log ${files.errors}`,
    'logformat bench %rm %ru %>Hs %un',
    `access_log stdio:${files.log} bench`,
    'buffered_logs off',
    'cache deny all',
    'strip_query_terms off',
    'shutdown_lifetime 0 seconds',
    ...interception(options, files),
    ...(options.users === undefined ? [] : authentication(files)),
    ...(options.rules ?? []),
    ...(options.hosts === undefined ? [] : knownHosts(Object.keys(options.hosts), files)),
    ...(options.users === undefined ? ['http_access allow all'] : ['http_access allow known', 'http_access deny all']),
  ];
  return `${lines.join('\n')}\n`;
}

function portLine({ address, certificate, interception }: SquidOptions, port: number, files: SquidFiles): string {
  const place = `${address ?? '127.0.0.1'}:${port}`;
  if (certificate !== undefined) return `https_port ${place} tls-cert=${files.certificate}`;
  if (interception === undefined) return `http_port ${place}`;
  return `http_port ${place} ssl-bump generate-host-certificates=on tls-cert=${files.certificate}`;
}

function interception({ interception }: SquidOptions, { origins, made }: SquidFiles): readonly string[] {
  if (interception === undefined) return [];
  return [
    `sslcrtd_program ${SQUID_HELPERS.certificates} -s ${made} -M 4MB`,
    'sslcrtd_children 1 startup=1',
    `tls_outgoing_options cafile=${origins}`,
    'ssl_bump bump all',
  ];
}

function authentication({ passwords }: SquidFiles): readonly string[] {
  return [
    `auth_param basic program ${SQUID_HELPERS.passwords} ${passwords}`,
    'auth_param basic children 2 startup=1',
    'auth_param basic realm proxy',
    'acl known proxy_auth REQUIRED',
  ];
}

/** Other names are refused before anybody looks them up. */
function knownHosts(names: readonly string[], { hosts }: SquidFiles): readonly string[] {
  return [`hosts_file ${hosts}`, `acl named dstdomain -n ${names.join(' ')}`, 'http_access deny !named'];
}
