import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Plan } from '../../../packages/core/src/build/plan.ts';
import { withRelays } from '../../../packages/core/src/build/relays.ts';
import { selectEngine, type WantedEngine } from '../../../packages/core/src/engine/index.ts';
import type { Image } from '../../../packages/core/src/image/source.ts';
import { parseConnectionInputs, type RawInputs } from '../../../packages/core/src/inputs/index.ts';
import { buildProxyEnvironment } from '../../../packages/core/src/network/proxy/index.ts';
import type { Ports } from '../../../packages/core/src/index.ts';
import { openNetwork } from '../../../packages/core/test/support/network.ts';
import { accepts } from '../../bench/server-process.ts';
import { hostBuilder } from '../../support/host-builder.ts';
import { requiresDocker, requiresRoot } from '../../support/requires.ts';
import { type ForwardProxy, startForwardProxy } from '../proxy/forward-proxy.ts';
import { plainOrigin } from '../proxy/origin.ts';
import { CANARY, enginePorts, newBuildDirectory, newRun, removeImage } from './support.ts';

/** Asks the proxy of the environment for `$URL` and prints the answer. */
const FETCH = `
proxy=\${HTTP_PROXY#http://}
exec 3<>"/dev/tcp/\${proxy%:*}/\${proxy##*:}"
printf 'GET %s HTTP/1.1\\r\\nHost: origin\\r\\nConnection: close\\r\\n\\r\\n' "$URL" >&3
cat <&3
`;

type Environment = Readonly<Record<string, string>>;

interface Options {
  readonly network?: string;
  /** Inputs beside the environment's HTTP_PROXY. */
  readonly inputs?: RawInputs;
}

/** An engine, told of a proxy, and what it warned of. */
interface Fetcher {
  readonly warnings: readonly string[];
  /** Does the work with what a build would get for its environment. */
  readonly relayed: <T>(options: Options, work: (environment: Environment) => Promise<T>) => Promise<T>;
  /** What a build in this environment gets from its proxy for a URL. */
  readonly fetch: (url: URL, environment: Environment, network?: string) => Promise<readonly string[]>;
}

