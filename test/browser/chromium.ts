import { accessSync, constants } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/** Where Debian and others put it; nothing is downloaded for a test. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Set to 1, the browser's tests are skipped on purpose. */
export const SKIPPED = process.env['PG_RUNBOOK_SKIP_BROWSER_TESTS'] === '1';

/** Starts a browser that talks to nobody. Says what to do when there is none. */
export async function launchChromium(): Promise<Browser> {
  const given = process.env['PG_RUNBOOK_CHROMIUM'];
  const executablePath = given ?? PLACES.find(isExecutable);
  if (executablePath === undefined) {
    throw new Error(
      'no Chromium is installed, and the report page cannot be tried: apt-get install chromium, ' +
        'or name one by PG_RUNBOOK_CHROMIUM, or skip these tests by PG_RUNBOOK_SKIP_BROWSER_TESTS=1',
    );
  }
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-background-networking'],
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
