import { describe, expect, it } from 'vitest';
import { constant, evaluated } from '../../src/argo/expression.ts';
import { POD_PATCH } from '../../src/argo/pod-patch.ts';

/** What Argo takes for the expression: it ends at the first two braces. */
function readByArgo(text: string): string | undefined {
  return /^\{\{=([^]*?)\}\}/.exec(text)?.[1];
}

describe('an expression for Argo', () => {
  it.each([
    ['nested objects', { a: { b: {} } }],
    ['lists of objects', [{ a: {} }, { b: { c: [{}] } }]],
  ])('is whole with %s', (_case, value) => {
    const text = evaluated(`toJson(${constant(value)})`);
    const read = readByArgo(text);
    expect(text).toBe(`{{=${read ?? ''}}}`);
    expect(read).not.toContain('{{');
  });

  it('is the whole patch of the Pod', () => {
    expect(POD_PATCH).toBe(`{{=${readByArgo(POD_PATCH) ?? ''}}}`);
  });
});