describe('a relay', () => {
  let builder: Image;
  beforeAll(async () => {
    builder = await hostBuilder();
  });
  afterAll(() => {
    removeImage(builder);
  });

  async function fetcher(wanted: WantedEngine, uid: number, proxy: string): Promise<Fetcher> {
    const warnings: string[] = [];
    const own = enginePorts({ uid });
    const log = { ...own.log, warn: (text: string) => void warnings.push(text) };
    const read = (inputs: RawInputs) =>
      parseConnectionInputs(inputs, { environment: { HTTP_PROXY: proxy }, workingDirectory: '/', now: 0 });
    const network = openNetwork({}, { log });
    const ports: Ports = { ...own, log, network };
    const engine = await selectEngine(wanted, ports);
    const directory = await newBuildDirectory();
    onTestFinished(async () => {
      await engine.dispose();
    });
    await engine.provide({ image: builder }, directory, ports.signal);
    return {
      warnings,
      relayed: async ({ network: name = 'default', inputs = {} }, work) => {
        const connection = read(inputs);
        const { proxies: settings, buildProxies } = connection;
        const environment = buildProxyEnvironment({ settings, inputs: buildProxies });
        const plan = { lifecycle: { environment, network: name } } as unknown as Plan;
        return withRelays({ plan, engine, connection }, ports, work);
      },
      fetch: async (url, environment, name = 'default') => {
        const run = newRun(builder, directory, FETCH, {
          environment: { ...environment, URL: url.href },
          network: name,
        });
        await engine.run({ ...run, command: ['/bin/bash', '-c', FETCH] });
        return run.lines;
      },
    };
  }

  async function proxyWithPassword(): Promise<ForwardProxy & { readonly value: string }> {
    const proxy = await startForwardProxy();
    return { ...proxy, value: `http://ann:${CANARY}@${proxy.url.host}` };
  }

  const authorization = `Basic ${btoa(`ann:${CANARY}`)}`;

  function lets(wanted: WantedEngine, uid: number, network: string): void {
    it(`lets a build on the network ${network} through, adds the password, and ends with it`, async () => {
      const [proxy, origin] = [await proxyWithPassword(), await plainOrigin()];
      const { relayed, fetch, warnings } = await fetcher(wanted, uid, proxy.value);
      const environment = await relayed({ network }, async (given) => {
        expect((await fetch(origin, given, network))[0]).toBe('HTTP/1.1 200 OK');
        return given;
      });
      expect(proxy.seen).toEqual([{ request: `GET ${origin.href}`, authorization }]);
      expect([JSON.stringify(environment), warnings]).toEqual([expect.not.stringContaining(CANARY), []]);
      expect(environment['http_proxy']).toBe(environment['HTTP_PROXY']);
      const relay = new URL(environment['http_proxy'] ?? '');
      expect(await accepts(Number(relay.port), relay.hostname)).toBe(false);
    });
  }

  requiresRoot('of the rootfs engine', () => {
    lets('rootfs', 0, 'default');
  });

  requiresDocker('of a container engine', () => {
    lets('container', 12_345, 'default');
    lets('container', 12_345, 'host');

    it('is on the gateway of a network that the user made', async () => {
      const network = `buildpacks-ci-test-${process.pid}`;
      const docker = (...args: string[]) => execFileSync('docker', args, { encoding: 'utf8' });
      docker('network', 'create', '--subnet', '198.51.100.0/28', '--gateway', '198.51.100.1', network);
      onTestFinished(() => {
        docker('network', 'rm', network);
      });
      const [proxy, origin] = [await proxyWithPassword(), await plainOrigin()];
      const { relayed, fetch } = await fetcher('container', 0, proxy.value);
      await relayed({ network }, async (environment) => {
        expect(environment['HTTP_PROXY']).toMatch(/^http:\/\/198\.51\.100\.1:/);
        expect((await fetch(origin, environment, network))[0]).toBe('HTTP/1.1 200 OK');
      });
    });

    it('turns other containers of the same network away', async () => {
      const proxy = await proxyWithPassword();
      const [first, turnedAway] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
      let requests = 0;
      const origin = await plainOrigin((_, response) => {
        requests += 1;
        first.resolve(undefined);
        void turnedAway.promise.then(() => response.end());
      });
      const build = await fetcher('container', 0, proxy.value);
      const other = await fetcher('container', 0, proxy.value);
      await build.relayed({}, async (environment) => {
        const fetched = build.fetch(origin, environment);
        await first.promise;
        const theirs = await other.fetch(origin, environment).finally(() => {
          turnedAway.resolve(undefined);
        });
        expect(theirs).toEqual([]);
        expect((await fetched)[0]).toBe('HTTP/1.1 200 OK');
      });
      expect([requests, build.warnings]).toEqual([1, [expect.stringContaining('was turned away')]]);
    });

    it('stands in for a proxy on loopback, too, which a container does not reach', async () => {
      const [proxy, origin] = [await startForwardProxy(), await plainOrigin()];
      const { relayed, fetch } = await fetcher('container', 0, proxy.url.host);
      const lines = await relayed({}, (environment) => fetch(origin, environment));
      expect(lines[0]).toBe('HTTP/1.1 200 OK');
      expect(proxy.seen).toEqual([{ request: `GET ${origin.href}`, authorization: undefined }]);
    });

    it('is not wanted where the user names a proxy for buildpacks', async () => {
      const { relayed, warnings } = await fetcher('container', 0, `http://ann:${CANARY}@proxy.invalid:1`);
      const inputs = { 'build-http-proxy': 'http://proxy.invalid:1' };
      const proxies = await relayed({ inputs }, (environment) => Promise.resolve(environment['HTTP_PROXY']));
      expect([proxies, warnings]).toEqual(['http://proxy.invalid:1', []]);
    });
  });

  requiresDocker('that has no place', () => {
    it('is told of once, with what to do', async () => {
      const { relayed, warnings } = await fetcher('container', 0, `http://ann:${CANARY}@proxy.invalid:1`);
      // What the engine does not have can't lead to us.
      const given = await relayed({ network: 'no-such-network' }, (environment) => Promise.resolve(environment));
      expect(given['HTTP_PROXY']).toBe('http://proxy.invalid:1');
      expect(warnings).toEqual([
        expect.stringMatching(
          /^buildpacks get the proxy http:\/\/proxy\.invalid:1 without its password.*build-http-proxy/,
        ),
      ]);
    });
  });

  requiresDocker('of a build that fails', () => {
    it('ends all the same', async () => {
      const { relayed } = await fetcher('container', 0, `http://ann:${CANARY}@proxy.invalid:1`);
      let relay = new URL('http://none');
      const failing = relayed({}, (environment) => {
        relay = new URL(environment['HTTP_PROXY'] ?? '');
        return Promise.reject(new Error('a buildpack failed'));
      });
      await expect(failing).rejects.toThrow('a buildpack failed');
      expect(await accepts(Number(relay.port), relay.hostname)).toBe(false);
    });
  });
});
