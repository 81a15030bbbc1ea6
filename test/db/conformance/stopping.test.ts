import { useTestDatabase } from '../../support/database.js';
import { STOPPING } from './cases/stopping.js';
import { conform } from './support/conform.js';

conform(await useTestDatabase(), STOPPING);
