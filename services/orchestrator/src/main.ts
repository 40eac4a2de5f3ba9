import { runServiceProcess } from '@weft/host';
import { orchestratorService } from './service';

void runServiceProcess(orchestratorService);
