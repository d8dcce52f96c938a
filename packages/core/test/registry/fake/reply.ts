import type { ServerResponse } from 'node:http';

/** An answer as a value, so that a fault may change it before it is sent. */
export interface Reply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

export function makeReply(status: number, headers: Reply['headers'] = {}, body: string | Uint8Array = ''): Reply {
  return { status, headers, body: Buffer.from(body) };
}

/** An error body as the distribution specification wants it. */
export function makeError(status: number, code: string, message: string): Reply {
  const body = JSON.stringify({ errors: [{ code, message }] });
  return makeReply(status, { 'content-type': 'application/json' }, body);
}

/** The status line and headers as the server's own writer takes them. */
export function writeHead(response: ServerResponse, { status, headers }: Reply): void {
  const entries = Object.entries(headers).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : [...value],
  ]);
  response.writeHead(status, Object.fromEntries(entries) as Record<string, string | string[]>);
}
