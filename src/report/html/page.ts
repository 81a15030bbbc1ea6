import type { ReportV1 } from '../../generated/report.v1.js';
import { headline } from '../headline.js';
import { describeTime } from '../times.js';
import { attention, deferredTasks, nextCommands, residueSection } from './attention.js';
import { banner } from './banner.js';
import { circumstances } from './circumstances.js';
import { relationsSection } from './relations-section.js';
import { SCRIPT, SCRIPT_HASH } from './script.js';
import { stepsSection } from './steps-section.js';
import { STYLE, STYLE_HASH } from './style.js';
import { tasksSection } from './tasks-section.js';
import { html, trusted, when, type Html } from './template.js';
import { timelineSection } from './timeline-section.js';

/** Only our own script and style, named by their hashes: what a name might smuggle in does not run. */
const POLICY = [
  "default-src 'none'",
  `script-src '${SCRIPT_HASH}'`,
  `style-src '${STYLE_HASH}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** The report as one HTML file that asks nobody for anything, and works without its script. Pure. */
export function renderReportHtml(report: ReportV1): string {
  const sections: readonly (readonly [id: string, title: string, content: Html | undefined])[] = [
    ['attention', 'Needs attention', attention(report)],
    ['next', 'Next', nextCommands(report)],
    ['deferred', 'Deferred', deferredTasks(report)],
    ['steps', 'Steps', stepsSection(report)],
    ['timeline', 'Timeline', timelineSection(report)],
    ['residue', 'Left over', residueSection(report)],
    ['relations', 'Relations', relationsSection(report)],
    ['tasks', 'Tasks', tasksSection(report)],
    ['circumstances', 'Circumstances', circumstances(report)],
  ];
  const there = sections.filter(([, , content]) => content !== undefined);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${trusted(POLICY)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <link rel="icon" href="data:," />
        <title>${headline(report)}</title>
        ${inline('style', STYLE)}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the report</a>
        ${banner(report)}
        <nav aria-label="Parts of the report">
          <ul>
            ${there.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}
          </ul>
        </nav>
        <main id="main" tabindex="-1">${there.map(([, , content]) => content)}</main>
        <footer>
          ${when(
            report.run.finished_at === null,
            'The run had not ended when this was written. ',
          )}pg-runbook,
          ${describeTime(report.run.finished_at ?? report.run.started_at)}. Times are UTC.
        </footer>
        ${inline('script', SCRIPT)}
      </body>
    </html> `.text;
}

/** A hash is of every character between the tags. */
function inline(tag: 'style' | 'script', text: string): Html {
  return trusted(`<${tag}>${text}</${tag}>`);
}
