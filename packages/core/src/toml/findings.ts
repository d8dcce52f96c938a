import type { Place } from '../errors/index.ts';
import { Problems } from '../errors/problems.ts';
import { optional } from '../json/json.ts';
import { formatKeyPath, type KeyPath } from './key-path.ts';
import type { KeyPositions } from './positions.ts';

/** Something in a file that a user should know and that is no error. */
export interface FileWarning {
  readonly message: string;
  readonly place: Place;
}

/** Gathers what is wrong with a file, and what is worth a warning, each with its place. */
export class Findings {
  readonly problems = new Problems();
  readonly warnings: FileWarning[] = [];
  readonly positions: KeyPositions;

  constructor(positions: KeyPositions) {
    this.positions = positions;
  }

  problem(path: KeyPath, message: string, hint?: string): void {
    const place = this.positions.placeOf(path);
    this.problems.add({ input: formatKeyPath(path), message, ...optional('hint', hint), place });
  }

  warn(path: KeyPath, message: string): void {
    this.warnings.push({ message: `${formatKeyPath(path)}: ${message}`, place: this.positions.placeOf(path) });
  }
}
