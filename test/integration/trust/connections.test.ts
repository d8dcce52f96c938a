import { describe, expect, it } from 'vitest';
import { diagnoseTlsFailure, probeTls, readUserCertificates } from '../../../packages/core/src/trust/index.ts';
import {
  authority,
  AUTHORITY_EXTENSIONS,
  request,
  SERVER_EXTENSIONS,
  signed,
  startTcpServer,
  startTlsServer,
  tunnelTo,
} from './peers.ts';

const SIGNAL = new AbortController().signal;

/** What is said about a failure. */
function diagnose(port: number, code: number | string, tunnelled = false) {
  const context = { host: `127.0.0.1:${port}`, code: String(code), sources: [], now: Date.now() };
  const host = tunnelled ? 'unreachable.invalid' : '127.0.0.1';
  return diagnoseTlsFailure(context, { host, open: () => tunnelTo(port) }, { signal: SIGNAL });
}

/** The subjects that a diagnosis lists. */
function subjects(explanation: Awaited<ReturnType<typeof diagnose>>): readonly string[] {
  return (explanation?.details ?? []).filter((line) => /^ {2}\d/.test(line)).map((line) => line.slice(5));
}

describe('a server with an authority that is not trusted', () => {
  it.each([false, true])('is explained by the chain it sends, with a tunnel: %s', async (tunnelled) => {
    const root = await authority('Corp Root');
    const server = await root.issue('registry');
    const port = await startTlsServer({ cert: server.certificate + root.certificate, key: server.key });
    const code = await request(port, '');
    expect(code).toBe('SELF_SIGNED_CERT_IN_CHAIN');
    const explanation = await diagnose(port, code, tunnelled);
    expect(subjects(explanation)).toEqual(['CN=registry', 'CN=Corp Root']);
    expect(explanation?.hint).toContain('"CN=Corp Root" to ca-certificates');
  });

  it('is trusted with the authority given', async () => {
    const root = await authority();
    const server = await root.issue('registry');
    const port = await startTlsServer({ cert: server.certificate, key: server.key });
    expect(await request(port, root.certificate)).toBe(200);
  });

  it('is trusted for one host alone when only that has the authority', async () => {
    const root = await authority();
    const server = await root.issue('registry');
    const port = await startTlsServer({ cert: server.certificate, key: server.key });
    const { certificates } = readUserCertificates(root.certificate, { workingDirectory: '/', now: Date.now() });
    expect(await request(port, '', { certificates })).toBe(200);
  });
});

describe('a server that signed its certificate itself', () => {
  async function start() {
    const own = await signed(undefined, { name: 'registry.corp', extensions: SERVER_EXTENSIONS });
    return { own, port: await startTlsServer({ cert: own.certificate, key: own.key }) };
  }

  it('is explained', async () => {
    const { port } = await start();
    const code = await request(port, '');
    expect(code).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
    expect((await diagnose(port, code))?.hint).toContain('its own to ca-certificates');
  });

  it('is trusted when its certificate is given', async () => {
    const { own, port } = await start();
    expect(await request(port, own.certificate)).toBe(200);
  });
});

describe('a server whose own certificate is given', () => {
  it('needs no authority', async () => {
    const root = await authority();
    const server = await root.issue('registry');
    const port = await startTlsServer({ cert: server.certificate, key: server.key });
    expect(await request(port, server.certificate)).toBe(200);
  });
});

describe('a server with an intermediate authority', () => {
  async function start({ sends }: { readonly sends: boolean }) {
    const root = await authority('Corp Root');
    const issuing = await signed(root, { name: 'Corp Issuing', extensions: AUTHORITY_EXTENSIONS });
    const server = await signed(issuing, { name: 'registry', extensions: SERVER_EXTENSIONS });
    const chain = sends ? server.certificate + issuing.certificate : server.certificate;
    return { root, issuing, port: await startTlsServer({ cert: chain, key: server.key }) };
  }

  it('that it does not send is explained', async () => {
    const { root, port } = await start({ sends: false });
    const code = await request(port, root.certificate);
    expect(code).toBe('UNABLE_TO_GET_ISSUER_CERT_LOCALLY');
    expect((await diagnose(port, code))?.hint).toContain(
      '"CN=Corp Issuing" to ca-certificates; if that is an intermediate',
    );
  });

  it('is trusted with the root', async () => {
    const { root, port } = await start({ sends: true });
    expect(await request(port, root.certificate)).toBe(200);
  });

  it('is trusted with the intermediate alone, as in Go', async () => {
    const { issuing, port } = await start({ sends: false });
    expect(await request(port, issuing.certificate)).toBe(200);
  });

  it('of which nothing is trusted is explained by what is missing', async () => {
    const { port } = await start({ sends: true });
    const code = await request(port, '');
    expect(code).toBe('UNABLE_TO_GET_ISSUER_CERT_LOCALLY');
    expect((await diagnose(port, code))?.hint).toContain('"CN=Corp Root"');
  });
});

