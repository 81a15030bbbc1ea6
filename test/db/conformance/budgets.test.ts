import { useTestDatabase } from '../../support/database.js';
import { BUDGETS } from './cases/budgets.js';
import { conform } from './support/conform.js';

conform(await useTestDatabase(), BUDGETS);
