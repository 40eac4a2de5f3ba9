import { runServiceProcess } from '@weft/host';
import { safetyService } from './service';

void runServiceProcess(safetyService);
