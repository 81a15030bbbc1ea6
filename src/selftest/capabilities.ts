import { ability, readAbilities, type Ability } from '../postgres/background/abilities.js';
import type { ServerInfo } from '../postgres/server.js';

/** Whether the role sees the sessions, and so the workers, of others. */
export const ALL_SESSIONS = 'all sessions';

/** From this version on there is the privilege MAINTAIN. */
const MAINTAIN_SINCE = 170_000;

/** What a server with its extension can do, and what each lack means. */
export function describeCapabilities(server: ServerInfo): Ability[] {
  return [
    ...(server.extension === undefined ? [] : readAbilities(server.extension)),
    ability(
      'MAINTAIN',
      server.versionNumber >= MAINTAIN_SINCE,
      'a role may vacuum, reindex and refresh what it does not own, by GRANT',
      'who vacuums, reindexes or refreshes must own it, or be a member of its owner',
    ),
    ability(
      ALL_SESSIONS,
      server.seesAllSessions,
      "other roles' workers count for keep_free, and who blocks a task is named",
      "other roles' workers do not count for keep_free: GRANT pg_read_all_stats to this role",
    ),
  ];
}
