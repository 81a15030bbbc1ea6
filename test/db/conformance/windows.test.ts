import { useTestDatabase } from '../../support/database.js';
import { WINDOWS } from './cases/windows.js';
import { conform } from './support/conform.js';

conform(await useTestDatabase(), WINDOWS);
