import { asArray, asRecord, asStrings, type JsonRecord } from '../../packages/core/src/json/json.ts';

/**
 * What is wrong with a value by a JSON Schema, as paths. Knows the keywords that our own schemas use (`$ref` to `$defs`, `type`,
 * `const`, `enum`, `pattern`, `minimum`, `properties`, `required`, `additionalProperties`, `items`, `oneOf`) and refuses any other.
 */
export function violations(schema: JsonRecord, value: unknown): readonly string[] {
  return check(schema, value, '$', asRecord(schema['$defs']) ?? {});
}

const NOTES = new Set(['$schema', '$defs', 'title', 'description']);

function check(schema: JsonRecord, value: unknown, path: string, definitions: JsonRecord): readonly string[] {
  return Object.entries(schema).flatMap(([keyword, wanted]): readonly string[] => {
    if (NOTES.has(keyword)) return [];
    const rule = RULES[keyword];
    if (rule === undefined) return [`${path}: the check does not know the keyword ${keyword}`];
    return rule({ schema, wanted, value, path, definitions });
  });
}

interface Rule {
  readonly schema: JsonRecord;
  readonly wanted: unknown;
  readonly value: unknown;
  readonly path: string;
  readonly definitions: JsonRecord;
}

const RULES: Readonly<Record<string, (rule: Rule) => readonly string[]>> = {
  $ref: ({ wanted, value, path, definitions }) => {
    const definition = asRecord(definitions[String(wanted).replace('#/$defs/', '')]);
    return definition === undefined
      ? [`${path}: ${String(wanted)} is not defined`]
      : check(definition, value, path, definitions);
  },
  type: ({ wanted, value, path }) => complain(hasType(value, wanted), `${path}: is no ${String(wanted)}`),
  const: ({ wanted, value, path }) => complain(value === wanted, `${path}: is not ${String(wanted)}`),
  enum: ({ wanted, value, path }) => complain(asArray(wanted).includes(value), `${path}: is none of the values`),
  pattern: ({ wanted, value, path }) =>
    complain(typeof value !== 'string' || new RegExp(String(wanted)).test(value), `${path}: does not match`),
  minimum: ({ wanted, value, path }) =>
    complain(typeof value !== 'number' || value >= Number(wanted), `${path}: is too small`),
  required: ({ wanted, value, path }) =>
    asStrings(wanted)
      .filter((key) => !(key in (asRecord(value) ?? {})))
      .map((key) => `${path}.${key}: is missing`),
  properties: ({ wanted, value, path, definitions }) =>
    Object.entries(asRecord(wanted) ?? {}).flatMap(([key, schema]) => {
      const record = asRecord(value) ?? {};
      return key in record ? check(asRecord(schema) ?? {}, record[key], `${path}.${key}`, definitions) : [];
    }),
  additionalProperties: ({ schema, wanted, value, path, definitions }) =>
    Object.entries(asRecord(value) ?? {})
      .filter(([key]) => !(key in (asRecord(schema['properties']) ?? {})))
      .flatMap(([key, item]) => {
        const described = asRecord(wanted);
        if (described === undefined) return [`${path}.${key}: is not described`];
        return check(described, item, `${path}.${key}`, definitions);
      }),
  items: ({ wanted, value, path, definitions }) =>
    asArray(value).flatMap((item, index) => check(asRecord(wanted) ?? {}, item, `${path}[${index}]`, definitions)),
  oneOf: ({ wanted, value, path, definitions }) => {
    const fitting = asArray(wanted).filter(
      (schema) => check(asRecord(schema) ?? {}, value, path, definitions).length === 0,
    );
    return complain(fitting.length === 1, `${path}: fits ${fitting.length} of the alternatives`);
  },
};

function hasType(value: unknown, type: unknown): boolean {
  switch (type) {
    case 'object':
      return asRecord(value) !== undefined;
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function complain(holds: boolean, message: string): readonly string[] {
  return holds ? [] : [message];
}
