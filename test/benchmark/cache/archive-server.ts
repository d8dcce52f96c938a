import { constants, createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { listen, type Listening } from '../../bench/listen.ts';
import type { Traffic } from './traffic.ts';

export interface ArchiveServer extends Listening {
  /** The requests since the last call. */
  takeRequests(): readonly Traffic[];
}

/**
 * Keeps files in a folder, written whole or at offsets (`content-range`) and read in ranges, as blob stores do; what is posted is answered
 * and forgotten.
 */
export async function startArchiveServer(directory: string): Promise<ArchiveServer> {
  const requests: Traffic[] = [];
  const server = createServer((incoming, response) => {
    const file = path.join(directory, path.basename(incoming.url ?? ''));
    const bytesUp = Number(incoming.headers['content-length'] ?? 0);
    const note = (bytesDown: number) => requests.push({ requests: 1, bytesUp, bytesDown });
    const handle = HANDLERS[incoming.method ?? ''] ?? refuse;
    handle({ incoming, response, file, note }).catch(() => response.destroy());
  });
  return { ...(await listen(server, 'http')), takeRequests: () => requests.splice(0) };
}

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly file: string;
  /** To be called once, before the answer. */
  readonly note: (bytesDown: number) => void;
}

type Handler = (exchange: Exchange) => Promise<void>;

const HANDLERS: Readonly<Record<string, Handler>> = { PUT: receive, POST: forget, HEAD: measure, GET: send };

async function receive({ incoming, response, file, note }: Exchange): Promise<void> {
  let at = Number(/^bytes (\d+)-/.exec(incoming.headers['content-range'] ?? '')?.[1] ?? 0);
  const handle = await open(file, constants.O_WRONLY | constants.O_CREAT);
  try {
    for await (const piece of incoming as AsyncIterable<Buffer>) {
      await handle.write(piece, 0, piece.length, at);
      at += piece.length;
    }
  } finally {
    await handle.close();
  }
  note(0);
  response.writeHead(201).end();
}

function forget({ incoming, response, note }: Exchange): Promise<void> {
  incoming.resume();
  note(2);
  response.writeHead(200).end('{}');
  return Promise.resolve();
}

async function measure({ response, file, note }: Exchange): Promise<void> {
  const { size } = await stat(file);
  note(0);
  response.writeHead(200, { 'content-length': size }).end();
}

async function send({ incoming, response, file, note }: Exchange): Promise<void> {
  const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(incoming.headers.range ?? '')?.map(Number) ?? [];
  if (start === undefined || end === undefined) throw new Error('only ranges are read');
  note(end - start + 1);
  response.writeHead(206, { 'content-length': end - start + 1 });
  await pipeline(createReadStream(file, { start, end, highWaterMark: 1024 * 1024 }), response);
}

function refuse({ response, note }: Exchange): Promise<void> {
  note(0);
  response.writeHead(405).end();
  return Promise.resolve();
}
