import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

describe('the programs', () => {
  const PACKAGES = path.join(import.meta.dirname, '../../packages');
  /** Modules that can make a connection, and those names of theirs that do. */
  const CONNECTS: readonly (readonly [what: string, pattern: RegExp])[] = [
    ['a socket', /import \{[^}]*\b(?:connect|createConnection|Socket as)\b[^}]*\} from 'node:net'/],
    ['TLS', /import \{[^}]*\bconnect\b[^}]*\} from 'node:tls'/],
    ['a request', /import \{[^}]*\b(?<!type )(?:request|get|Agent)\b[^}]*\} from 'node:https?'/],
    ['undici', /import \{[^}]*\b(?<!type )(?:Agent|Pool|Client|ProxyAgent|fetch|request)\b[^}]*\} from 'undici'/],
    ['a whole module', /import (?:\* as )?\w+ from '(?:node:(?:net|tls|https?|http2|dns|dgram)|undici)'/],
    ['another module', /from '(?:node:(?:https|http2|dns|dns\/promises|dgram|quic)|ws)'/],
    ['a module when it is needed', /import\('(?:node:(?:net|tls|https?|http2|dns|dns\/promises|dgram)|undici)'\)/],
    ['Octokit', /\bnew Octokit\(/],
    ['a global', /(?<![.\w])(?:fetch|new WebSocket|new EventSource|XMLHttpRequest)\(/],
    [
      'another client',
      /import\('@actions\/(?:cache|artifact|http-client|tool-cache)'\)|from '@actions\/(?:cache|artifact|http-client)'/,
    ],
  ];

  it('make connections in these places alone, which pass the policy or stand on a connection that has', async () => {
    expect(await placesOf()).toEqual([
      // TLS over, and HTTP on, a socket of the first.
      'core/src/network/proxy/relay/request.ts: a request',
      'core/src/network/proxy/transport/http-connect.ts: a request',
      'core/src/network/proxy/transport/socket.ts: TLS',
      'core/src/network/proxy/transport/socket.ts: a socket',
      'core/src/network/proxy/transport/transport.ts: undici',
      'core/src/network/schemes.ts: TLS',
      'core/src/trust/probe.ts: TLS',
      // It is given a fetch of ours.
      'github-action/src/api.ts: Octokit',
      // Left out with offline (`createGitHubStore`).
      'github-action/src/cache/toolkit-store.ts: another client',
    ]);
  });

  async function placesOf(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const name of await readdir(PACKAGES, { recursive: true })) {
      if (!/^[^/]+\/src\/.*\.ts$/.test(name)) continue;
      const text = await readFile(path.join(PACKAGES, name), 'utf8');
      for (const [what, pattern] of CONNECTS) if (pattern.test(text)) found.push(`${name}: ${what}`);
    }
    return found.sort();
  }

  it('open sockets for those who have asked the policy, and to proxies that the user names', async () => {
    const callers: string[] = [];
    for (const name of await readdir(path.join(PACKAGES, 'core/src'), { recursive: true })) {
      if (!name.endsWith('.ts')) continue;
      const text = await readFile(path.join(PACKAGES, 'core/src', name), 'utf8');
      if (/(?<!function )\bopenTcp\(/.test(text)) callers.push(name);
    }
    expect(callers.sort()).toEqual(['doctor/checks/proxy.ts', 'network/proxy/transport/connections.ts']);
  });
});
