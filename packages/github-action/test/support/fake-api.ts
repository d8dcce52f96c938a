import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { createNetwork, type Network, parseConnectionInputs, SILENT_LOG } from '@buildpacks-ci/core';
import { onTestFinished } from 'vitest';

export interface ApiRequest {
  /** `GET /repos/o/r/actions/caches?key=…`. */
  readonly line: string;
  readonly headers: IncomingMessage['headers'];
  /** As it was sent, and as text. */
  readonly bytes: Buffer;
  readonly body: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface FakeApi {
  readonly baseUrl: string;
  readonly requests: readonly ApiRequest[];
}

/** A server on loopback in the place of GitHub's API; it goes when the test is over. */
export async function startApi(answer: (request: ApiRequest, baseUrl: string) => ApiAnswer): Promise<FakeApi> {
  const requests: ApiRequest[] = [];
  let baseUrl = '';
  const server = createServer((incoming, outgoing) => {
    void buffer(incoming).then((bytes) => {
      const line = `${incoming.method ?? ''} ${incoming.url ?? ''}`;
      const request = { line, headers: incoming.headers, bytes, body: bytes.toString() };
      requests.push(request);
      const { status, json, headers } = answer(request, baseUrl);
      outgoing.writeHead(status, { 'content-type': 'application/json', ...headers });
      outgoing.end(json === undefined ? undefined : JSON.stringify(json));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { baseUrl, requests };
}

/** Core's network without proxies; it goes when the test is over. */
export function openNetwork(environment: Readonly<Record<string, string>> = {}): Network {
  const context = { environment, workingDirectory: '/', now: 0 };
  const network = createNetwork({
    inputs: parseConnectionInputs({}, context),
    environment,
    home: '/none',
    clock: { now: () => 0 },
    log: SILENT_LOG,
    signal: new AbortController().signal,
  });
  onTestFinished(() => network.close());
  return network;
}
