import { createServer as createTcpServer, type Server, connect } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Agent } from 'undici';
import { onTestFinished } from 'vitest';
import {
  type HostTrust,
  loadTrustStore,
  readUserCertificates,
  secureContext,
} from '../../../packages/core/src/trust/index.ts';
import { type Authority, type Certificate, makeAuthority } from '../../bench/certificates.ts';
import { command } from '../../bench/command.ts';

/** A directory that is gone when the test is over. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'trust-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

export async function authority(name?: string): Promise<Authority> {
  return makeAuthority(await temporaryDirectory(), name);
}

/** A certificate that `openssl x509` signs with the extensions given; by nobody: by itself. */
export async function signed(
  by: Certificate | undefined,
  {
    name,
    days = 30,
    extensions,
  }: { readonly name: string; readonly days?: number; readonly extensions: readonly string[] },
): Promise<Certificate> {
  const directory = await temporaryDirectory();
  const [request, settings] = ['request.pem', 'extensions.cnf'].map((file) => path.join(directory, file)) as [
    string,
    string,
  ];
  const files = { certificateFile: path.join(directory, 'own.crt'), keyFile: path.join(directory, 'own.key') };
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', files.keyFile];
  await command('openssl', ['req', '-new', '-config', '/dev/null', '-subj', `/CN=${name}`, ...key, '-out', request]);
  await command('sh', ['-c', 'printf "%s\\n" "$@" > "$0"', settings, ...extensions]);
  const signer = by === undefined ? ['-signkey', files.keyFile] : ['-CA', by.certificateFile, '-CAkey', by.keyFile];
  const signing = [...signer, '-days', String(days), '-extfile', settings];
  await command('openssl', ['x509', '-req', '-in', request, ...signing, '-out', files.certificateFile]);
  const [certificate, privateKey] = await Promise.all([
    readFile(files.certificateFile, 'utf8'),
    readFile(files.keyFile, 'utf8'),
  ]);
  return { certificate, key: privateKey, ...files };
}

export const SERVER_EXTENSIONS = ['basicConstraints=critical,CA:FALSE', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
export const AUTHORITY_EXTENSIONS = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign'];

/** Starts a TLS server that answers every request; gives its port. */
export async function startTlsServer(options: TlsOptions): Promise<number> {
  const server = createTlsServer(options, (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'));
  });
  server.on('tlsClientError', () => undefined);
  return listen(server);
}

/** Starts a server of plain TCP. */
export async function startTcpServer(listener: Parameters<typeof createTcpServer>[1]): Promise<number> {
  return listen(createTcpServer(listener));
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Sends a request as core does, trusting these certificates beside the machine's: the status, or the code of the failure. */
export async function request(port: number, pem: string, host?: HostTrust): Promise<number | string> {
  const user = readUserCertificates(pem, { workingDirectory: '/', now: Date.now() });
  const context = secureContext(loadTrustStore({ user, environment: {} }), host);
  const agent = new Agent({ connect: { secureContext: context } });
  try {
    const answer = await agent.request({ origin: `https://127.0.0.1:${port}`, path: '/', method: 'GET' });
    await answer.body.dump();
    return answer.statusCode;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  } finally {
    await agent.destroy();
  }
}

/** A tunnel through nothing but another socket. */
export async function tunnelTo(port: number): Promise<ReturnType<typeof connect>> {
  const socket = connect({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  return socket;
}
