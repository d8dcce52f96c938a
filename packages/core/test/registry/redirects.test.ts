import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { refuseUrl } from '../../src/network/index.ts';
import { reply, startFakeRegistry } from './fake-registry.ts';
import { failureOf, setup } from './setup.ts';

const BEARER = { kind: 'bearer', token: 't0ken' } as const;

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])('%i to another host is followed without the credential', async (status) => {
    const store = await startFakeRegistry((exchange) => reply(exchange, 200, {}, 'hello'));
    const registry = await startFakeRegistry((exchange) =>
      reply(exchange, status, { location: `http://${store.host}/blob?signature=abc` }),
    );
    const blob = registry.addBlob('hello');
    const { client } = setup({ credential: BEARER });
    expect(await text(await client.readBlob(registry.repository('app'), blob))).toBe('hello');
    expect(registry.exchanges[0]?.authorization).toBe('Bearer t0ken');
    expect(store.exchanges[0]?.authorization).toBeUndefined();
    expect(client.traffic().requests).toBe(2);
  });

  it('on the same host keeps the credential', async () => {
    const registry = await startFakeRegistry(
      (exchange) => exchange.url.pathname !== '/there' && reply(exchange, 302, { location: '/there' }),
    );
    await setup({ credential: BEARER }).client.hasBlob(registry.repository('app'), registry.addBlob('x').digest);
    expect(registry.exchanges[1]?.authorization).toBe('Bearer t0ken');
  });

  it('back from another host does not bring the credential back', async () => {
    const away = await startFakeRegistry((exchange) =>
      reply(exchange, 302, { location: `http://${exchange.url.searchParams.get('back') ?? ''}/there` }),
    );
    const registry = await startFakeRegistry(
      (exchange) =>
        exchange.url.pathname !== '/there' &&
        reply(exchange, 302, { location: `http://${away.host}/?back=${exchange.url.host}` }),
    );
    await setup({ credential: BEARER }).client.hasBlob(registry.repository('app'), registry.addBlob('x').digest);
    expect(registry.exchanges[1]?.authorization).toBeUndefined();
  });

  it('that never ends is given up', async () => {
    const registry = await startFakeRegistry((exchange) => reply(exchange, 302, { location: exchange.url.pathname }));
    const { client } = setup();
    const error = await failureOf(client.hasBlob(registry.repository('app'), registry.addBlob('x').digest));
    expect(error.message).toContain('redirects');
    expect(client.traffic().requests).toBe(11);
  });

  it('without a target is an error', async () => {
    const registry = await startFakeRegistry((exchange) => reply(exchange, 302));
    const { client } = setup();
    const error = await failureOf(client.hasBlob(registry.repository('app'), registry.addBlob('x').digest));
    expect(error.message).toContain('Location');
  });

  it('of a write to a read is not followed', async () => {
    const registry = await startFakeRegistry((exchange) => reply(exchange, 302, { location: '/elsewhere' }));
    await failureOf(setup().client.checkPush(registry.repository('app')));
    expect(registry.lines()).toHaveLength(1);
  });
});

describe('refuseUrl', () => {
  it.each<[string, string, Parameters<typeof refuseUrl>[2], boolean]>([
    ['https://registry.example', 'https://auth.example/token', 'credentials', false],
    ['https://registry.example', 'http://auth.example/token', 'credentials', true],
    ['https://registry.example', 'http://registry.example/token', 'credentials', true],
    ['http://registry.example', 'http://auth.example/token', 'credentials', false],
    ['http://registry.example', 'https://auth.example/token', 'credentials', false],
    ['https://registry.example', 'https://127.0.0.1/token', 'credentials', true],
    ['https://registry.example', 'https://0x7f.1/token', 'credentials', true],
    ['https://registry.example', 'https://localhost/token', 'credentials', true],
    ['https://registry.example', 'https://[::1]/token', 'credentials', true],
    ['https://registry.example', 'https://[::ffff:169.254.169.254]/', 'credentials', true],
    ['https://registry.example', 'https://192.168.1.1/token', 'credentials', true],
    ['https://10.0.0.1:5000', 'https://10.0.0.1/token', 'credentials', false],
    ['https://10.0.0.1', 'https://192.168.0.1/token', 'credentials', false],
    ['https://10.0.0.1', 'https://169.254.169.254/', 'credentials', true],
    ['http://127.0.0.1:5000', 'http://127.0.0.1:5001/token', 'credentials', false],
    ['http://127.0.0.1:5000', 'http://localhost:5001/token', 'credentials', false],
    ['https://registry.example', 'https://10.0.0.1/bucket', 'upload', true],
    ['https://registry.example', 'https://10.0.0.1/bucket', 'download', false],
    ['https://registry.example', 'https://169.254.169.254/', 'download', true],
    ['https://registry.example', 'http://cdn.example/blob', 'download', true],
  ])('from %s to %s for %s: %s', (from, to, errand, refused) => {
    expect(refuseUrl(new URL(to), new URL(from), errand) !== undefined).toBe(refused);
  });
});
