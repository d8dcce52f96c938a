import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors/index.ts';
import {
  digestOf,
  familiarReference,
  formatReference,
  type ImageReference,
  isRegistryHost,
  parseReference,
} from '../../src/reference/index.ts';

const component = fc.stringMatching(/^[a-z0-9]{1,5}(?:(?:\.|_|__|-{1,3})[a-z0-9]{1,5}){0,2}$/);
const path = fc
  .tuple(
    fc.option(fc.constantFrom('library', 'localhost', 'a.b'), { nil: undefined }),
    fc.array(component, { minLength: 1, maxLength: 3 }),
  )
  .map(([first, parts]) => [...(first === undefined ? [] : [first]), ...parts].join('/'));
const host = fc
  .tuple(
    fc.constantFrom('registry.example', 'localhost', '127.0.0.1', '[::1]', 'a-b.example', 'docker.io', 'HOST.example'),
    fc.constantFrom('', ':1', ':5000', ':65535'),
  )
  .map((parts) => parts.join(''));
const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/);
const digest = fc.string().map((text) => digestOf(Buffer.from(text)));
/** As people write it, a registry, tag and digest there or not. */
const written = fc
  .tuple(fc.option(host, { nil: '' }), path, fc.option(tag, { nil: '' }), fc.option(digest, { nil: '' }))
  .map(([registry, name, named, content]) => {
    const parts = [registry && `${registry}/`, name, named && `:${named}`, content && `@${content}`];
    return parts.join('');
  })
  // Without a registry a first part with a dot is taken for one, and not every such name is one.
  .filter((text) => {
    const [first = '', ...rest] = text.split('/');
    return rest.length === 0 || !/[.:]/.test(first) || isRegistryHost(first);
  });
/** Anything, and text of the characters that mean something. */
const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...Array.from('aZ0.:/@_-[]%\\ ')) }),
  fc.tuple(written, fc.string({ maxLength: 3 })).map((parts) => parts.join('')),
  fc.tuple(fc.ipV4Extended(), fc.nat(99_999)).map(([address, port]) => `${address}.1:${port}/a`),
);

function parse(text: string): ImageReference | undefined {
  try {
    return parseReference(text);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** What the long form says: a tag beside a digest is for people only. */
function essence(reference: ImageReference): ImageReference {
  if (reference.kind === 'tag') return reference;
  const { kind, repository, digest: content } = reference;
  return { kind, repository, digest: content };
}

describe('a reference', () => {
  it('is read as it was written in any of its forms', () => {
    fc.assert(
      fc.property(written, (text) => {
        const reference = parseReference(text);
        expect(parseReference(formatReference(reference))).toEqual(essence(reference));
        expect(parseReference(familiarReference(reference))).toEqual(essence(reference));
      }),
    );
  });

  it('has one long form', () => {
    fc.assert(
      fc.property(written, (text) => {
        const long = formatReference(parseReference(text));
        expect(formatReference(parseReference(long))).toBe(long);
      }),
    );
  });

  it('is refused as an input or has a form that is read again, whatever it is', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const reference = parse(text);
        if (reference !== undefined) expect(parse(formatReference(reference))).toEqual(essence(reference));
      }),
    );
  });

  it('can be put into the URL of a request as it is', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const { repository } = parse(text) ?? { repository: undefined };
        if (repository === undefined) return;
        const address = `https://${repository.registry}/v2/${repository.path}/`;
        expect(new URL(address).pathname).toBe(`/v2/${repository.path}/`);
      }),
    );
  });
});
