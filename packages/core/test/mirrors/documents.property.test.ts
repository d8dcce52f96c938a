import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BuildpacksError } from '../../src/errors/index.ts';
import {
  endpointsFor,
  parseHostsToml,
  parseMirrorLines,
  parseMirrorSets,
  parseRegistriesConf,
} from '../../src/mirrors/index.ts';
import type { MirrorRules } from '../../src/mirrors/index.ts';
import { type ImageReference, parseReference } from '../../src/reference/index.ts';
import { renderToml, type TomlTable, type TomlValue } from '../../src/toml/write-toml.ts';
import { problemsOf } from './support.ts';

/** What may stand anywhere: right, nearly right, and of any other type. */
const location = fc.constantFrom(
  'registry.example',
  'registry.example:5000/ns',
  'docker.io',
  '*.example',
  'https://registry.example/v2/ns',
  'registry.example/app:1',
  '',
  'a b',
  '..',
  '[::1]:5000',
  '__proto__',
);
const scalar = fc.oneof(location, location, fc.boolean(), fc.integer(), fc.string({ maxLength: 6 }));

/** A table of some of the `keys`, with values of the right shape most of the time. */
function table(keys: Readonly<Record<string, fc.Arbitrary<TomlValue>>>): fc.Arbitrary<TomlTable> {
  const entries = Object.entries(keys).map(([key, value]) => [key, fc.oneof({ weight: 4, arbitrary: value }, scalar)]);
  return fc.record(Object.fromEntries(entries) as Record<string, fc.Arbitrary<TomlValue>>, { requiredKeys: [] });
}

const list = (item: fc.Arbitrary<TomlValue>) => fc.array(item, { maxLength: 3 });
const scope = fc.constantFrom('all', 'digest-only', 'tag-only', 'never');

const registriesConf = table({
  'unqualified-search-registries': list(location),
  'credential-helpers': list(location),
  'short-name-mode': location,
  registry: list(
    table({
      prefix: location,
      location,
      insecure: fc.boolean(),
      blocked: fc.boolean(),
      'mirror-by-digest-only': fc.boolean(),
      mirror: list(table({ location, insecure: fc.boolean(), 'pull-from-mirror': scope })),
    }),
  ),
});

const server = {
  capabilities: list(fc.constantFrom('pull', 'resolve', 'push', 'x')),
  ca: fc.oneof(location, list(location)),
  client: fc.oneof(location, list(list(location))),
  skip_verify: fc.boolean(),
  override_path: fc.boolean(),
  header: table({ 'x-a': fc.oneof(location, list(location)) }),
};
const hostsToml = table({ server: location, ...server, host: fc.dictionary(location, table(server), { maxKeys: 3 }) });

const mirrorSet = table({
  apiVersion: fc.constantFrom('config.openshift.io/v1', 'operator.openshift.io/v1alpha1', 'v1'),
  kind: fc.constantFrom('ImageDigestMirrorSet', 'ImageTagMirrorSet', 'ImageContentSourcePolicy', 'List'),
  spec: table(
    Object.fromEntries(
      ['imageDigestMirrors', 'imageTagMirrors', 'repositoryDigestMirrors'].map((key) => [
        key,
        list(
          table({
            source: location,
            mirrors: list(location),
            mirrorSourcePolicy: fc.constantFrom('AllowContactingSource', 'NeverContactSource', 'x'),
          }),
        ),
      ]),
    ),
  ),
});

const references = [
  'registry.example/ns/app:1',
  'registry.example:5000/ns/app:1',
  'busybox',
  `a.example/b@sha256:${'0'.repeat(64)}`,
];

/** The rules are refused as an input, or they lead any image somewhere or forbid it. */
function expectRefusedOrUsable(read: () => MirrorRules): void {
  problemsOf(() => {
    const rules = read();
    for (const reference of references) {
      for (const { repository } of endpointsOf(rules, parseReference(reference))) {
        expect(new URL(`https://${repository.registry}`).pathname).toBe('/');
      }
    }
  });
}

function endpointsOf(rules: MirrorRules, reference: ImageReference): readonly ImageReference[] {
  try {
    return endpointsFor(rules, reference).map((endpoint) => endpoint.reference);
  } catch (error) {
    if (error instanceof BuildpacksError && error.code === 'policy') return [];
    throw error;
  }
}

describe('a document of any shape is refused as an input or usable', () => {
  it('registries.conf', () => {
    fc.assert(
      fc.property(registriesConf, (value) => {
        expectRefusedOrUsable(() => parseRegistriesConf(renderToml(value), 'f'));
      }),
    );
  });

  it('hosts.toml', () => {
    fc.assert(
      fc.property(hostsToml, fc.constantFrom('docker.io', '_default', 'registry.example:5000'), (value, registry) => {
        expectRefusedOrUsable(() => parseHostsToml(renderToml(value), '/certs.d/x/hosts.toml', registry));
      }),
    );
  });

  it('mirror sets', () => {
    const documents = fc.array(fc.oneof(mirrorSet, table({ kind: fc.constant('List'), items: list(mirrorSet) })), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(documents, (values) => {
        const text = values.map((value) => JSON.stringify(value)).join('\n---\n');
        expectRefusedOrUsable(() => parseMirrorSets(text, 'f'));
      }),
    );
  });

  it('lines', () => {
    const line = fc.tuple(location, location).map((parts) => parts.join('='));
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        expectRefusedOrUsable(() => parseMirrorLines(lines));
      }),
    );
  });
});
