import path from 'node:path';
import type { InputError } from '../errors/index.ts';
import { inputError, Problems } from '../errors/problems.ts';
import { kindOf } from '../files/file-kind.ts';
import { listNames, readText } from './files.ts';
import { parseHostsToml, registryOfDirectory } from './hosts-toml.ts';
import { parseMirrorLines } from './lines.ts';
import { isLocation, normalizeLocation } from './location.ts';
import { mergeRules } from './merge.ts';
import type { MirrorRules } from './model.ts';
import { joinMirrorSets, parseMirrorSets } from './openshift.ts';
import { ANY_REGISTRY } from './prefix.ts';
import { applyDropIns, parseRegistriesConf } from './registries-conf.ts';

/** The inputs that say where images are pulled from. */
export interface MirrorInputs {
  /** `registries-conf`: paths of files and directories. Of rules for one prefix the first one's is used. */
  readonly files: readonly string[];
  /** `registry-mirrors`: `PREFIX=MIRROR`. They win over every file. */
  readonly lines: readonly string[];
}

const INPUT = 'registries-conf';
const HOSTS_TOML = 'hosts.toml';
/** In a directory, as a ConfigMap is one: not what is hidden, and nothing that is there for something else. */
const RULES = /^[^.].*\.(?:conf|ya?ml|json)$/;
const KINDS =
  'It takes a registries.conf (version 2), a YAML file with ImageDigestMirrorSet or ImageTagMirrorSet objects, a hosts.toml, or a directory with such files or with <registry>/hosts.toml.';

/** Where something is, and its name for people. */
interface Location {
  readonly absolute: string;
  readonly shown: string;
}

/** What one place gave. The mirror sets of all places are those of one cluster, and are joined. */
interface ReadRules extends MirrorRules {
  readonly format: 'registries.conf' | 'mirror sets' | 'hosts.toml';
}

/**
 * Reads the mirror rules that the inputs name. What a file is shows in its name and its content:
 *
 * - a registries.conf of version 2, with the drop-ins `<file>.d/*.conf` (`containers-registries.conf.d(5)`);
 * - YAML or JSON with OpenShift's mirror sets;
 * - `<registry>/hosts.toml`, or a directory with such folders, `_default` among them (containerd, `docs/hosts.md`);
 * - a directory with files of the first two kinds, `*.conf`, `*.yaml` and `*.json`.
 *
 * @param context the directory where relative paths start
 * @throws InputError with every problem, each with its file and line
 */
export function readMirrorRules(
  { files, lines }: MirrorInputs,
  { workingDirectory }: { readonly workingDirectory: string },
): MirrorRules {
  const problems = new Problems();
  const own = problems.attempt(() => parseMirrorLines(lines));
  const read = files.flatMap((file) => {
    const location = { absolute: path.resolve(workingDirectory, file), shown: file };
    return problems.attempt(() => readLocation(location)) ?? [];
  });
  problems.throwIfAny();
  const sets = read.filter(({ format }) => format === 'mirror sets');
  const [firstSet] = sets;
  const ordered = read.flatMap((rules) => {
    if (rules.format !== 'mirror sets') return [rules];
    return rules === firstSet ? [joinMirrorSets(sets)] : [];
  });
  return mergeRules([...(own === undefined ? [] : [own]), ...ordered]);
}

function readLocation(location: Location): readonly ReadRules[] {
  if (kindOf(location.absolute) !== 'directory') return [readFile(location)];
  if (kindOf(path.join(location.absolute, HOSTS_TOML)) === 'file') return [readHostsToml(below(location, HOSTS_TOML))];
  const names = listNames(location.absolute, 'directory');
  if (names === undefined) throw problem(location, 'can not be listed');
  const folders = names.filter((name) => kindOf(path.join(location.absolute, name, HOSTS_TOML)) === 'file');
  const files = (listNames(location.absolute, 'file') ?? []).filter((name) => RULES.test(name));
  if (folders.length + files.length === 0) {
    throw problem(location, 'is a directory without <registry>/hosts.toml, *.conf and *.yaml', KINDS);
  }
  const problems = new Problems();
  const read = [
    ...folders.flatMap((name) => problems.attempt(() => readHostsToml(below(location, name, HOSTS_TOML))) ?? []),
    ...files.flatMap((name) => problems.attempt(() => readFile(below(location, name))) ?? []),
  ];
  problems.throwIfAny();
  return read;
}

function readFile(location: Location): ReadRules {
  const { absolute, shown } = location;
  if (path.basename(absolute) === HOSTS_TOML) return readHostsToml(location);
  const text = textOf(location);
  if (isDaemonJson(text)) {
    const hint = 'Write its mirrors into the input registry-mirrors: docker.io=HOST.';
    throw problem(location, "is the Docker daemon's configuration", hint);
  }
  if (/^\s*\[host\b/m.test(text)) {
    const hint = `Name it <registry>/${HOSTS_TOML}: it says what to do for the registry that its directory is named after.`;
    throw problem(location, 'has tables of a hosts.toml, and another name', hint);
  }
  if (/\.(?:ya?ml|json)$/i.test(absolute) || /^\s*["']?(?:apiVersion|kind)["']?\s*:/m.test(text)) {
    return { format: 'mirror sets', ...parseMirrorSets(text, shown) };
  }
  return readRegistriesConf(text, location);
}

function readRegistriesConf(text: string, location: Location): ReadRules {
  const problems = new Problems();
  const main = problems.attempt(() => parseRegistriesConf(text, location.shown));
  const folder = { absolute: `${location.absolute}.d`, shown: `${location.shown}.d` };
  const dropIns = (problems.attempt(() => listDropIns(folder)) ?? []).flatMap((file) => {
    return problems.attempt(() => [parseRegistriesConf(textOf(file), file.shown)]) ?? [];
  });
  problems.throwIfAny();
  return { format: 'registries.conf', ...applyDropIns(main ?? { rules: [], notices: [] }, dropIns) };
}

function listDropIns(folder: Location): readonly Location[] {
  if (kindOf(folder.absolute) === undefined) return [];
  const names = listNames(folder.absolute, 'file');
  if (names === undefined) throw problem(folder, 'can not be listed');
  return names.filter((name) => name.endsWith('.conf')).map((name) => below(folder, name));
}

function readHostsToml(location: Location): ReadRules {
  const folder = path.basename(path.dirname(location.absolute));
  const registry = registryOfDirectory(folder);
  if (registry !== ANY_REGISTRY && !isLocation(normalizeLocation(registry))) {
    const hint = `Name the directory after the registry: host, host:port, host_port_, or ${ANY_REGISTRY} for all others.`;
    throw problem(location, `is in the directory "${folder}", which is named after no registry`, hint);
  }
  return { format: 'hosts.toml', ...parseHostsToml(textOf(location), location.absolute, registry) };
}

function isDaemonJson(text: string): boolean {
  return text.trimStart().startsWith('{') && /"(?:registry-mirrors|insecure-registries)"\s*:/.test(text);
}

function textOf(location: Location): string {
  const content = readText(location.absolute);
  if (content.text === undefined) throw problem(location, content.reason, KINDS);
  return content.text;
}

function below({ absolute, shown }: Location, ...names: readonly string[]): Location {
  return { absolute: path.join(absolute, ...names), shown: path.join(shown, ...names) };
}

function problem({ shown }: Location, what: string, hint?: string): InputError {
  return inputError(INPUT, `"${shown}" ${what}`, hint);
}
