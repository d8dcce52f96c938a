import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { certsDirectories, createHostTrust, readClientCertificates } from '../../../packages/core/src/trust/index.ts';
import { command } from '../../bench/command.ts';
import { authority, temporaryDirectory } from './peers.ts';

/** A directory with a client's certificate and key, `me.pem` and `me.key`, and those of another, `you.pem` and `you.key`. */
async function clients() {
  const directory = await temporaryDirectory();
  const root = await authority();
  for (const name of ['me', 'you']) {
    const issued = await root.issue(name, { client: true });
    await copyFile(issued.certificateFile, path.join(directory, `${name}.pem`));
    await copyFile(issued.keyFile, path.join(directory, `${name}.key`));
  }
  return { directory, root, at: (name: string) => path.join(directory, name) };
}

/** Puts files into the folder of one host in a `certs.d`. */
async function certsDirectory(folder: string, files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await temporaryDirectory();
  await mkdir(path.join(directory, folder));
  for (const [name, source] of Object.entries(files)) await copyFile(source, path.join(directory, folder, name));
  return directory;
}

function lookup(directories: readonly string[], registry: string) {
  return createHostTrust({ clientCertificates: new Map(), directories })(registry);
}

describe('the input client-certificates', () => {
  it('gives a pair per registry, by its canonical name', async () => {
    const { directory } = await clients();
    const found = readClientCertificates(
      ['Registry.corp:5000 = me.pem , me.key', 'docker.io=you.pem,you.key'],
      directory,
    );
    expect([...found].map(([registry, { source }]) => [registry, source])).toEqual([
      ['registry.corp:5000', 'me.pem'],
      ['index.docker.io', 'you.pem'],
    ]);
  });

  it('has all its problems told', async () => {
    const { directory, at } = await clients();
    await writeFile(at('broken.pem'), '-----BEGIN CERTIFICATE-----\n');
    const lines = [
      'a=me.pem',
      'b=me.pem,you.key',
      'c=gone.pem,me.key',
      'd=me.pem,me.pem',
      'e=broken.pem,me.key',
      'https://f=me.pem,me.key',
    ];
    expect(() => readClientCertificates(lines, directory)).toThrow(
      [
        'client-certificates: "a=me.pem" is not a client certificate',
        'client-certificates: the key in "you.key" does not belong to the certificate in "me.pem"',
        'client-certificates: "gone.pem" does not exist',
        'client-certificates: "me.pem" has no private key',
        'broken.pem:1: client-certificates: the CERTIFICATE block that begins here has no END line',
        'client-certificates: "https://f=me.pem,me.key" is not a client certificate',
      ].join('\n'),
    );
  });

  it('takes one file with both', async () => {
    const { directory, at } = await clients();
    await command('sh', ['-c', 'cat "$1" "$2" > "$3"', 'sh', at('me.key'), at('me.pem'), at('both.pem')]);
    expect(readClientCertificates(['a=both.pem,both.pem'], directory).get('a')?.certificate).toMatch(
      /^-----BEGIN CERT/,
    );
  });

  it('says how a key that is encrypted can be given', async () => {
    const { directory, at } = await clients();
    await command('openssl', [
      'pkey',
      '-in',
      at('me.key'),
      '-aes256',
      '-passout',
      'pass:canary',
      '-out',
      at('locked.key'),
    ]);
    expect(() => readClientCertificates(['a=me.pem,locked.key'], directory)).toThrow('"locked.key" can\'t be read');
  });
});

describe('certs.d', () => {
  it("gives a registry's authorities and client certificate", async () => {
    const { at, root } = await clients();
    const directory = await certsDirectory('registry.corp:5000', {
      'ca.crt': root.certificateFile,
      'client.cert': at('me.pem'),
      'client.key': at('me.key'),
    });
    const { certificates, client } = lookup([directory], 'registry.corp:5000');
    expect(certificates.map(({ subject }) => subject)).toEqual(['CN=Bench Authority']);
    expect(client?.source).toBe(path.join(directory, 'registry.corp:5000', 'client.cert'));
  });

  it.each([
    ['registry.corp', 'registry.corp:443'],
    ['registry.corp:443', 'registry.corp'],
    ['registry.corp', 'other.corp'],
  ])('of %s is not for %s', async (folder, registry) => {
    const { root } = await clients();
    expect(lookup([await certsDirectory(folder, { 'ca.crt': root.certificateFile })], registry)).toEqual({
      certificates: [],
    });
  });

  it('is the first that has a folder for the host, and no other', async () => {
    const { root, at } = await clients();
    const empty = await certsDirectory('registry.corp', {});
    const full = await certsDirectory('registry.corp', { 'ca.crt': root.certificateFile, 'client.key': at('me.key') });
    expect(lookup([await temporaryDirectory(), empty, full], 'registry.corp')).toEqual({ certificates: [] });
  });

  it('knows Docker Hub by the name that people know', async () => {
    const { root } = await clients();
    const directory = await certsDirectory('docker.io', { 'ca.crt': root.certificateFile });
    expect(lookup([directory], 'index.docker.io').certificates).toHaveLength(1);
  });

  it.each([
    ['client.cert', 'me.pem', 'without its key'],
    ['client.key', 'me.key', 'that is not there'],
    ['ca.crt', 'me.key', 'private key'],
  ])('with %s alone is refused', async (name, source, message) => {
    const { at } = await clients();
    const directory = await certsDirectory('registry.corp', { [name]: at(source) });
    expect(() => lookup([directory], 'registry.corp')).toThrow(message);
  });

  it('gives way to the input for the client certificate, and adds its authorities', async () => {
    const { at, root, directory } = await clients();
    const certs = await certsDirectory('registry.corp', {
      'ca.crt': root.certificateFile,
      'a.cert': at('you.pem'),
      'a.key': at('you.key'),
    });
    const clientCertificates = readClientCertificates(['registry.corp=me.pem,me.key'], directory);
    const trust = createHostTrust({ clientCertificates, directories: [certs] })('registry.corp');
    expect([trust.client?.source, trust.certificates.length]).toEqual(['me.pem', 1]);
  });

  it("is looked for in the user's folders first", () => {
    expect(certsDirectories({ XDG_CONFIG_HOME: '/xdg' }, '/home/me')).toEqual([
      '/home/me/.config/containers/certs.d',
      '/etc/containers/certs.d',
      '/xdg/docker/certs.d',
      '/etc/docker/certs.d',
    ]);
  });
});
