// launch.mjs APP: prints launch.toml with the app's `web` process.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { readPackage } from './app.mjs';

/** Words that a shell would pass on as they are, so that no shell is needed between the platform and the app. */
const PLAIN_WORDS = /^(?![\w]+=)[\w@%+:,./-][\w@%+=:,./-]*( +[\w@%+=:,./-]+)*$/;

const [app] = process.argv.slice(2);
const command = webCommand(readPackage(app));
if (command === undefined) {
  console.error('Processes: none, since package.json has no start script and there is no server.js');
} else {
  console.error(`Processes: web: ${command.join(' ')}`);
  console.log(`[[processes]]\ntype = "web"\ncommand = [${command.map(tomlString).join(', ')}]\ndefault = true`);
}

/** The start script, or what npm falls back to without one. */
function webCommand({ scripts }) {
  const start = scripts?.start?.trim();
  if (start) return PLAIN_WORDS.test(start) ? start.split(/ +/) : ['sh', '-c', start];
  return existsSync(path.join(app, 'server.js')) ? ['node', 'server.js'] : undefined;
}

/** A TOML basic string. JSON's escapes are a subset of TOML's, which alone forbids a bare DEL. */
function tomlString(text) {
  return JSON.stringify(text.toWellFormed()).replaceAll('\x7f', '\\u007F');
}
