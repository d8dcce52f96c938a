import { platformOf } from '../image/platform.ts';
import { InputError } from '../errors/index.ts';
import type { Image } from '../image/source.ts';
import type { Platform } from '../image/manifest.ts';
import { asArray, asRecord, asStrings, asText, type JsonRecord, optional, parseJson } from '../json/json.ts';
import { compareModules, type Group, type ModuleName, type ModuleReference, type Order } from './module.ts';

/** Labels of a builder image (platform specification, "Builder"; pack's builder package). */
export const BUILDER_LABEL = {
  metadata: 'io.buildpacks.builder.metadata',
  order: 'io.buildpacks.buildpack.order',
  orderExtensions: 'io.buildpacks.buildpack.order-extensions',
  layers: 'io.buildpacks.buildpack.layers',
  system: 'io.buildpacks.buildpack.system',
  stackId: 'io.buildpacks.stack.id',
} as const;

/** A builder, as its labels and environment tell. */
export interface Builder {
  /** As messages name it. */
  readonly name: string;
  readonly platform: Platform;
  readonly lifecycle: {
    readonly version: string;
    /** Deprecated ones included. */
    readonly platformApis: readonly string[];
    readonly buildpackApis: readonly string[];
  };
  /** Who the build runs as. */
  readonly user: { readonly uid: number; readonly gid: number };
  readonly order: Order;
  /** Every buildpack on the builder, those inside composite buildpacks too. */
  readonly buildpacks: readonly ModuleName[];
  /** Buildpacks that the platform's operator adds to every group (Platform API 0.15). */
  readonly system: { readonly pre: readonly ModuleReference[]; readonly post: readonly ModuleReference[] };
  /** The first is the default. */
  readonly runImages: readonly RunImageNames[];
  readonly stackId?: string;
}

/** A run image's canonical name and where else it can be had. */
export interface RunImageNames {
  readonly image: string;
  readonly mirrors: readonly string[];
}

/**
 * Reads a builder's labels.
 *
 * @param name for messages, as the user wrote it
 * @throws InputError on `builder` with everything that keeps this image from being used as one
 */
export function parseBuilder(image: Image, name: string = image.source.name): Builder {
  const problems: { readonly message: string; readonly hint?: string }[] = [];
  const metadata = builderLabel(image, BUILDER_LABEL.metadata);
  const lifecycle = parseLifecycle(asRecord(metadata)?.['lifecycle']);
  const user = parseUser(image);
  if (asRecord(metadata) === undefined) {
    throw notUsable(name, [
      { message: notABuilder(metadata), hint: 'Give a builder, like paketobuildpacks/builder-noble-base.' },
    ]);
  }
  if (lifecycle === undefined)
    problems.push({
      message: `it holds no lifecycle: ${BUILDER_LABEL.metadata} names none`,
      hint: 'Use a builder that was made with one, as `pack builder create` does.',
    });
  if (user === undefined) problems.push({ message: 'its environment has no CNB_USER_ID and CNB_GROUP_ID above zero' });
  if (parseOrder(builderLabel(image, BUILDER_LABEL.orderExtensions)).some(({ group }) => group.length > 0)) {
    problems.push({
      message: "its order has image extensions (Dockerfiles), which an isolated build can't run",
      hint: 'Use a builder without extensions.',
    });
  }
  if (image.config.os !== 'linux') problems.push({ message: `it is for "${image.config.os}", not for linux` });
  if (lifecycle === undefined || user === undefined || problems.length > 0) throw notUsable(name, problems);
  return {
    name,
    platform: platformOf(image),
    lifecycle,
    user,
    ...parseBuildpacks(image, asRecord(metadata) ?? {}),
    runImages: parseRunImages(asRecord(metadata) ?? {}),
    ...optional('stackId', asText(image.config.config.Labels[BUILDER_LABEL.stackId])),
  };
}

function parseBuildpacks(image: Image, metadata: JsonRecord): Pick<Builder, 'order' | 'buildpacks' | 'system'> {
  const system = asRecord(builderLabel(image, BUILDER_LABEL.system)) ?? {};
  const added = (key: string) => asArray(asRecord(system[key])?.['buildpacks']).flatMap(parseModuleReference);
  return {
    order: parseOrder(builderLabel(image, BUILDER_LABEL.order)),
    buildpacks: parseModules(builderLabel(image, BUILDER_LABEL.layers), metadata),
    system: { pre: added('pre'), post: added('post') },
  };
}

