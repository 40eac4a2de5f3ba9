import { runServiceProcess } from '@weft/host';
import { cacheService } from './service';

void runServiceProcess(cacheService);
