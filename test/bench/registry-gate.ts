import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Certificate } from './certificates.ts';
import { type HostName, listen, type Listening } from './listen.ts';

/** A request as it came to the registry and was answered. Its figures grow until both bodies are through. */
export interface RegistryRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** 0 while there is no answer. */
  readonly status: number;
  /** Bytes of the request's body. */
  readonly uploaded: number;
  /** Bytes of the answer's body. */
  readonly downloaded: number;
}

/** An answer that a test gives in the registry's place. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export type Intercept = (request: {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}) => Answer | undefined | Promise<Answer | undefined>;

export interface GateOptions {
  /** Where the real registry listens: the path of a unix socket, or a port on loopback. */
  readonly place: string | number;
  readonly certificate?: Certificate | undefined;
  /** With a certificate: authorities in PEM whose clients may connect, and nobody else. */
  readonly clients?: string | undefined;
  readonly named?: HostName | undefined;
  readonly intercept?: Intercept | undefined;
}

export interface Gate extends Listening {
  readonly requests: RegistryRequest[];
  /** Connections since the start, those of clients that were turned away as well. */
  readonly connections: () => number;
}

type Recorded = { -readonly [K in keyof RegistryRequest]: RegistryRequest[K] };

/** The registry's public side on a free loopback port: speaks TLS when it has a certificate, counts every request, and hands it on unchanged. */
export async function openGate({ place, certificate, clients, named, intercept }: GateOptions): Promise<Gate> {
  const requests: Recorded[] = [];
  const agent = new Agent({ keepAlive: true });
  const scheme = certificate === undefined ? 'http' : 'https';
  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = incoming;
    const record: Recorded = { method, path: url, status: 0, uploaded: 0, downloaded: 0 };
    requests.push(record);
    const answer = await intercept?.({ method, path: url, headers });
    if (answer === undefined) await forward(incoming, response, record, { place, agent, scheme });
    else give(answer, incoming, response, record);
  };
  const handler: RequestListener = (incoming, response) => {
    serve(incoming, response).catch(() => response.destroy());
  };
  const server = certificate === undefined ? createServer(handler) : secureServer(certificate, clients, handler);
  let connections = 0;
  server.on('connection', () => (connections += 1));
  const listening = await listen(server, scheme, named);
  return {
    ...listening,
    requests,
    connections: () => connections,
    close: async () => {
      agent.destroy();
      await listening.close();
    },
  };
}

function secureServer(
  { certificate, key }: Certificate,
  clients: string | undefined,
  handler: RequestListener,
): Server {
  const mutual = clients === undefined ? {} : { requestCert: true, rejectUnauthorized: true, ca: clients };
  return createTlsServer({ cert: certificate, key, ...mutual }, handler);
}

interface Upstream {
  readonly place: string | number;
  readonly agent: Agent;
  readonly scheme: string;
}

async function forward(
  incoming: IncomingMessage,
  response: ServerResponse,
  record: Recorded,
  { place, agent, scheme }: Upstream,
): Promise<void> {
  const outgoing = request({
    ...(typeof place === 'string' ? { socketPath: place } : { host: '127.0.0.1', port: place }),
    agent,
    method: record.method,
    path: record.path,
    headers: { ...incoming.headers, 'x-forwarded-proto': scheme },
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) =>
    outgoing.on('response', resolve).on('error', reject),
  );
  // The registry may refuse before it has read the body, and then closes: what counts is its answer.
  pipeline(
    incoming,
    counter((bytes) => (record.uploaded += bytes)),
    outgoing,
  ).catch(() => undefined);
  const answer = await answered;
  record.status = answer.statusCode ?? 0;
  response.writeHead(record.status, answer.headers);
  await pipeline(
    answer,
    counter((bytes) => (record.downloaded += bytes)),
    response,
  );
}

function give(answer: Answer, incoming: IncomingMessage, response: ServerResponse, record: Recorded): void {
  const body = answer.body ?? '';
  record.status = answer.status;
  record.downloaded = Buffer.byteLength(body);
  incoming.resume();
  response.writeHead(answer.status, { ...answer.headers }).end(body);
}

function counter(count: (bytes: number) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      count(chunk.length);
      done(null, chunk);
    },
  });
}
