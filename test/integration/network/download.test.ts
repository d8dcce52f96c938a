import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { download } from '../../../packages/core/src/network/index.ts';
import { SILENT_LOG } from '../../../packages/core/src/ports/index.ts';
import { openNetwork } from '../../../packages/core/test/support/network.ts';
import { type Certificate, makeAuthority } from '../../bench/certificates.ts';
import { listen } from '../../bench/listen.ts';

const CONTENT = 'a buildpack';
const DIGEST = `sha256:${createHash('sha256').update(CONTENT).digest('hex')}` as const;

let scratch: string;
let authority: Certificate;
let certificate: Certificate;
beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'download-'));
  const made = await makeAuthority(path.join(scratch, 'ca'));
  authority = made;
  certificate = await made.issue('server');
});
afterAll(() => rm(scratch, { recursive: true }));

/** A server that answers as the listener does; gives its address and the paths that were asked for, with their headers. */
async function serve(listener: RequestListener) {
  const asked: string[] = [];
  const server = createServer({ cert: certificate.certificate, key: certificate.key }, (request, response) => {
    asked.push(`${request.url ?? ''}${request.headers.authorization ?? ''}`);
    listener(request, response);
  });
  const listening = await listen(server, 'https');
  onTestFinished(() => listening.close());
  return { url: listening.url, asked };
}

/** Downloads with a clock that does not wait; gives the file's text. */
async function fetchText(url: string, maxBytes = 1000): Promise<string> {
  const network = openNetwork({ 'ca-certificates': authority.certificate });
  const target = path.join(scratch, 'file');
  const { signal } = new AbortController();
  const clock = { now: () => 0, sleep: () => Promise.resolve() };
  await download({ url: new URL(url), digest: DIGEST, target, maxBytes }, { network, clock, log: SILENT_LOG, signal });
  return readFile(target, 'utf8');
}

describe('a file on the web', () => {
  it('is saved when it has the digest', async () => {
    const { url } = await serve((_, response) => response.end(CONTENT));
    expect(await fetchText(`${url}/bp.tgz?part=1`)).toBe(CONTENT);
  });

  it('may be elsewhere', async () => {
    const { url, asked } = await serve(({ url: place }, response) => {
      if (place === '/there') response.end(CONTENT);
      else response.writeHead(302, { location: '/there' }).end();
    });
    expect(await fetchText(`${url}/here`)).toBe(CONTENT);
    expect(asked).toEqual(['/here', '/there']);
  });

  it('goes into a file of its own, where a link was', async () => {
    const victim = path.join(scratch, 'victim');
    await writeFile(victim, 'mine');
    await rm(path.join(scratch, 'file'), { force: true });
    await symlink(victim, path.join(scratch, 'file'));
    const { url } = await serve((_, response) => response.end(CONTENT));
    expect(await fetchText(url)).toBe(CONTENT);
    expect(await readFile(victim, 'utf8')).toBe('mine');
  });

  it('is asked for again when the server is in trouble', async () => {
    const { url, asked } = await serve((_, response) => {
      if (asked.length < 3) response.writeHead(503).end();
      else response.end(CONTENT);
    });
    expect(await fetchText(`${url}/bp.tgz`)).toBe(CONTENT);
  });

  it.each<[string, RequestListener, string, string]>([
    ['other content', (_, response) => response.end('forged'), 'image', 'has the digest sha256:'],
    ['more than is allowed', (_, response) => response.end(CONTENT.repeat(100)), 'registry', 'more than 1000 bytes'],
    ['nothing', (_, response) => response.writeHead(404).end(), 'registry', '404 Not Found'],
    ['a refusal', (_, response) => response.writeHead(403).end(), 'denied', '403 Forbidden'],
    ['lasting trouble', (_, response) => response.writeHead(503).end(), 'temporary', '503 Service Unavailable'],
    [
      'half of it',
      (_, response) => void response.writeHead(200, { 'content-length': 99 }).write('a', () => response.destroy()),
      'temporary',
      'failed',
    ],
    [
      'a redirect to plain http',
      (_, response) => response.writeHead(302, { location: 'http://127.0.0.1/' }).end(),
      'registry',
      'it is plain http',
    ],
    [
      'a redirect into somebody’s network',
      (_, response) => response.writeHead(302, { location: 'https://10.0.0.1/' }).end(),
      'registry',
      'it leads to a private address',
    ],
    [
      'a ring of redirects',
      (_, response) => response.writeHead(302, { location: '/' }).end(),
      'registry',
      'more than 5 times',
    ],
  ])('is refused: %s', async (_, listener, code, message) => {
    const { url } = await serve(listener);
    const secret = `${url}/bp.tgz?token=secret`;
    const error: unknown = await fetchText(secret).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) as string });
    expect((error as Error).message).not.toContain('secret');
  });
});
