import type { Socket } from 'node:net';
import { optional } from '../../../src/json/json.ts';
import { type Exchange, type FakeRegistry, startFakeRegistry } from '../fake-registry.ts';
import type { ManualClock } from '../setup.ts';
import { deliver, type Delivery } from './delivery.ts';
import type { Effect, Fault, Places } from './fault.ts';
import { Guard, type GuardRules } from './guard.ts';
import type { Reply } from './reply.ts';
import { describeRequest } from './request-line.ts';
import { Store } from './store.ts';

export interface FaultRegistry {
  readonly registry: FakeRegistry;
  /** Another host: an object store, a token service, or whatever a registry sends its clients to. */
  readonly elsewhere: FakeRegistry;
  readonly store: Store;
  /** What both have been asked, in order (`describeRequest`; `elsewhere` before what the other host was asked). */
  readonly requests: readonly string[];
}

export interface FaultRegistryOptions {
  readonly faults: readonly Fault[];
  readonly guard?: GuardRules | undefined;
  /** Moved on by answers that take their time. */
  readonly clock: ManualClock;
  readonly address?: '127.0.0.1' | '::1';
}

/** A registry that keeps to the specification except where its faults say otherwise, and another host with the same content. */
export async function startFaultRegistry(options: FaultRegistryOptions): Promise<FaultRegistry> {
  const store = new Store();
  const requests: string[] = [];
  const faults = new Faults(options.faults);
  const guard = new Guard(options.guard);
  const sockets = new WeakSet<Socket>();
  const hosts = { registry: '', elsewhere: '' };

  const serve = (prefix: string) => async (exchange: Exchange) => {
    const line = `${prefix}${describeRequest(exchange)}`;
    requests.push(line);
    const places: Places = { ...hosts, path: exchange.url.pathname, query: exchange.url.search };
    const met = faults.meet(line, sockets.has(exchange.request.socket));
    sockets.add(exchange.request.socket);
    if (met?.kind === 'expires') guard.expireTokens();
    const answer = () => answerOf(exchange, { met, guard, places });
    await deliver(exchange, answer, {
      delivery: met && isDelivery(met) ? met : undefined,
      clock: options.clock,
      store,
    });
    return true;
  };
  const shared = { store, ...optional('address', options.address) };
  const registry = await startFakeRegistry(serve(''), shared);
  const elsewhere = await startFakeRegistry(serve('elsewhere '), { store });
  Object.assign(hosts, { registry: registry.host, elsewhere: elsewhere.host });
  return { registry, elsewhere, store, requests };
}

interface Circumstances {
  readonly met: Effect | undefined;
  readonly guard: Guard;
  readonly places: Places;
}

async function answerOf(exchange: Exchange, { met, guard, places }: Circumstances): Promise<Reply> {
  if (met?.kind === 'answers') {
    if (met.unread !== true) await drain(exchange);
    return met.reply(places);
  }
  const refusal = guard.answer(exchange, places);
  if (refusal !== undefined) return refusal;
  const reply = await exchange.answer();
  return met?.kind === 'alters' ? met.change(reply, places) : reply;
}

async function drain({ request }: Exchange): Promise<void> {
  request.resume();
  if (!request.complete) await new Promise((resolve) => request.once('end', resolve));
}

function isDelivery(effect: Effect): effect is Delivery {
  return effect.kind !== 'answers' && effect.kind !== 'alters' && effect.kind !== 'expires';
}

/** Which faults are still to come. */
class Faults {
  readonly #left: { readonly fault: Fault; times: number }[];

  constructor(faults: readonly Fault[]) {
    this.#left = faults.map((fault) => ({ fault, times: fault.times }));
  }

  /** What the first fault does that fits a request. */
  meet(line: string, reused: boolean): Effect | undefined {
    const met = this.#left.find(({ fault, times }) => {
      return times > 0 && line.startsWith(fault.on) && (reused || !fault.reused);
    });
    if (met !== undefined) met.times -= 1;
    return met?.fault.effect;
  }
}
