import { foldField } from './fold-field.ts';
import { encodeGoString } from './go-string.ts';
import { asRecord } from './json.ts';

/**
 * A Go type as `encoding/json` sees it: what it takes from a document, and how it writes that again. Fields that the type does not have are
 * lost on the way, exactly as in a Go program.
 */
export interface GoType<T> {
  /** What a field holds that the document does not have. */
  readonly zero: T;
  /** @throws TypeError where Go refuses the document, or takes one thing for another */
  read(json: unknown): T;
  write(value: T): string;
  /** What `omitempty` leaves out. */
  isEmpty(value: T): boolean;
}

/** The values of a Go type. */
export type GoValue<Type> = Type extends GoType<infer T> ? T : never;

export const GO_STRING: GoType<string> = {
  zero: '',
  read: (json) => scalar('string', json, ''),
  write: encodeGoString,
  isEmpty: (value) => value === '',
};

export const GO_BOOLEAN: GoType<boolean> = {
  zero: false,
  read: (json) => scalar('boolean', json, false),
  write: String,
  isEmpty: (value) => !value,
};

/** `int64`; those that are no exact number here are refused. */
export const GO_INTEGER: GoType<number> = {
  zero: 0,
  read: (json) => {
    const value = scalar('number', json, 0);
    if (!Number.isSafeInteger(value)) throw new TypeError(`${value} is no whole number that is exact`);
    return value;
  },
  write: (value) => String(value),
  isEmpty: (value) => value === 0,
};

/** `any`: every number is a `float64`, and objects are sorted. */
export const GO_ANY: GoType<unknown> = {
  zero: null,
  read: (json) => json ?? null,
  write: writeAny,
  isEmpty: (value) => value === null,
};

/** `[]byte`: base64. */
export const GO_BYTES: GoType<string> = {
  zero: '',
  read: (json) => {
    const text = scalar('string', json, '').replaceAll(/[\r\n]/g, '');
    const encoded = Buffer.from(text, 'base64').toString('base64');
    if (encoded !== text) throw new TypeError(`${JSON.stringify(text)} is not base64`);
    return encoded;
  },
  write: encodeGoString,
  isEmpty: (value) => value === '',
};

/** A slice; `null` is nil. */
export function goList<T>(item: GoType<T>): GoType<readonly T[] | null> {
  return {
    zero: null,
    read: (json) => {
      if (json === null || json === undefined) return null;
      if (!Array.isArray(json)) throw mismatch('an array', json);
      return json.map((each) => item.read(each));
    },
    write: (value) => (value === null ? 'null' : `[${value.map((each) => item.write(each)).join(',')}]`),
    isEmpty: (value) => value === null || value.length === 0,
  };
}

/** A map by strings, written in the order of their UTF-8 bytes; `null` is nil. */
export function goMap<T>(item: GoType<T>): GoType<Readonly<Record<string, T>> | null> {
  return {
    zero: null,
    read: (json) => {
      if (json === null || json === undefined) return null;
      const entries = Object.entries(objectOf(json));
      return Object.fromEntries(entries.map(([key, value]) => [key, item.read(value)]));
    },
    write: (value) => (value === null ? 'null' : writeEntries(value, (each) => item.write(each))),
    isEmpty: (value) => value === null || Object.keys(value).length === 0,
  };
}

/** A pointer; `null` is nil. */
export function goPointer<T>(to: GoType<T>): GoType<T | null> {
  return {
    zero: null,
    read: (json) => (json === null || json === undefined ? null : to.read(json)),
    write: (value) => (value === null ? 'null' : to.write(value)),
    isEmpty: (value) => value === null,
  };
}

/** A type with `omitempty` in the struct that has it as a field. */
export function omitEmpty<T>(type: GoType<T>): OmittedWhenEmpty<T> {
  return { ...type, omitted: true };
}

interface OmittedWhenEmpty<T> extends GoType<T> {
  readonly omitted: true;
}

/** Fields by their names in JSON, in the struct's order; those of embedded structs stand in the place of the struct. */
type GoFields = Readonly<Record<string, GoType<unknown>>>;
type GoStruct<Fields> = { readonly [Name in keyof Fields]: GoValue<Fields[Name]> };

/** A struct. Like Go it finds fields without regard to case, but a document that has a field twice is refused. */
export function goStruct<const Fields extends GoFields>(fields: Fields): GoType<GoStruct<Fields>> {
  const types = Object.entries(fields);
  const made = (valueOf: (name: string, type: GoType<unknown>) => unknown) =>
    Object.fromEntries(types.map(([name, type]) => [name, valueOf(name, type)])) as GoStruct<Fields>;
  return {
    zero: made((_, { zero }) => zero),
    read: (json) => {
      const given = json === null || json === undefined ? new Map<string, unknown>() : fieldsOf(objectOf(json));
      return made((name, type) => type.read(given.get(foldField(name))));
    },
    write: (value) => {
      const values: Readonly<Record<string, unknown>> = value;
      const written = types.filter(([name, type]) => !('omitted' in type && type.isEmpty(values[name])));
      return `{${written.map(([name, type]) => `${encodeGoString(name)}:${type.write(values[name])}`).join(',')}}`;
    },
    isEmpty: () => false,
  };
}

function fieldsOf(object: Readonly<Record<string, unknown>>): ReadonlyMap<string, unknown> {
  const fields = new Map<string, unknown>();
  for (const [key, value] of Object.entries(object)) {
    if (fields.has(foldField(key))) throw new TypeError(`the field ${JSON.stringify(key)} is there more than once`);
    fields.set(foldField(key), value);
  }
  return fields;
}

function writeAny(value: unknown): string {
  if (typeof value === 'string') return encodeGoString(value);
  if (typeof value === 'number') return writeFloat(value);
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `[${value.map(writeAny).join(',')}]`;
  const object = asRecord(value);
  return object === undefined ? 'null' : writeEntries(object, writeAny);
}

/** Shortest digits, an exponent from 1e21 on and below 1e-6: what JavaScript does, but for the sign of zero. */
function writeFloat(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError('a number is too large');
  return Object.is(value, -0) ? '-0' : String(value);
}

function writeEntries<T>(object: Readonly<Record<string, T>>, write: (value: T) => string): string {
  const entries = Object.entries(object)
    .map(([key, value]) => ({ key: key.toWellFormed(), value }))
    .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  return `{${entries.map(({ key, value }) => `${encodeGoString(key)}:${write(value)}`).join(',')}}`;
}

function scalar<T>(type: 'string' | 'boolean' | 'number', json: unknown, zero: T): T {
  if (json === null || json === undefined) return zero;
  if (typeof json !== type) throw mismatch(`a ${type}`, json);
  return json as T;
}

function objectOf(json: unknown): Readonly<Record<string, unknown>> {
  const object = asRecord(json);
  if (object === undefined) throw mismatch('an object', json);
  return object;
}

function mismatch(wanted: string, json: unknown): TypeError {
  return new TypeError(`${JSON.stringify(json).slice(0, 80)} is not ${wanted}`);
}
