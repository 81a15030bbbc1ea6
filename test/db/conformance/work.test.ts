import { useTestDatabase } from '../../support/database.js';
import { WORK } from './cases/work.js';
import { conform } from './support/conform.js';

conform(await useTestDatabase(), WORK);
