import {
  type Clock,
  createSecretMask,
  formatDuration,
  formatPlace,
  formatSize,
  harmlessLine,
  type Log,
  LOG_LEVELS,
  type LogLevel,
  plainText,
} from '@buildpacks-ci/core';
import { createAnnotations, type SourceTree } from './annotations.ts';
import { createCommandGate, withoutCommands } from './command-filter.ts';
import type { Toolkit } from './toolkit.ts';

export interface ActionLogOptions {
  readonly toolkit: Toolkit;
  readonly clock: Clock;
  readonly level: LogLevel;
  readonly sources: SourceTree;
}

/** Core's log, and how a run ends. */
export interface ActionLog extends Log {
  /** Tells what went wrong, as annotations, and ends the phase in which it came up. */
  fail(error: unknown): void;
}

/** A word about a long transfer now and then proves that it still moves. Milliseconds. */
const QUIET = 10_000;

/** The runner masks what it was told for as long as the job lasts: shorter secrets would blank out its log. */
const SHORTEST_SECRET = 4;

/**
 * Core's log in the words of the runner: a group for each phase, annotations for warnings and errors. Nothing that is printed here can
 * command the runner but what we mean to, and secrets are masked both by us and by the runner.
 */
export function createActionLog({ toolkit, clock, level, sources }: ActionLogOptions): ActionLog {
  const mask = createSecretMask();
  const gate = createCommandGate(toolkit);
  const annotations = createAnnotations(toolkit, sources);
  const masked = new Set<string>();
  let phase: { readonly title: string; readonly since: number } | undefined;
  let spoke = clock.now();

  const shows = (of: LogLevel) => LOG_LEVELS.indexOf(of) >= LOG_LEVELS.indexOf(level);
  const safe = (text: string) => mask.apply(harmlessLine(text, 'strip'));
  const print = (line: string) => {
    spoke = clock.now();
    toolkit.info(withoutCommands(line));
  };
  const printLines = (text: string) => {
    for (const line of text.split('\n')) print(safe(line));
  };
  const safeLines = (text: string) => text.split('\n').map(safe).join('\n');

  const finishPhase = (how: string) => {
    gate.open();
    if (phase === undefined) return;
    print(`${phase.title}: ${how}${formatDuration(clock.now() - phase.since)}`);
    toolkit.endGroup();
    phase = undefined;
  };
  const endPhase = () => {
    finishPhase('');
  };

  return {
    debug: (message) => {
      if (!shows('debug')) return;
      gate.open();
      if (toolkit.isDebug()) toolkit.debug(safeLines(message));
      else printLines(message);
    },
    info: (message) => {
      if (shows('info')) printLines(message);
    },
    warn: (message, place) => {
      if (!shows('warn')) return;
      gate.open();
      if (!annotations.warn(safeLines(message), place)) printLines(`warning: ${formatPlace(place)}${message}`);
    },
    output: (line) => {
      gate.close();
      print(`    ${mask.apply(harmlessLine(line, 'keep'))}`);
    },
    phase: (title) => {
      endPhase();
      phase = { title: mask.apply(plainText(title)), since: clock.now() };
      toolkit.startGroup(phase.title);
    },
    endPhase,
    progress: ({ label, done, total }) => {
      if (!shows('info') || clock.now() - spoke < QUIET) return;
      printLines(`${label}: ${formatSize(done)}${total === undefined ? '' : ` of ${formatSize(total)}`}`);
    },
    mask: (secret) => {
      mask.add(secret);
      gate.open();
      for (const form of formsOf(secret)) {
        if (masked.has(form)) continue;
        masked.add(form);
        toolkit.setSecret(form);
      }
    },
    masked: (text) => mask.apply(text),
    fail: (error) => {
      finishPhase('failed after ');
      annotations.fail(error, safeLines).forEach(printLines);
    },
  };
}

/** How a secret may be printed: each of its lines, plain, in URLs, in base64. The runner knows each form as a secret of its own. */
function formsOf(secret: string): readonly string[] {
  const lines = secret.split(/[\r\n]+/).map((line) => line.trim());
  const long = lines.filter((line) => line.length >= SHORTEST_SECRET && !line.startsWith('-----'));
  return long.flatMap((line) => [
    line,
    ...(line.isWellFormed() ? [encodeURIComponent(line)] : []),
    Buffer.from(line).toString('base64'),
  ]);
}
