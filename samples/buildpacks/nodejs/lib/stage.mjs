// stage.mjs APP STAGE: copies into STAGE all that `npm ci` may see, and prints how npm may use the network:
//   unused          there is nothing to install
//   offline         every dependency is a tarball in the app
//   prefer-offline  what the npm cache lacks has to be downloaded
import { copyFileSync, existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fail, readLock, readPackage } from './app.mjs';

const [app, stage] = process.argv.slice(2);
const { scripts, ...manifest } = readPackage(app);
const lock = readLock(app);

if (lock === undefined) {
  const wanted = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  if (wanted.length > 0) fail(`package.json wants ${wanted.join(', ')}, but there is no package-lock.json: commit it`);
  console.log('unused');
} else {
  console.log(stageDependencies());
}

function stageDependencies() {
  const entries = Object.entries(lock.packages).filter(([where, entry]) => where !== '' && !entry.dev);
  if (entries.length === 0) return 'unused';

  // The app's own install scripts could read files that the layer's key does not cover, so they do not run.
  const skipped = ['preinstall', 'install', 'postinstall', 'prepare'].filter((name) => scripts?.[name]);
  if (skipped.length > 0) console.error(`Modules: the app's own ${skipped.join(', ')} script does not run`);
  writeFileSync(path.join(stage, 'package.json'), JSON.stringify(manifest));
  copy(lock.name);
  if (existsSync(path.join(app, '.npmrc'))) copy('.npmrc');

  const linked = entries.filter(([, entry]) => entry.link).map(([where]) => where);
  if (linked.length > 0)
    fail(`${lock.name}: workspaces and linked directories are not supported: ${linked.join(', ')}`);
  const tarballs = entries.map(([, entry]) => entry.resolved).filter((resolved) => resolved?.startsWith('file:'));
  for (const tarball of new Set(tarballs)) copy(tarball.slice('file:'.length));
  const downloads = entries.some(([, entry]) => !entry.inBundle && !entry.resolved?.startsWith('file:'));
  return downloads ? 'prefer-offline' : 'offline';
}

/** Copies a file of the app to the same place in the stage. */
function copy(file) {
  const source = path.join(app, file);
  if (!existsSync(source)) fail(`${lock.name} names ${file}, which is not in the app`);
  const inside = path.relative(realpathSync(app), realpathSync(source));
  if (inside.startsWith('..')) fail(`${lock.name} names ${file}, which is outside of the app`);
  const target = path.join(stage, file);
  mkdirSync(path.dirname(target), { recursive: true });
  copyFileSync(source, target);
}
