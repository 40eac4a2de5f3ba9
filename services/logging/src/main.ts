import { runServiceProcess } from '@weft/host';

import { loggingService } from './service';

void runServiceProcess(loggingService);
