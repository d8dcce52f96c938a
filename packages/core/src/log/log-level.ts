/** From the most to the least that is printed. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The level of the input `log-level`, before inputs are read: a level that is none is reported with the other inputs. */
export function logLevelOf(text: unknown): LogLevel {
  return LOG_LEVELS.find((level) => level === text) ?? 'info';
}
