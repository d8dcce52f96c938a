import { createServer } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { startClosedEngine } from '../../bench/closed-engine.ts';
import { type ClosedNetwork, makeClosedNetwork } from '../../bench/closed-network.ts';
import { command } from '../../bench/command.ts';
import { helperImage } from '../../bench/gitlab/helper-image.ts';
import { listen, type Listening } from '../../bench/listen.ts';
import { requiresNetwork, requiresOwnEngine } from '../../support/requires.ts';

async function closedNetwork(hosts: Readonly<Record<string, string>> = {}): Promise<ClosedNetwork> {
  const network = await makeClosedNetwork(hosts);
  onTestFinished(() => network.stop());
  return network;
}

/** A server of this machine that says "here". */
async function server(): Promise<Listening & { readonly port: number }> {
  const listening = await listen(
    createServer((_, response) => response.end('here')),
    'http',
  );
  onTestFinished(() => listening.close());
  return { ...listening, port: Number(new URL(listening.url).port) };
}

async function inside({ launcher }: ClosedNetwork, ...line: readonly string[]): Promise<string> {
  const [program = '', ...args] = [...launcher, ...line];
  return command(program, args);
}

/** A program inside that says what it gets from a URL, or how it fails. */
const FETCH = 'fetch(process.argv[1]).then((answer) => answer.text(), ({ cause }) => cause.code).then(console.log)';

async function fetched(network: ClosedNetwork, url: string): Promise<string> {
  return (await inside(network, process.execPath, '--eval', FETCH, url)).trim();
}

requiresNetwork('a closed network', () => {
  it('has what is let in at its own address, and by a name', async () => {
    const { port, url } = await server();
    const network = await closedNetwork({ 'site.corp': '127.0.0.1' });
    const door = await network.letIn(port);
    expect(await fetched(network, url)).toBe('here');
    expect(await fetched(network, `http://site.corp:${port}`)).toBe('here');
    expect([door.connections(), await network.refusals()]).toEqual([2, 0]);
  });

  it.each([
    ['an address', () => 'http://198.51.100.1'],
    ['a name', () => 'http://registry.example'],
    ['a server of the machine that was not let in', async () => (await server()).url],
  ])('counts who tries to reach %s', async (_what, target) => {
    const network = await closedNetwork();
    expect(await fetched(network, await target())).toMatch(/^E/);
    expect(await network.refusals()).toBeGreaterThan(0);
  });

  it('gives a program all variables, also those that shells do not know', async () => {
    const network = await closedNetwork();
    expect(await inside(network, 'env', 'A-B=c', ...network.launcher, 'env')).toContain('A-B=c\n');
  });

  requiresOwnEngine('with an engine', () => {
    it('has the containers in it as well', async () => {
      const network = await closedNetwork();
      const engine = await startClosedEngine(network, '/etc/ssl/certs/ca-certificates.crt');
      onTestFinished(() => engine.stop());
      const image = await helperImage();
      const docker = (...args: readonly string[]) => command('docker', ['--host', engine.host, ...args]);
      const archive = engine.host.replace(/^unix:(.*)$/, '$1.tar');
      await command('docker', ['save', '--output', archive, image]);
      await docker('load', '--input', archive);
      const attempt = 'exec 3<>/dev/tcp/198.51.100.1/80';
      await expect(docker('run', '--rm', '--network', 'host', image, 'bash', '-c', attempt)).rejects.toThrow('refused');
      expect(await network.refusals()).toBeGreaterThan(0);
    });
  });
});
