import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { parseRetryAfter } from '../../src/registry/rate-limit.ts';
import { type Fault, reply, startFakeRegistry } from './fake-registry.ts';
import { failureOf, setup } from './setup.ts';

/** Answers the first requests with these statuses. */
function failing(statuses: readonly number[], headers: Record<string, string> = {}): Fault {
  const left = [...statuses];
  return (exchange) => {
    const status = left.shift();
    return status !== undefined && reply(exchange, status, headers);
  };
}

describe('a failure that may pass', () => {
  it.each([
    [408, 500],
    [429, 2000],
    [500, 500],
    [502, 500],
    [503, 500],
    [504, 500],
    [522, 500],
  ])('is tried again: %i after %i ms', async (status, wait) => {
    const registry = await startFakeRegistry(failing([status]));
    const { client, clock } = setup();
    expect(await client.hasBlob(registry.repository('app'), registry.addBlob('x').digest)).toBe(true);
    expect(clock.slept).toEqual([wait]);
  });

  it('is told while it lasts: nobody likes to wait for minutes without a word', async () => {
    const registry = await startFakeRegistry(failing([503]));
    const { client, told } = setup();
    await client.hasBlob(registry.repository('app'), registry.addBlob('x').digest);
    expect(told).toEqual([expect.stringContaining('trying again')]);
  });

  it.each([
    ['once for all calls that it stops at the same time', 40, 1, (slept: number) => -slept],
    ['again when it goes on', 1, 3, () => 6_000],
  ])('is told %s', async (_what, calls, lines, passing) => {
    const registry = await startFakeRegistry((exchange) => reply(exchange, 503));
    const { client, clock, told } = setup();
    clock.duringSleep = () => {
      clock.advance(passing(clock.slept.at(-1) ?? 0));
    };
    const digests = Array.from({ length: calls }, (_, index) => registry.addBlob(String(index)).digest);
    await Promise.allSettled(digests.map((digest) => client.hasBlob(registry.repository('app'), digest)));
    expect(told).toHaveLength(lines);
  });
});

describe('a failure that lasts', () => {
  it.each([400, 403, 405, 413])('is not tried again: %i', async (status) => {
    const registry = await startFakeRegistry((exchange) => reply(exchange, status));
    const { client } = setup();
    await failureOf(client.checkPush(registry.repository('app')));
    expect(client.traffic().requests).toBe(1);
  });

  it('tells what the registry said, on one line and not endless', async () => {
    const body = JSON.stringify({ errors: [{ code: 'DENIED', message: `no\n\u001b[31m${'word '.repeat(500)}` }] });
    const registry = await startFakeRegistry((exchange) => reply(exchange, 403, {}, body));
    const error = await failureOf(setup().client.checkPush(registry.repository('app')));
    expect(error.entries[0]?.code).toBe('DENIED');
    expect(error.message).toMatch(/403 Forbidden \(DENIED: no {1,2}\[31m(?:word )+…\)/);
    expect(error.message.length).toBeLessThan(700);
  });

  it('names task, method and URL, and no secret of the URL', async () => {
    const registry = await startFakeRegistry((exchange) =>
      exchange.url.pathname === '/store'
        ? reply(exchange, 403)
        : reply(exchange, 307, { location: '/store?X-Amz-Signature=s3cret&digest=d' }),
    );
    const { client, logged } = setup();
    const error = await failureOf(client.manifest({ kind: 'tag', repository: registry.repository('app'), tag: 'v1' }));
    expect(error.message).toContain(
      `can't read the manifest of ${registry.host}/app:v1: GET http://${registry.host}/store`,
    );
    expect([error.message, error.url, ...logged].join()).not.toContain('s3cret');
  });
});

describe('a registry that is not there', () => {
  it('is temporary, after retries', async () => {
    const { client, clock } = setup();
    const host = await closedPort();
    const error = await failureOf(client.hasBlob({ registry: host, path: 'app' }, `sha256:${'0'.repeat(64)}`));
    expect([error.code, error.status]).toEqual(['temporary', undefined]);
    expect(error.message).toContain(`${host} refused the connection`);
    expect(clock.slept).toHaveLength(3);
  });
});

describe('cancelling', () => {
  it('ends a request that waits for its answer', async () => {
    const controller = new AbortController();
    const registry = await startFakeRegistry(() => {
      controller.abort();
      return true;
    });
    const { client } = setup({ signal: controller.signal });
    const call = client.hasBlob(registry.repository('app'), registry.addBlob('x').digest);
    await expect(call).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('parseRetryAfter', () => {
  const now = Date.UTC(2026, 10, 21, 8, 0, 0);
  it.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['Sat, 21 Nov 2026 08:01:00 GMT', 60_000],
    ['Sat, 21 Nov 2026 07:00:00 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['2026', 2_026_000],
    ['99999999999', 99_999_999_999_000],
    [undefined, undefined],
  ])('%s is %s', (header, expected) => {
    expect(parseRetryAfter(header, now)).toBe(expected);
  });
});

async function closedPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${port}`;
}
