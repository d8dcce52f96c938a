import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { GO_CONFIG_FILE, GO_INDEX, GO_MANIFEST } from '../../../packages/core/src/image/go-documents.ts';
import type { GoType } from '../../../packages/core/src/json/go-type.ts';
import { parseStrictJson } from '../../../packages/core/src/json/strict-json.ts';
import { LAYERS_METADATA } from '../../../packages/core/src/lifecycle/layers-metadata.ts';
import { startOracle } from '../../bench/oracle.ts';

interface Question {
  readonly kind: string;
  readonly text: string;
}

interface Answer {
  readonly text: string;
  readonly error?: string;
}

const DOCUMENTS = 1000;

type Arbitrary = fc.Arbitrary<unknown>;

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('<a href="x">&amp;</a>', '\u2028\u2029', '\\"\b\f\n\r\t\u0000\u007f', '\ud800', 'ä😀', ''),
);
const integer = fc.oneof(fc.integer(), fc.constantFrom(0, -1, Number.MAX_SAFE_INTEGER, 30_000_000_000));
const digest = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((hash) => `sha256:${Buffer.from(hash).toString('hex')}`);
const time = fc.tuple(
  fc.constantFrom('1980-01-01T00:00:01', '2024-02-29T23:59:59', '0001-01-01T00:00:00', '2026-11-22T10:20:30'),
  fc.constantFrom('', '.5', '.123456789', '.120', '.000', '.1234567891'),
  fc.constantFrom('Z', '+02:00', '-11:30', '+00:00'),
);
const moment = time.map((parts) => parts.join(''));
const map = (value: Arbitrary) => fc.dictionary(text, value, { maxKeys: 5 });
const list = (value: Arbitrary) => fc.array(value, { maxLength: 4 });
const strings = list(text);
const set = map(fc.constantFrom({}, null));
const bytes = fc.uint8Array({ maxLength: 12 }).map((content) => Buffer.from(content).toString('base64'));
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  integer,
  fc.constantFrom(1e21, 1e-7, 5e-324),
);
const anything = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, text, number, fc.boolean(), fc.constant(null), tie('list'), tie('map')),
  list: fc.array(tie('value'), { maxLength: 4 }),
  map: fc.dictionary(text, tie('value'), { maxKeys: 4 }),
})).value;

/** An object with some of these fields in any order, some as null, some under a name in other letters, and some that nobody knows. */
function object(fields: Readonly<Record<string, Arbitrary>>): Arbitrary {
  const known = Object.entries(fields).map(([name, value]) => {
    const spelling = fc.constantFrom(name, name, name, name.toUpperCase());
    return fc.tuple(
      spelling,
      fc.oneof({ weight: 8, arbitrary: value }, { weight: name === 'digest' ? 0 : 1, arbitrary: fc.constant(null) }),
    );
  });
  const unknown = fc.constantFrom<[string, unknown]>(['x-unknown', { a: [1] }], ['nobody', null]);
  return fc
    .tuple(fc.subarray(known), fc.option(unknown, { nil: undefined }))
    .chain(([chosen, more]) => fc.tuple(fc.tuple(...chosen), fc.constant(more)))
    .chain(([entries, more]) =>
      fc.shuffledSubarray([...entries, ...(more ? [more] : [])], { minLength: entries.length }),
    )
    .map((entries) => Object.fromEntries(entries));
}

