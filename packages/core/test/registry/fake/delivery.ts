import { setTimeout as delay } from 'node:timers/promises';
import type { ManualClock } from '../setup.ts';
import { type Exchange, send } from '../fake-registry.ts';
import type { Effect } from './fault.ts';
import { type Reply, writeHead } from './reply.ts';
import type { Store } from './store.ts';

/** The ways in which an answer does not come as it should. */
export type Delivery = Exclude<Effect, { kind: 'answers' | 'alters' | 'expires' }>;

export interface DeliveryOptions {
  readonly delivery: Delivery | undefined;
  readonly clock: ManualClock;
  readonly store: Store;
}

/** Sends an answer, or as much of it as the fault lets through. */
export async function deliver(
  exchange: Exchange,
  answer: () => Promise<Reply>,
  { delivery, clock, store }: DeliveryOptions,
): Promise<void> {
  switch (delivery?.kind) {
    case undefined:
      send(exchange, await answer());
      return;
    case 'resets':
      await receive(exchange, delivery, store);
      exchange.request.socket.resetAndDestroy();
      return;
    case 'loses':
      await answer();
      exchange.request.socket.resetAndDestroy();
      return;
    case 'cuts':
      await sendHead(exchange, await answer(), delivery);
      exchange.request.socket.destroySoon();
      return;
    case 'stalls':
      if (delivery.at !== 'headers') await sendHead(exchange, await answer(), { at: delivery.at });
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
async function sendHead(
  { response }: Exchange,
  { status, headers, body }: Reply,
  { at, unmeasured = false }: { readonly at: number; readonly unmeasured?: boolean },
): Promise<void> {
  const { 'content-length': length = String(body.byteLength), ...others } = headers;
  writeHead(response, { status, headers: unmeasured ? others : { ...others, 'content-length': length }, body });
  response.flushHeaders();
  if (at > 0) await new Promise((resolve) => response.write(body.subarray(0, at), resolve));
}

/** The clock goes on before each byte; the pause between them is only for the byte to arrive alone. */
async function trickle(
  exchange: Exchange,
  answer: Reply,
  { at, seconds }: { readonly at: number; readonly seconds: number },
  clock: ManualClock,
): Promise<void> {
  await sendHead(exchange, answer, { at });
  for (let sent = at; sent < answer.body.byteLength && !exchange.response.destroyed; sent += 1) {
    await delay(1);
    clock.advance(seconds * 1000);
    exchange.response.write(answer.body.subarray(sent, sent + 1));
  }
  exchange.response.end();
}

/** Reads so many bytes of the request's body; an upload that keeps them can go on there. */
async function receive(
  { request, url }: Exchange,
  { received: wanted, keeps = false }: { readonly received: number; readonly keeps?: boolean },
  store: Store,
): Promise<void> {
  let received = Buffer.alloc(0);
  if (wanted === 0) return;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    received = Buffer.concat([received, chunk]);
    if (received.byteLength >= wanted) break;
  }
  const had = store.uploads.get(url.pathname);
  if (keeps && had !== undefined) store.uploads.set(url.pathname, Buffer.concat([had, received.subarray(0, wanted)]));
}
