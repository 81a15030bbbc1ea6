import { useTestDatabase } from '../../support/database.js';
import { DIALECT_CASES } from './cases/dialects.js';
import { conform } from './support/conform.js';

conform(await useTestDatabase(), DIALECT_CASES);
