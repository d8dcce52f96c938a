// Reads what the app says about itself.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The lock files that `npm ci` accepts, in npm's order of preference. */
const LOCK_FILES = ['npm-shrinkwrap.json', 'package-lock.json'];

/** The app's package.json. */
export function readPackage(app) {
  return readJson(path.join(app, 'package.json'));
}

/** The app's lock file and its name, or undefined when there is none. */
export function readLock(app) {
  const name = LOCK_FILES.find((file) => existsSync(path.join(app, file)));
  if (name === undefined) return undefined;
  const lock = readJson(path.join(app, name));
  if (!lock.packages)
    fail(`${name} is of lockfileVersion 1: run "npm install" with npm 7 or newer and commit the result`);
  return { name, packages: lock.packages };
}

/** Ends the build with a message for the app's developer. */
export function fail(message) {
  console.error(`ERROR: ${message}`);
  process.exit(1);
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    return fail(`${path.basename(file)}: ${error.message}`);
  }
}
