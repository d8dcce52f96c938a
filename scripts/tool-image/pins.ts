import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../bundle.ts';
import type { Architecture } from './architecture.ts';

/** A Debian package, wholly: its bytes are decided. */
export interface Pin {
  readonly version: string;
  /** Of the package's file, in hex. */
  readonly sha256: string;
}

/** `image/packages.json`: what the image is made of besides Node and our programs. `npm run image:pins` writes it. */
export interface Pins {
  /** When they were renewed, as snapshot.debian.org names its states of the archive: `20261121T180000Z`. */
  readonly snapshot: string;
  /** What busybox can be called by. It tells only where it runs, so it was asked when the pins were renewed. */
  readonly applets: readonly string[];
  readonly packages: Readonly<Record<Architecture, Readonly<Record<string, Pin>>>>;
}

export const PINS_FILE = path.join(ROOT, 'image', 'packages.json');

/** Debian's release that the packages are of. */
export const DEBIAN = { name: 'debian', version: '12', codename: 'bookworm' } as const;

export function readPins(): Pins {
  return JSON.parse(readFileSync(PINS_FILE, 'utf8')) as Pins;
}
