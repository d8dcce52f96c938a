import type { Place } from '../errors/index.ts';
import type { Digest } from '../reference/index.ts';
import type { PolicyFacts } from './facts.ts';

/** The version of the file's format. */
export const POLICY_VERSION = 1;

/** The name that the file should have. */
export const POLICY_FILE = 'buildpacks-ci.policy.toml';

/** What a rule finds wrong, in words; undefined when the facts that it needs are not known. */
export type Judge = (facts: PolicyFacts) => readonly string[] | undefined;

/** One key of a policy. */
export interface Rule {
  /** `builders.allow`. */
  readonly name: string;
  readonly place: Place;
  /** What the policy's owner says to whoever breaks it. */
  readonly message?: string;
  readonly judge: Judge;
}

/** A policy, parsed: all of its rules must hold. */
export interface Policy {
  /** The path, or `oci://…`, as it was given. */
  readonly name: string;
  /** Of the file's bytes. */
  readonly digest: Digest;
  readonly text: string;
  /** Where those who are refused find help. */
  readonly help?: string;
  readonly rules: readonly Rule[];
}

/** Whether one of the rules has one of these names, or is of one of these topics. */
export function asksFor(policies: readonly Policy[], names: readonly string[]): boolean {
  return policies.some(({ rules }) =>
    rules.some(({ name }) => names.some((each) => name === each || name.startsWith(`${each}.`))),
  );
}

/** A rule that does not hold. */
export interface Violation {
  /** The policy's name. */
  readonly policy: string;
  readonly rule: string;
  readonly place: Place;
  /** What is wrong, and what is allowed. */
  readonly message: string;
  /** The rule's own message. */
  readonly advice?: string;
}
