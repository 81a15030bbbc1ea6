/** The library: load a runbook, plan it against a server, run the plan, and read the report. */
export { EXIT, RunbookError, type ErrorCode, type ExitCode } from './errors.js';
export { loadRunbookFile, loadRunbookText } from './runbook/load.js';
export type { Diagnostic } from './runbook/diagnostic.js';
export { renderDiagnostic } from './runbook/render-diagnostic.js';
export type { Runbook, Step } from './model/runbook.js';
export { resolveConnection, type ConnectionSettings } from './postgres/connection-settings.js';
export { Session } from './postgres/session.js';
export { readServerInfo, type ServerInfo } from './postgres/server.js';
export { buildPlan } from './plan/build.js';
export { renderPlanMarkdown } from './plan/render-markdown.js';
export { renderPlanText } from './plan/render-text.js';
export { migrateLedger } from './ledger/migrate.js';
export { makeRunId } from './model/identity.js';
export { resumeRun, runPlan, type EngineOptions, type RunOptions } from './engine/run.js';
export type { EngineEvent, EventListener } from './engine/events.js';
export { describeReport } from './report/text.js';
export type { PlanV1 } from './generated/plan.v1.js';
export type { ReportV1 } from './generated/report.v1.js';
