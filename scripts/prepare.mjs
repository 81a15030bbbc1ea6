import { execSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const run = (command) => execSync(command, { stdio: 'inherit' });

// `npm install --global git+…`, which pre-commit does, brings no development dependencies
// (npm/cli#8440).
if (!existsSync('node_modules/typescript')) {
  run('npm ci --no-global --include=dev --ignore-scripts');
}
run('npm run build');
