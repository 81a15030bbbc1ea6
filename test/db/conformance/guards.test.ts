import { useTestDatabase } from '../../support/database.js';
import { GUARDS } from './cases/guards.js';
import { conform } from './support/conform.js';

conform(await useTestDatabase(), GUARDS);
