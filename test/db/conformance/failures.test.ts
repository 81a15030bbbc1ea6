import { useTestDatabase } from '../../support/database.js';
import { FAILURES } from './cases/failures.js';
import { conform } from './support/conform.js';

conform(await useTestDatabase(), FAILURES);
