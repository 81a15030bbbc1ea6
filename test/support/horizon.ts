import { until } from '../db/detach/support.js';
import type { TestDatabase } from './database.js';

/**
 * Waits until VACUUM can remove all that has been deleted. While a transaction from before the delete runs,
 * in whatever database, every snapshot is as old as it: a look of ours at the wrong moment would keep the rows.
 */
export async function untilRemovable(db: TestDatabase): Promise<void> {
  const [now] = await db.rows<{ xid: string }>('select pg_current_xact_id() as xid');
  await until(db, 'select where pg_snapshot_xmin(pg_current_snapshot()) >= $1::xid8', [now?.xid]);
}
