import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSecretMask } from '../../src/log/secret-mask.ts';

const secret = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom(...Array.from('aB1 \\"\'%&<>+/=-_.~*$é€😀')),
      fc.string({ minLength: 1, maxLength: 1 }),
    ),
    minLength: 4,
    maxLength: 40,
  })
  .filter((text) => text.trim().length >= 4);
const encode = fc.constantFrom<(text: string) => string>(
  (text) => text,
  encodeURIComponent,
  encodeURI,
  (text) => new URLSearchParams({ '': text }).toString().slice(1),
  (text) => encodeURIComponent(text).replace(/%../g, (triplet) => triplet.toLowerCase()),
  (text) => JSON.stringify(text).slice(1, -1),
  (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3),
  (text) => Buffer.from(text).toString('base64'),
  (text) => Buffer.from(text).toString('base64url'),
  (text) => encodeURIComponent(Buffer.from(text).toString('base64')),
);

it('a secret is gone, however it is encoded and whatever stands around it', () => {
  const around = fc.string({ unit: fc.constantFrom(...Array.from('QXZ,;:()')) });
  fc.assert(
    fc.property(secret, encode, around, around, (text, encoded, before, after) => {
      const mask = createSecretMask();
      mask.add(text);
      const trimmed = text.trim();
      expect(mask.apply(`${before} ${encoded(trimmed)} ${after}`)).toBe(`${before} *** ${after}`);
    }),
  );
});

it('text that has nothing of the secret stays as it is', () => {
  const part = fc.stringMatching(/^[a-m]{4,20}$/);
  fc.assert(
    fc.property(part, fc.stringMatching(/^[n-z0-9 "\\%{}:]*$/), (text, other) => {
      const mask = createSecretMask();
      mask.add(text);
      expect(mask.apply(other)).toBe(other);
    }),
  );
});
