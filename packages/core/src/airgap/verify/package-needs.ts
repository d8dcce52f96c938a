import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { kindOf, readSmallFile } from '../../files/file-kind.ts';
import type { Binding, BuildRequest } from '../../inputs/request.ts';
import { compareText } from '../../lock/image-name.ts';
import type { ClosedNetwork, PackageNeed } from './need.ts';
import { PACKAGE_MANAGERS, type PackageManager } from './package-managers.ts';

/** The files of package managers are text; those of the largest apps have a few MiB. */
const MAX_FILE = 4 * 1024 * 1024;

type App = Pick<BuildRequest, 'app' | 'environment' | 'bindings'>;

/**
 * Whom package managers would ask for packages, by the files in the app's folder, and by settings there, in variables and in bindings.
 * An app that is built already (a jar) needs none.
 */
export function packageNeeds(request: App, { reaches }: ClosedNetwork): readonly PackageNeed[] {
  const { kind, path: folder } = request.app;
  if (kind !== 'directory' || kindOf(folder) !== 'directory') return [];
  const names = readdirSync(folder).sort(compareText);
  return PACKAGE_MANAGERS.flatMap((manager) => {
    const file = names.find((name) => manager.files.test(name));
    if (file === undefined || manager.vendored.some((place) => existsSync(path.join(folder, place)))) return [];
    const hosts = askedHosts(manager, file, request).filter((host) => !reaches(host));
    return hosts.map((host): PackageNeed => ({ kind: 'packages', manager: manager.name, file, host }));
  });
}

/** By address in the file, else by settings, else its own. */
function askedHosts(manager: PackageManager, file: string, request: App): readonly string[] {
  const own = new Set(manager.registries);
  const written = hostsIn(textOf(path.join(request.app.path, file)), manager.addresses);
  const set = configuredHosts(manager, request);
  // Lock files name the registry that they were made with, which npm and Yarn replace by the one that is set.
  const named = set === undefined ? written : written.filter((host) => !own.has(host));
  const base = set ?? (written.some((host) => own.has(host)) || written.length === 0 ? manager.registries : []);
  return [...new Set([...base, ...named])].sort(compareText);
}

/** Undefined when nothing is set. */
function configuredHosts(manager: PackageManager, { app, environment, bindings }: App): readonly string[] | undefined {
  const variables = Object.entries(environment).filter(([name]) => manager.variables.includes(name.toLowerCase()));
  if (variables.length > 0) return variables.flatMap(([, value]) => value.split(/[,|]/).flatMap(hostOf));
  const { settings } = manager;
  if (settings === undefined) return undefined;
  const texts = [
    ...settings.files.map((name) => textOf(path.join(app.path, name))),
    ...bindings.filter((binding) => settings.bindings.includes(typeOf(binding))).flatMap(textsOf),
  ];
  const hosts = texts.flatMap((text) => hostsIn(text, settings.address));
  return hosts.length > 0 ? hosts : undefined;
}

/** A binding's type, in lower case. */
export function typeOf({ entries }: Binding): string {
  const type = entries.find(({ key }) => key === 'type');
  return type === undefined ? '' : Buffer.from(type.content).toString().trim().toLowerCase();
}

function textsOf({ entries }: Binding): readonly string[] {
  return entries.map(({ content }) => Buffer.from(content).toString());
}

function textOf(file: string): string {
  const content = readSmallFile(file, MAX_FILE);
  return typeof content === 'string' ? '' : Buffer.from(content).toString();
}

function hostsIn(text: string, address: RegExp | undefined): readonly string[] {
  if (address === undefined) return [];
  return [...text.matchAll(address)].flatMap(([, url = '']) => hostOf(url));
}

/** None for what is no address on the web: `off`, `direct`, a path. */
export function hostOf(text: string): readonly string[] {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol) ? [url.hostname] : [];
}
