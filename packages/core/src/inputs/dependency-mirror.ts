import { inputError, type Problems } from '../errors/problems.ts';
import { fileAddress } from '../network/file-address.ts';
import { hidingUser } from '../network/proxy/index.ts';
import type { InputReader } from './reader.ts';

const INPUT = 'dependency-mirror';
const VARIABLE = 'BP_DEPENDENCY_MIRROR';
/** What a URL without a host is for: all hosts that have no line of their own. */
const ANY = '';
const HOST = /^(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))*$/;
/** libpak takes it from the original path; packit knows nothing of it. */
const SKIP_PATH = /,skip-path=(\/[^,]*)$/;
const FORM =
  'Write https://MIRROR/PATH for all hosts, or HOST=https://MIRROR/PATH for one; file:/// in the place of https:// for a folder.';

interface Mirror {
  /** Lower case, without a port; `ANY` for all others. */
  readonly host: string;
  readonly value: string;
}

/**
 * The variables by which Paketo's buildpacks fetch their dependencies elsewhere (paketo-buildpacks/rfcs 0060; libpak `dependency_cache.go`,
 * packit `postal/internal/dependency_mirror.go`): BP_DEPENDENCY_MIRROR, and BP_DEPENDENCY_MIRROR_<HOST> with `_` for a dot and `__` for a
 * dash. Both libraries look at variables before bindings, and packit at no binding once there is a variable for all hosts: so everything is
 * a variable, and what may not be in one, a password, is refused.
 */
export function readDependencyMirrors(reader: InputReader, problems: Problems): Readonly<Record<string, string>> {
  const mirrors = new Map<string, string>();
  for (const line of reader.list(INPUT)) {
    const mirror = problems.attempt(() => parseMirror(line));
    if (mirror === undefined) continue;
    const { host, value } = mirror;
    if (mirrors.has(host)) problems.report(INPUT, `${host === ANY ? 'all hosts have' : `"${host}" has`} two mirrors`);
    mirrors.set(host, value);
  }
  noteAmbiguous([...mirrors.keys()], problems);
  return Object.fromEntries([...mirrors].map(([host, value]) => [variableFor(host), value]));
}

/**
 * The hosts that serve as mirrors. Of the input alone: variables may come from files of the app, which must not choose whom we connect to.
 */
export function dependencyMirrorHosts(reader: InputReader): readonly string[] {
  return reader.list(INPUT).flatMap((line) => {
    const [address = ''] = /https:\/\/[^,]*/i.exec(line) ?? [];
    return URL.canParse(address) ? [new URL(address).hostname] : [];
  });
}

function parseMirror(line: string): Mirror {
  const [, host, text = ''] = /^(?:([^=/]*?)\s*=\s*)?(.*)$/s.exec(line) ?? [];
  const [, skipped] = SKIP_PATH.exec(text) ?? [];
  const value = parseAddress(text.replace(SKIP_PATH, ''), host?.toLowerCase());
  return {
    host: host === undefined ? ANY : parseHost(host),
    value: skipped === undefined ? value : `${value},skip-path=${skipped}`,
  };
}

function parseHost(text: string): string {
  const host = text.toLowerCase();
  if (HOST.test(host) && host !== 'default') return host;
  const bare = host.replace(/:\d+$/, '');
  const hint = HOST.test(bare)
    ? `Write the host alone: ${bare}. It counts with all its ports.`
    : 'A name has letters, digits, dots and dashes: variables have no place for others.';
  throw inputError(INPUT, `"${text}" is not the name of a host`, hint);
}

/** The address without a slash at its end, since the path of what is fetched follows. */
function parseAddress(text: string, host: string | undefined): string {
  if (text.includes('@')) throw passwordRefused(text, host);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:') {
    throw inputError(INPUT, `"${text}" is plain http`, 'Paketo’s buildpacks take https:// and file:/// only.');
  }
  // Both libraries read the text as it stands: what `URL` would put right is no address.
  if (url === undefined || !/^(?:https:\/\/[^/]|file:\/\/\/)/i.test(text)) {
    throw inputError(INPUT, `"${text}" is not the address of a mirror`, FORM);
  }
  const [extra] = /[,?#]/.exec(text) ?? [];
  if (extra !== undefined) {
    throw inputError(
      INPUT,
      `"${text}" has a "${extra}", which does not stay in the address`,
      extra === ','
        ? 'Write %2C for a comma in a path; after it only skip-path=/PATH has a meaning.'
        : 'Give host and path alone.',
    );
  }
  const bare = text.replace(/\/+$/, '');
  return url.protocol === 'file:' ? fileAddress(bare.slice('file://'.length)) : bare;
}

function passwordRefused(text: string, host = 'default'): Error {
  const hint = `Buildpacks print variables. Put the whole address into a file, and give it by bindings: mirrors/type=dependency-mirror, mirrors/${host}=FILE. An @ in a path is written %40.`;
  return inputError(INPUT, `"${hidingUser(text)}" is given with a user or a password`, hint);
}

/** packit looks for a host's name anywhere in an address, and takes the first that it finds. */
function noteAmbiguous(hosts: readonly string[], problems: Problems): void {
  for (const host of hosts.filter((name) => name !== ANY)) {
    const longer = hosts.find((other) => other !== host && other.includes(host));
    if (longer === undefined) continue;
    problems.notice(
      `${INPUT}: "${host}" is a part of "${longer}", and buildpacks that are made with packit (Node.js, Python, Go and others) may take the mirror of either`,
    );
  }
}

function variableFor(host: string): string {
  return host === ANY ? VARIABLE : `${VARIABLE}_${host.replaceAll('-', '__').replaceAll('.', '_').toUpperCase()}`;
}