describe('a server whose certificate is not good', () => {
  it('any more is explained', async () => {
    const root = await authority();
    const server = await signed(root, { name: 'registry', days: -1, extensions: SERVER_EXTENSIONS });
    const port = await startTlsServer({ cert: server.certificate, key: server.key });
    const code = await request(port, root.certificate);
    expect(code).toBe('CERT_HAS_EXPIRED');
    expect((await diagnose(port, code))?.hint).toMatch(/^Renew the certificate of "CN=registry", which ended on /);
  });

  it('for this host is explained with the hosts it is good for', async () => {
    const root = await authority();
    const server = await root.issue('registry', { hosts: ['other.example', '10.0.0.1'] });
    const port = await startTlsServer({ cert: server.certificate, key: server.key });
    const code = await request(port, root.certificate);
    expect(code).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect((await diagnose(port, code))?.hint).toContain('(other.example, 10.0.0.1)');
  });
});

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('a server that wants a client certificate, %s', (version) => {
  async function start() {
    const root = await authority('Corp Root');
    const server = await root.issue('registry');
    const clients = { requestCert: true, rejectUnauthorized: true, ca: root.certificate };
    const port = await startTlsServer({ cert: server.certificate, key: server.key, maxVersion: version, ...clients });
    return { root, port };
  }

  it('gets it', async () => {
    const { root, port } = await start();
    const own = await root.issue('ci', { client: true });
    const client = { source: 'ci.pem', certificate: own.certificate, key: own.key };
    expect(await request(port, root.certificate, { certificates: [], client })).toBe(200);
  });

  it('is explained when it gets none', async () => {
    const { root, port } = await start();
    const code = await request(port, root.certificate);
    expect((await diagnose(port, code))?.hint).toContain(`client-certificates: 127.0.0.1:${port}=CERTIFICATE,KEY`);
  });

  it('is explained when it does not know whose it is', async () => {
    const { root, port } = await start();
    const stranger = await (await authority('Other')).issue('ci', { client: true });
    const client = { source: 'ci.pem', certificate: stranger.certificate, key: stranger.key };
    const code = String(await request(port, root.certificate, { certificates: [], client }));
    const context = { host: 'registry.corp', code, clientCertificate: client.source, sources: [], now: Date.now() };
    const explanation = await diagnoseTlsFailure(
      context,
      { host: '127.0.0.1', open: () => tunnelTo(port) },
      { signal: SIGNAL },
    );
    expect(explanation?.hint).toContain('Check that ci.pem has not expired');
  });
});

describe('a probe', () => {
  it('tells of a port that speaks no TLS', async () => {
    const port = await startTcpServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const code = await request(port, '');
    expect((await diagnose(port, code))?.hint).toContain(`list 127.0.0.1:${port} in insecure-registries`);
  });

  it('has nothing to say about a connection that was cut', async () => {
    const port = await startTcpServer((socket) => socket.destroy());
    expect(await diagnose(port, 'ECONNRESET')).toBeUndefined();
  });

  it('sends no request', async () => {
    const root = await authority();
    const server = await root.issue('registry');
    const received: Buffer[] = [];
    const port = await startTlsServer({ cert: server.certificate, key: server.key, ALPNProtocols: ['http/1.1'] });
    const relay = await startTcpServer((socket) => {
      void tunnelTo(port).then((target) => {
        socket
          .on('data', (data: Buffer) => received.push(data))
          .pipe(target)
          .on('error', () => undefined);
        target.pipe(socket).on('error', () => undefined);
      });
    });
    await diagnose(relay, 'SELF_SIGNED_CERT_IN_CHAIN');
    // A client's hello and its end of the handshake; more would be a request.
    expect(Buffer.concat(received).length).toBeLessThan(2500);
  });

  it('ends with its time where the server never answers', async () => {
    const port = await startTcpServer(() => undefined);
    const result = await probeTls({ host: '127.0.0.1', open: () => tunnelTo(port) }, { signal: SIGNAL, timeout: 50 });
    expect(result.chain).toEqual([]);
  });

  it('ends with its time where a tunnel never opens', async () => {
    const open = () => new Promise<never>(() => undefined);
    const result = await probeTls({ host: 'a.invalid', open }, { signal: SIGNAL, timeout: 50 });
    expect(result.chain).toEqual([]);
  });
});
