import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Credential, readRegistryAuth } from '../../src/auth/index.ts';
import { parseAuthFile } from '../../src/auth/auth-file.ts';
import { InputError } from '../../src/errors/index.ts';
import { pair, setupAuth } from './setup.ts';

const CANARY = 'canary-5d1f';
const WHERE = { workingDirectory: '/nonexistent' };

const user = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => text.isWellFormed() && !/[:\0]/.test(text));
const password = fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed() && !text.endsWith('\0'));
const component = fc.constantFrom('a', 'b', 'team', 'app-1');
const repository = fc.record({
  registry: fc.constantFrom(
    'registry.example',
    'registry.example:5000',
    'localhost:5000',
    '[::1]:5000',
    'index.docker.io',
  ),
  path: fc.array(component, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
});
/** How a key may name a registry or what is below it. */
const key = repository.chain(({ registry, path }) =>
  fc.constantFrom(registry, `${registry}/${path}`, `https://${registry}/v1/`, `http://${registry}`, `${registry}/`),
);

/** What a parser gives, or the text of its refusal. */
function attempt<T>(read: () => T): T | string {
  try {
    return read();
  } catch (error) {
    if (error instanceof InputError) return JSON.stringify(error.problems);
    throw error;
  }
}

describe('a Docker configuration', () => {
  it('gives the user and password that were written', () => {
    fc.assert(
      fc.property(
        user.filter((name) => name !== '<token>'),
        password,
        (username, secret) => {
          const expected: Credential = { kind: 'basic', username, password: secret };
          const forms = [{ auth: pair(`${username}:${secret}`) }, { username, password: secret }];
          for (const entry of forms) {
            const { auths } = parseAuthFile(JSON.stringify({ auths: { 'a.example': entry } }), 'f');
            expect(auths.get('a.example')).toEqual(expected);
          }
        },
      ),
    );
  });

  it('of any shape is read or refused, and never quoted', () => {
    const any = fc.oneof(fc.constant(CANARY), fc.jsonValue({ maxDepth: 2 }), fc.constant(`${CANARY}\n`));
    const entry = fc.record(
      { auth: any, username: any, password: any, identitytoken: any, registrytoken: any },
      { requiredKeys: [] },
    );
    const entries = fc.dictionary(fc.oneof(key, fc.constant('__proto__'), fc.string()), fc.oneof(entry, any));
    const shape = fc.record({ auths: fc.oneof(entries, any), credHelpers: any, credsStore: any }, { requiredKeys: [] });
    const text = fc.oneof(shape, any).map((value) => JSON.stringify(value));
    fc.assert(
      fc.property(
        fc.oneof(
          text,
          text.map((json) => json.slice(0, -1)),
        ),
        (json) => {
          const read = attempt(() => parseAuthFile(json, 'f'));
          if (typeof read === 'string') expect(read).not.toContain(CANARY);
        },
      ),
    );
  });

  it('answers by the key that fits best, and never for another registry', async () => {
    const keys = fc.uniqueArray(key, { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(keys, repository, async (names, wanted) => {
        const auths = Object.fromEntries(names.map((name) => [name, { auth: pair(`u:${name}`) }]));
        const registryAuth = readRegistryAuth(JSON.stringify({ auths }), WHERE);
        const { credentials } = setupAuth({ registryAuth });
        const found = await credentials.explain(wanted);
        const hostOf = (name: string) => name.replace(/^https?:\/\//, '').split('/')[0];
        const ofRegistry = names.filter((name) => hostOf(name) === wanted.registry);
        if (ofRegistry.some((name) => name === wanted.registry)) expect(found).toBeDefined();
        if (found !== undefined) expect(ofRegistry).toContain(found.key);
      }),
    );
  });
});

describe('registry-auth', () => {
  it('gives the password of a line, whatever is in it', async () => {
    const line = password.filter((text) => text.trim() === text && text !== '' && !text.includes('\n'));
    await fc.assert(
      fc.asyncProperty(repository, line, async (wanted, secret) => {
        const registryAuth = readRegistryAuth(`${wanted.registry}/${wanted.path}=user:${secret}`, WHERE);
        const expected = { kind: 'basic', username: 'user', password: secret };
        expect(await setupAuth({ registryAuth }).credentials.lookup(wanted)).toEqual(expected);
      }),
    );
  });

  it('is read or refused, whatever it is, and never quoted', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        CANARY,
        '{',
        '}',
        '"',
        ':',
        '=',
        '\n',
        '/',
        'registry.example',
        'Basic ',
        'auths',
        '\r',
        ' ',
        './',
      ),
      fc.string({ maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const read = attempt(() => readRegistryAuth(pieces.join(''), WHERE));
        // What stands before an equals sign as a host does is no secret.
        if (typeof read === 'string' && !pieces.join('').includes(`${CANARY}=`)) expect(read).not.toContain(CANARY);
      }),
    );
  });
});
