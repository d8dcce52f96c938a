import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BuildpacksError, InputError } from '../../../packages/core/src/errors/index.ts';
import { parseRegistriesConf, type RegistriesConf, routeFor } from '../../../packages/core/src/mirrors/index.ts';
import { digestOf, formatReference, parseReference } from '../../../packages/core/src/reference/index.ts';
import { startOracle } from '../../bench/oracle.ts';

/** What the image library of Podman makes of a file: for each reference its sources, or why there are none. */
interface PodmanAnswer {
  readonly routes: readonly { readonly sources: readonly { readonly reference: string }[] | null }[] | null;
  readonly error?: string;
}

const FILES = 2000;
const REFERENCES = 6;
const DIGEST = digestOf(new Uint8Array());

const host = fc.constantFrom(
  'a.example',
  'a.example:5000',
  's.a.example',
  't.s.a.example',
  'b.example',
  'docker.io',
  'localhost',
  'localhost:5000',
);
const component = fc.constantFrom('app', 'lib', 'library', 'li', 'x-y', 'a.example');
const path = (maxLength: number) => fc.array(component, { maxLength });
const name = (maxLength: number) => fc.tuple(host, path(maxLength)).map(([first, rest]) => [first, ...rest].join('/'));
const wildcard = fc.constantFrom('*.example', '*.a.example', '*.s.a.example', '*.io');

/** A key with its value, or nothing. */
const line = (key: string, value: fc.Arbitrary<string | boolean>) =>
  fc.option(value, { nil: undefined, freq: 2 }).map((v) => (v === undefined ? '' : `${key} = ${JSON.stringify(v)}\n`));
const table = (title: string, ...lines: readonly fc.Arbitrary<string>[]) =>
  fc.tuple(...lines).map((parts) => `[[${title}]]\n${parts.join('')}`);
const always = (key: string, value: fc.Arbitrary<string>) => value.map((text) => `${key} = ${JSON.stringify(text)}\n`);

const mirror = table(
  'registry.mirror',
  always('location', name(2)),
  line('insecure', fc.boolean()),
  line('pull-from-mirror', fc.constantFrom('all', 'digest-only', 'tag-only', '')),
);
const registry = fc
  .tuple(
    fc.oneof(
      table('registry', always('location', name(1)), line('prefix', fc.oneof(name(2), wildcard))),
      table('registry', always('prefix', wildcard), line('location', name(1))),
    ),
    line('insecure', fc.boolean()),
    line('blocked', fc.boolean()),
    fc.oneof(
      { weight: 4, arbitrary: fc.constant('') },
      { weight: 1, arbitrary: line('mirror-by-digest-only', fc.boolean()) },
    ),
    fc.array(mirror, { maxLength: 3 }),
  )
  .map(([head, insecure, blocked, digests, mirrors]) => [head, insecure, blocked, digests, ...mirrors].join(''));
const file = fc.array(registry, { maxLength: 5 }).map((tables) => tables.join(''));
const reference = fc
  .tuple(host, path(3), fc.constantFrom(':1', ':latest', `@${DIGEST}`))
  .map(([first, rest, end]) => `${[first, ...rest, 'app'].join('/')}${end}`);
const references = fc.array(reference, { minLength: REFERENCES, maxLength: REFERENCES });

describe('our mirror rules', () => {
  it("equal Podman's for any file and reference, but that nobody is asked twice", async () => {
    const podman = await startOracle<{ conf: string; references: readonly string[] }, PodmanAnswer>('registries-conf');
    onTestFinished(() => podman.stop());
    await fc.assert(
      fc.asyncProperty(file, references, async (conf, asked) => {
        const { routes, error } = await podman.ask({ conf, references: asked });
        const rules = attempt(() => parseRegistriesConf(conf, 'registries.conf'));
        expect(rules === undefined).toBe(error !== undefined);
        if (rules === undefined) return;
        // What is insecure is decided in another way here: by exact host and port alone.
        const theirs = routes?.map(({ sources }) => distinct(sources?.map((source) => source.reference)));
        expect(asked.map((text) => distinct(sourcesOf(rules, text)))).toEqual(theirs);
      }),
      { numRuns: FILES },
    );
  });
});

function distinct(sources: readonly string[] | undefined): readonly string[] | undefined {
  return sources && [...new Set(sources)];
}

/** Undefined where the rule makes no name of the reference. */
function sourcesOf(rules: RegistriesConf, text: string): readonly string[] | undefined {
  const route = attempt(() => routeFor(rules, parseReference(text)));
  return route?.endpoints.map(({ reference: asked }) =>
    formatReference(asked).replace(/^index\.docker\.io\//, 'docker.io/'),
  );
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof InputError || error instanceof BuildpacksError) return undefined;
    throw error;
  }
}
