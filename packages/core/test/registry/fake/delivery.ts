import { setTimeout as delay } from 'node:timers/promises';
import type { ManualClock } from '../setup.ts';
import { type Exchange, send } from '../fake-registry.ts';
import type { Effect } from './fault.ts';
import { type Reply, writeHead } from './reply.ts';

/** The ways in which an answer does not come as it should. */
export type Delivery = Exclude<Effect, { kind: 'answers' | 'alters' | 'expires' }>;

/** Sends an answer, or as much of it as the fault lets through. */
export async function deliver(
  exchange: Exchange,
  answer: () => Promise<Reply>,
  { delivery, clock }: { readonly delivery: Delivery | undefined; readonly clock: ManualClock },
): Promise<void> {
  switch (delivery?.kind) {
    case undefined:
      send(exchange, await answer());
      return;
    case 'resets':
      await receive(exchange, delivery.received);
      exchange.request.socket.resetAndDestroy();
      return;
    case 'loses':
      await answer();
      exchange.request.socket.resetAndDestroy();
      return;
    case 'cuts':
      await sendHead(exchange, await answer(), delivery.at);
      exchange.request.socket.destroySoon();
      return;
    case 'stalls':
      if (delivery.at !== 'headers') await sendHead(exchange, await answer(), delivery.at);
      return;
    case 'trickles':
      await trickle(exchange, await answer(), delivery, clock);
      return;
    case 'old':
      exchange.request.socket.end(
        Buffer.concat([Buffer.from('HTTP/1.0 200 OK\r\n\r\n'), (await answer()).body.subarray(0, delivery.at)]),
      );
  }
}

/** The headers as if all would follow, and the first bytes of the body. */
async function sendHead({ response }: Exchange, answer: Reply, bytes: number): Promise<void> {
  writeHead(response, { ...answer, headers: { ...answer.headers, 'content-length': String(answer.body.byteLength) } });
  response.flushHeaders();
  if (bytes > 0) await new Promise((resolve) => response.write(answer.body.subarray(0, bytes), resolve));
}

/** The clock goes on before each byte; the pause between them is only for the byte to arrive alone. */
async function trickle(
  exchange: Exchange,
  answer: Reply,
  { at, seconds }: { readonly at: number; readonly seconds: number },
  clock: ManualClock,
): Promise<void> {
  await sendHead(exchange, answer, at);
  for (let sent = at; sent < answer.body.byteLength && !exchange.response.destroyed; sent += 1) {
    await delay(1);
    clock.advance(seconds * 1000);
    exchange.response.write(answer.body.subarray(sent, sent + 1));
  }
  exchange.response.end();
}

/** Reads so many bytes of the request's body. */
async function receive({ request }: Exchange, bytes: number): Promise<void> {
  let received = 0;
  if (bytes === 0) return;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    received += chunk.byteLength;
    if (received >= bytes) return;
  }
}
