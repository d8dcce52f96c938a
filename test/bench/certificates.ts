import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { command, isMissingProgram } from './command.ts';

/** A certificate with its private key: texts in PEM, and the files that hold them. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

export interface IssueOptions {
  /** Names and addresses that a server's certificate is good for. Default: this machine's own. */
  readonly hosts?: readonly string[];
  /** Good for a client's authentication instead. */
  readonly client?: boolean;
}

/** A certificate authority that nobody trusts but who is told to. Its own certificate is the one to trust. */
export interface Authority extends Certificate {
  /** Makes a certificate that this authority signed. */
  issue(name: string, options?: IssueOptions): Promise<Certificate>;
}

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
const DAYS = '90';

/**
 * Makes an authority with files in `directory`, a test's temporary folder.
 *
 * @throws Error when openssl 3 is not installed
 */
export async function makeAuthority(directory: string, name = 'Bench Authority'): Promise<Authority> {
  await mkdir(directory, { recursive: true });
  const own = await make(directory, name, [], ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign']);
  return { ...own, issue: (subject, options = {}) => make(directory, subject, signedBy(own), extensionsOf(options)) };
}

/**
 * The same authority, which now has an intermediate one sign for it. What is issued comes with the intermediate's certificate
 * behind its own, unless `omitted`: the mistake of many servers, whose certificates then nobody can follow to the root.
 */
export async function withIntermediate(
  root: Authority,
  options: { readonly name?: string; readonly omitted?: boolean } = {},
): Promise<Authority> {
  const directory = path.dirname(root.certificateFile);
  const extensions = ['basicConstraints=critical,CA:TRUE,pathlen:0', 'keyUsage=critical,keyCertSign'];
  const intermediate = await make(directory, options.name ?? 'Bench Intermediate', signedBy(root), extensions);
  const issue: Authority['issue'] = async (subject, settings = {}) => {
    const own = await make(directory, subject, signedBy(intermediate), extensionsOf(settings));
    if (options.omitted === true) return own;
    const certificate = own.certificate + intermediate.certificate;
    await writeFile(own.certificateFile, certificate);
    return { ...own, certificate };
  };
  return { ...root, issue };
}

function signedBy({ certificateFile, keyFile }: Certificate): readonly string[] {
  return ['-CA', certificateFile, '-CAkey', keyFile];
}

function extensionsOf({ hosts = LOOPBACK, client = false }: IssueOptions): readonly string[] {
  const usage = ['basicConstraints=critical,CA:FALSE', 'keyUsage=critical,digitalSignature'];
  if (client) return [...usage, 'extendedKeyUsage=clientAuth'];
  const names = hosts.map((host) => (/^[\d.]+$|:/.test(host) ? `IP:${host}` : `DNS:${host}`));
  return [...usage, 'extendedKeyUsage=serverAuth', `subjectAltName=${names.join(',')}`];
}

async function make(
  directory: string,
  name: string,
  signing: readonly string[],
  extensions: readonly string[],
): Promise<Certificate> {
  const base = path.join(directory, randomUUID());
  const files = { certificateFile: `${base}.crt`, keyFile: `${base}.key` };
  const added = extensions.flatMap((extension) => ['-addext', extension]);
  const output = ['-keyout', files.keyFile, '-out', files.certificateFile];
  // No file of the machine's settings: Debian's adds extensions of its own to every certificate.
  const settings = ['-config', '/dev/null', '-subj', `/CN=${name}`, '-days', DAYS];
  await openssl(['req', '-x509', ...settings, ...NEW_KEY, ...signing, ...added, ...output]);
  const [certificate, key] = await Promise.all([
    readFile(files.certificateFile, 'utf8'),
    readFile(files.keyFile, 'utf8'),
  ]);
  return { certificate, key, ...files };
}

async function openssl(args: readonly string[]): Promise<void> {
  try {
    await command('openssl', args);
  } catch (error) {
    if (!isMissingProgram(error)) throw error;
    throw new Error('the test bench makes certificates with openssl, which is not installed', { cause: error });
  }
}
