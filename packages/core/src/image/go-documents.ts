import { encodeGoString } from '../json/go-string.ts';
import { GO_TIME } from '../json/go-time.ts';
import {
  GO_BOOLEAN,
  GO_BYTES,
  GO_INTEGER,
  GO_STRING,
  goList,
  goMap,
  goPointer,
  goStruct,
  type GoType,
  type GoValue,
  omitEmpty,
} from '../json/go-type.ts';
import { isDigest } from '../reference/index.ts';

/**
 * Manifests and configurations as go-containerregistry reads and writes them (its package v1, version 0.21): what the lifecycle makes of
 * an image has the order of these fields and no others.
 */

/** go-containerregistry's `Hash`: one that is not there is written as `:`, and a bad one refused. */
const GO_DIGEST: GoType<string> = {
  zero: ':',
  read: (json) => {
    if (json === undefined) return GO_DIGEST.zero;
    if (typeof json === 'string' && isDigest(json)) return json;
    throw new TypeError(`${JSON.stringify(json).slice(0, 80)} is not a sha256 digest`);
  },
  write: encodeGoString,
  isEmpty: () => false,
};

const OPTIONAL_STRING = omitEmpty(GO_STRING);
const OPTIONAL_BOOLEAN = omitEmpty(GO_BOOLEAN);
const OPTIONAL_INTEGER = omitEmpty(GO_INTEGER);
const OPTIONAL_STRINGS = omitEmpty(goList(GO_STRING));
const OPTIONAL_SET = omitEmpty(goMap(goStruct({})));
const OPTIONAL_STRING_MAP = omitEmpty(goMap(GO_STRING));

const GO_PLATFORM = goStruct({
  architecture: GO_STRING,
  os: GO_STRING,
  'os.version': OPTIONAL_STRING,
  'os.features': OPTIONAL_STRINGS,
  variant: OPTIONAL_STRING,
  features: OPTIONAL_STRINGS,
});

/** A descriptor. */
export const GO_DESCRIPTOR = goStruct({
  mediaType: GO_STRING,
  size: GO_INTEGER,
  digest: GO_DIGEST,
  data: omitEmpty(GO_BYTES),
  urls: OPTIONAL_STRINGS,
  annotations: OPTIONAL_STRING_MAP,
  platform: omitEmpty(goPointer(GO_PLATFORM)),
  artifactType: OPTIONAL_STRING,
});

/** An image's manifest. */
export const GO_MANIFEST = goStruct({
  schemaVersion: GO_INTEGER,
  mediaType: OPTIONAL_STRING,
  config: GO_DESCRIPTOR,
  layers: goList(GO_DESCRIPTOR),
  annotations: OPTIONAL_STRING_MAP,
  subject: omitEmpty(goPointer(GO_DESCRIPTOR)),
  artifactType: OPTIONAL_STRING,
});

/** An index. */
export const GO_INDEX = goStruct({
  schemaVersion: GO_INTEGER,
  mediaType: OPTIONAL_STRING,
  manifests: goList(GO_DESCRIPTOR),
  annotations: OPTIONAL_STRING_MAP,
  subject: omitEmpty(goPointer(GO_DESCRIPTOR)),
  artifactType: OPTIONAL_STRING,
});

/** An entry of a configuration's history. */
export const GO_HISTORY = goStruct({
  author: OPTIONAL_STRING,
  created: GO_TIME,
  created_by: OPTIONAL_STRING,
  comment: OPTIONAL_STRING,
  empty_layer: OPTIONAL_BOOLEAN,
});

const GO_HEALTH_CHECK = goStruct({
  Test: OPTIONAL_STRINGS,
  Interval: OPTIONAL_INTEGER,
  Timeout: OPTIONAL_INTEGER,
  StartPeriod: OPTIONAL_INTEGER,
  Retries: OPTIONAL_INTEGER,
});

const GO_CONTAINER = goStruct({
  AttachStderr: OPTIONAL_BOOLEAN,
  AttachStdin: OPTIONAL_BOOLEAN,
  AttachStdout: OPTIONAL_BOOLEAN,
  Cmd: OPTIONAL_STRINGS,
  Healthcheck: omitEmpty(goPointer(GO_HEALTH_CHECK)),
  Domainname: OPTIONAL_STRING,
  Entrypoint: OPTIONAL_STRINGS,
  Env: OPTIONAL_STRINGS,
  Hostname: OPTIONAL_STRING,
  Image: OPTIONAL_STRING,
  Labels: OPTIONAL_STRING_MAP,
  OnBuild: OPTIONAL_STRINGS,
  OpenStdin: OPTIONAL_BOOLEAN,
  StdinOnce: OPTIONAL_BOOLEAN,
  Tty: OPTIONAL_BOOLEAN,
  User: OPTIONAL_STRING,
  Volumes: OPTIONAL_SET,
  WorkingDir: OPTIONAL_STRING,
  ExposedPorts: OPTIONAL_SET,
  ArgsEscaped: OPTIONAL_BOOLEAN,
  NetworkDisabled: OPTIONAL_BOOLEAN,
  MacAddress: OPTIONAL_STRING,
  StopSignal: OPTIONAL_STRING,
  Shell: OPTIONAL_STRINGS,
});

/** An image's configuration. */
export const GO_CONFIG_FILE = goStruct({
  architecture: GO_STRING,
  author: OPTIONAL_STRING,
  container: OPTIONAL_STRING,
  created: GO_TIME,
  docker_version: OPTIONAL_STRING,
  history: omitEmpty(goList(GO_HISTORY)),
  os: GO_STRING,
  rootfs: goStruct({ type: GO_STRING, diff_ids: goList(GO_DIGEST) }),
  config: GO_CONTAINER,
  'os.version': OPTIONAL_STRING,
  variant: OPTIONAL_STRING,
  'os.features': OPTIONAL_STRINGS,
});

export type GoDescriptor = GoValue<typeof GO_DESCRIPTOR>;
export type GoManifest = GoValue<typeof GO_MANIFEST>;
export type GoIndex = GoValue<typeof GO_INDEX>;
export type GoConfigFile = GoValue<typeof GO_CONFIG_FILE>;