/** Newer builders list the APIs in `apis`, older ones name one of each in `api`. */
function parseLifecycle(value: unknown): Builder['lifecycle'] | undefined {
  const json = asRecord(value);
  const version = asText(json?.['version']);
  if (json === undefined || version === undefined) return undefined;
  const apis = asRecord(json['apis']) ?? {};
  const single = asRecord(json['api']) ?? {};
  const listed = (key: string) => {
    const versions = asRecord(apis[key]) ?? {};
    const all = [...asStrings(versions['deprecated']), ...asStrings(versions['supported'])];
    return all.length > 0 ? all : [asText(single[key])].filter((api) => api !== undefined);
  };
  return { version, platformApis: listed('platform'), buildpackApis: listed('buildpack') };
}

/** The lifecycle refuses to run buildpacks as root, so zero is no CNB user. */
function parseUser(image: Image): Builder['user'] | undefined {
  const read = (name: string) => {
    const entry = image.config.config.Env.findLast((line) => line.startsWith(`${name}=`));
    const text = entry?.slice(name.length + 1) ?? '';
    return /^[0-9]{1,10}$/.test(text) ? Number(text) : 0;
  };
  const user = { uid: read('CNB_USER_ID'), gid: read('CNB_GROUP_ID') };
  return user.uid > 0 && user.gid > 0 ? user : undefined;
}

/** Reads `[{"group":[{"id","version","optional"}]}]`; what is not of this shape is left out. */
export function parseOrder(value: unknown): Order {
  return asArray(value).map((entry): Group => ({
    group: asArray(asRecord(entry)?.['group']).flatMap(parseModuleReference),
  }));
}

function parseModuleReference(value: unknown): readonly ModuleReference[] {
  const json = asRecord(value) ?? {};
  const id = asText(json['id']);
  if (id === undefined) return [];
  return [
    { id, ...optional('version', asText(json['version'])), ...(json['optional'] === true && { optional: true }) },
  ];
}

/** The layers label knows all; the metadata's list is what pack looks names up in. Both, without doubles. */
function parseModules(layers: unknown, metadata: JsonRecord): readonly ModuleName[] {
  const layered = Object.entries(asRecord(layers) ?? {}).flatMap(([id, versions]) =>
    Object.keys(asRecord(versions) ?? {}).map((version) => ({ id, version })),
  );
  const listed = asArray(metadata['buildpacks']).flatMap((item) => {
    const [id, version] = [asText(asRecord(item)?.['id']), asText(asRecord(item)?.['version'])];
    return id === undefined || version === undefined ? [] : [{ id, version }];
  });
  const unique = new Map([...layered, ...listed].map((module) => [`${module.id}@${module.version}`, module]));
  return [...unique.values()].sort(compareModules);
}

/** `images` since Platform API 0.12, `stack.runImage` before; pack prefers the first. */
function parseRunImages(metadata: JsonRecord): readonly RunImageNames[] {
  const candidates = [...asArray(metadata['images']), asRecord(metadata['stack'])?.['runImage']];
  const named = candidates.flatMap((value) => {
    const json = asRecord(value) ?? {};
    const image = asText(json['image']);
    return image === undefined ? [] : [{ image, mirrors: asStrings(json['mirrors']) }];
  });
  return named.filter((entry, index) => named.findIndex(({ image }) => image === entry.image) === index);
}

/** The label's JSON; undefined when there is no label, null when it is not JSON. */
export function builderLabel(image: Image, key: string): unknown {
  const text = image.config.config.Labels[key];
  return text === undefined || text === '' ? undefined : (parseJson(text) ?? null);
}

function notABuilder(metadata: unknown): string {
  return metadata === undefined
    ? `it is no builder: it has no label ${BUILDER_LABEL.metadata}`
    : `its label ${BUILDER_LABEL.metadata} is not a JSON object`;
}

function notUsable(
  name: string,
  problems: readonly { readonly message: string; readonly hint?: string }[],
): InputError {
  return new InputError(
    problems.map(({ message, hint }) => ({
      input: 'builder',
      message: `"${name}" can't be used: ${message}`,
      ...optional('hint', hint),
    })),
  );
}