const descriptor = object({
  mediaType: text,
  size: integer,
  digest,
  data: bytes,
  urls: strings,
  annotations: map(text),
  platform: object({
    architecture: text,
    os: text,
    'os.version': text,
    'os.features': strings,
    variant: text,
    features: strings,
  }),
  artifactType: text,
});
const around = {
  schemaVersion: integer,
  mediaType: text,
  annotations: map(text),
  subject: descriptor,
  artifactType: text,
};
const healthcheck = object({
  Test: strings,
  Interval: integer,
  Timeout: integer,
  StartPeriod: integer,
  Retries: integer,
});
const container = object({
  ...{ AttachStderr: fc.boolean(), AttachStdin: fc.boolean(), AttachStdout: fc.boolean(), Cmd: strings },
  ...{ Healthcheck: healthcheck, Domainname: text, Entrypoint: strings, Env: strings, Hostname: text, Image: text },
  ...{ Labels: map(text), OnBuild: strings, OpenStdin: fc.boolean(), StdinOnce: fc.boolean(), Tty: fc.boolean() },
  ...{ User: text, Volumes: set, WorkingDir: text, ExposedPorts: set, ArgsEscaped: fc.boolean() },
  ...{ NetworkDisabled: fc.boolean(), MacAddress: text, StopSignal: text, Shell: strings },
});
const history = object({ author: text, created: moment, created_by: text, comment: text, empty_layer: fc.boolean() });
const config = object({
  ...{ architecture: text, author: text, container: text, created: moment, docker_version: text, os: text },
  ...{ history: list(history), rootfs: object({ type: text, diff_ids: list(digest) }), config: container },
  ...{ 'os.version': text, variant: text, 'os.features': strings },
});
const layer = object({ sha: text });
const names = { image: text, mirrors: strings };
const buildpackLayer = object({
  sha: text,
  data: anything,
  build: fc.boolean(),
  launch: fc.boolean(),
  cache: fc.boolean(),
});
const metadata = object({
  ...{ app: anything, sbom: layer, config: layer, launcher: layer, 'process-types': layer },
  runImage: object({ topLayer: text, reference: text, ...names }),
  stack: object({ runImage: object(names) }),
  buildpacks: list(
    object({ key: text, version: text, layers: map(buildpackLayer), store: object({ metadata: map(anything) }) }),
  ),
});

const KINDS: readonly (readonly [string, GoType<unknown>, Arbitrary])[] = [
  ['config', GO_CONFIG_FILE, config],
  ['manifest', GO_MANIFEST, object({ ...around, config: descriptor, layers: list(descriptor) })],
  ['index', GO_INDEX, object({ ...around, manifests: list(descriptor) })],
  ['metadata', LAYERS_METADATA, metadata],
];

it.each(KINDS)('a %s is written as Go writes it', async (kind, type, arbitrary) => {
  const oracle = await startOracle<Question, Answer>('image-json');
  onTestFinished(() => oracle.stop());
  await fc.assert(
    fc.asyncProperty(arbitrary, async (document) => {
      const written = JSON.stringify(document);
      const { text: expected, error } = await oracle.ask({ kind, text: written });
      expect(error).toBeUndefined();
      expect(type.write(type.read(JSON.parse(written)))).toBe(expected);
    }),
    { numRuns: DOCUMENTS },
  );
});

it.each<[string, string]>([
  ['config', '{"os":7}'],
  ['config', '{"config":[]}'],
  ['config', '{"config":{"Healthcheck":{"Retries":1.5}}}'],
  ['config', '{"created":"2026-02-30T00:00:00Z"}'],
  ['manifest', '{"config":{"data":"not base64!"}}'],
  ['manifest', '{"layers":{}}'],
  ['index', '{"manifests":[{"digest":null}]}'],
  ['metadata', '{"buildpacks":[{"layers":[]}]}'],
  ['metadata', '{"app":1e400}'],
  ['manifest', '{"schemaVersion":2.0}'],
  ['manifest', '{"config":{"size":1e3}}'],
  ['config', '{"created":"2026-02-03T00:00:00+99:99"}'],
  ['config', '{"created":"2026-02-03T00:00:00+24:00"}'],
])('a %s that Go refuses is refused: %s', async (kind, document) => {
  const oracle = await startOracle<Question, Answer>('image-json');
  onTestFinished(() => oracle.stop());
  const { error } = await oracle.ask({ kind, text: document });
  expect(error).toBeDefined();
  const [, type] = KINDS.find(([name]) => name === kind) ?? [];
  expect(() => type?.write(type.read(parseStrictJson(document)))).toThrow(TypeError);
});

it.each([
  '{"config":{"MacAddre\u00df":"no field"}}',
  '{"config":{"Doma\u0131nname":"no field"}}',
  '{"config":{"wor\u212aingdir":"a field"}}',
  '{"config":{"hostname":"a field","MACADDRE\u017f\u017f":"another"}}',
])('fields have the names that Go finds: %s', async (document) => {
  const oracle = await startOracle<Question, Answer>('image-json');
  onTestFinished(() => oracle.stop());
  const { text: expected } = await oracle.ask({ kind: 'config', text: document });
  expect(GO_CONFIG_FILE.write(GO_CONFIG_FILE.read(parseStrictJson(document)))).toBe(expected);
});
